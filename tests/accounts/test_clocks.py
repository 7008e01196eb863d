"""Deadlines in school days, against days counted by hand on the calendar of 2024/25."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import actions
from accounts.models import Clock, ClockRule, OutboxMessage, SchoolCalendar
from accounts.permissions import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def days():
    return SchoolCalendar(date(2024, 10, 1), date(2024, 11, 30))


@pytest.mark.parametrize(
    ("day", "number", "due_on"),
    [
        (date(2024, 10, 21), 1, date(2024, 10, 22)),
        (date(2024, 10, 21), 4, date(2024, 10, 25)),
        (date(2024, 10, 21), 5, date(2024, 11, 4)),  # half term lies between
        (date(2024, 10, 21), 6, date(2024, 11, 5)),
        (date(2024, 10, 26), 1, date(2024, 11, 4)),  # from a Saturday
        (date(2024, 12, 20), 1, date(2025, 1, 6)),
        (date(2025, 4, 4), 1, date(2025, 4, 22)),  # Easter Monday is no school day
        (date(2025, 5, 2), 1, date(2025, 5, 6)),  # nor is the bank holiday in May
    ],
)
def test_a_deadline_is_counted_on_school_days(days, day, number, due_on):
    assert days.after(day, number) == due_on


def test_a_closure_moves_the_deadline_of_its_place_and_of_no_other(school, other_school):
    factories.ClosureFactory(
        organisation=school, starts_on=date(2024, 11, 4), ends_on=date(2024, 11, 5)
    )
    days = SchoolCalendar(date(2024, 10, 1), date(2024, 11, 30))

    assert days.after(date(2024, 10, 21), 5, school.pk) == date(2024, 11, 5)
    assert days.after(date(2024, 10, 21), 5, other_school.pk) == date(2024, 11, 4)
    clock = days.clock(
        "Day 6", date(2024, 10, 21), date(2024, 11, 5), today=date(2024, 11, 1), place=school.pk
    )
    assert clock.counted == ("5 school days after 21 Oct; no school 26 Oct to 3 Nov; closed 4 Nov")


@pytest.mark.parametrize(
    ("start", "due_on", "counted"),
    [
        (
            date(2025, 5, 2),
            date(2025, 5, 7),
            "2 school days after 2 May; Early May bank holiday 5 May",
        ),
        (date(2025, 5, 5), date(2025, 5, 7), "2 school days after 5 May"),
        # Boxing Day and the others lie in the holidays, which are named already.
        (
            date(2024, 12, 20),
            date(2025, 1, 6),
            "1 school day after 20 Dec; no school 21 Dec to 5 Jan",
        ),
    ],
)
def test_a_bank_holiday_that_was_not_counted_is_named(days, start, due_on, counted):
    assert days.clock("Decision", start, due_on, today=start).counted == counted


def test_beyond_the_calendar_nothing_is_invented(days):
    assert days.after(date(2027, 7, 21), 5) is None
    clock = days.clock("Decision", date(2027, 7, 21), None, today=date(2027, 7, 21))
    assert str(clock) == "not known: the school calendar is not entered so far"
    assert not clock.is_late


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (3, "3 school days left (Fri 15 Nov)"),
        (1, "1 school day left (Fri 15 Nov)"),
        (0, "due today (Fri 15 Nov)"),
        (-2, "2 school days late (Fri 15 Nov)"),
    ],
)
def test_a_clock_says_in_words_what_is_left(left, words):
    clock = Clock("Decision", date(2024, 11, 15), left, "")

    assert str(clock) == words
    assert clock.is_late is (left < 0)


def test_school_days_are_counted_both_ways(days):
    assert days.between(date(2024, 10, 24), date(2024, 11, 6)) == 4
    assert days.between(date(2024, 11, 6), date(2024, 10, 24)) == -4


def test_a_rule_holds_from_its_day_on():
    factories.ClockRuleFactory(school_days=10, starts_on=date(2024, 9, 1))
    factories.ClockRuleFactory(school_days=8, starts_on=date(2025, 1, 1))
    rules = ClockRule.objects

    assert rules.of("decision", date(2024, 8, 31)) is None
    assert rules.of("decision", date(2024, 12, 31)).school_days == 10
    assert rules.of("decision", date(2025, 1, 1)).school_days == 8
    assert rules.of("day six", date(2024, 9, 1)).school_days == 6
    assert rules.of("notice", date(2024, 9, 1)).school_days == 2


SENT = {"school_days": "8", "source": "Cabinet, 3 November 2026"}


def boxes(day):
    return {"starts_on_0": day.day, "starts_on_1": day.month, "starts_on_2": day.year}


def test_a_manager_sets_a_clock_from_a_day_on_and_everybody_reads_it(
    client, manager, school_staff
):
    client.force_login(manager)
    path = reverse("accounts:clock-change", args=["decision"])

    page = client.post(path, SENT | boxes(localdate()), follow=True)

    assert "Decide a referral: 8 school days from" in page.content.decode()
    assert ClockRule.objects.of("decision", localdate()).school_days == 8
    assert OutboxMessage.objects.filter(kind="calendar.changed: due dates").exists()
    again = client.post(path, SENT | boxes(localdate()))
    assert "There is a rule for this clock" in again.context["form"].errors["starts_on"][0]
    client.force_login(school_staff)
    text = client.get(reverse("accounts:clocks")).content.decode()
    assert "Cabinet, 3 November 2026" in text
    assert "Papers before a meeting: no rule is in force" in text
    assert "/change/" not in text
    assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"school_days": "0"}, "school_days", "one school day or more"),
        ({"school_days": "191"}, "school_days", "190 school days or fewer"),
        ({"school_days": "soon"}, "school_days", "whole number"),
        ({"source": " "}, "source", "Say where"),
        (boxes(localdate() - timedelta(days=1)), "starts_on", "today or later"),
    ],
)
def test_what_is_wrong_with_a_clock_stands_beside_its_field(client, manager, change, field, words):
    client.force_login(manager)
    path = reverse("accounts:clock-change", args=["day-six"])

    page = client.post(path, SENT | boxes(localdate()) | change)

    assert words in page.context["form"].errors[field][0]


def test_only_a_manager_changes_a_clock_and_there_is_no_other(client, manager, person):
    rule = ClockRule(kind="decision", school_days=8, starts_on=localdate(), source="Cabinet")
    with pytest.raises(PermissionDenied):
        actions.change_clock(rule, by=person(Role.CASEWORKER))
    client.force_login(manager)

    assert client.get(reverse("accounts:clock-change", args=["lunch"])).status_code == 404


def test_the_page_of_the_clocks_says_what_is_past_and_what_is_to_come(client, manager):
    for days in (-10, -5, 5):
        factories.ClockRuleFactory(kind="papers", starts_on=localdate() + timedelta(days=days))
    client.force_login(manager)

    text = client.get(reverse("accounts:clocks")).content.decode()

    assert (text.count("Past"), text.count("To come")) == (1, 1)
    assert text.count("In force") > 1
