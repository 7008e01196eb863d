"""By when the papers of a meeting are to be published: counted back from it, in school days."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from reintegration.models import papers_of
from reporting.cards import Day, dues
from tests import factories
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at, text_of, url

pytestmark = pytest.mark.django_db
NOVEMBER = {
    "year": 2024,
    "number": 2,
    "starts_on": date(2024, 11, 4),
    "ends_on": date(2024, 12, 21),
}
OCTOBER = {"year": 2024, "number": 1, "starts_on": date(2024, 9, 2), "ends_on": date(2024, 10, 26)}


def rule(days, starts_on=date(2023, 9, 1)):
    return factories.ClockRuleFactory(
        kind="papers", school_days=days, starts_on=starts_on, source=f"Protocol of {starts_on:%Y}"
    )


def papers(held_on, status="planned"):
    meeting = factories.PanelMeetingFactory(held_on=held_on, status=status)
    ((_, clock),) = papers_of([meeting])
    return clock


@pytest.fixture
def terms(db):
    for half in (OCTOBER, NOVEMBER):
        factories.HalfTermFactory(**half)


@pytest.mark.parametrize(
    ("held_on", "days", "due_on"),
    [
        (date(2024, 11, 20), 5, date(2024, 11, 13)),
        (date(2024, 11, 20), 1, date(2024, 11, 19)),
        (date(2024, 11, 18), 1, date(2024, 11, 15)),  # a Monday: the Friday before
        (date(2024, 11, 6), 5, date(2024, 10, 23)),  # over the half-term break
        (date(2024, 9, 4), 5, None),  # before the calendar begins
        (date(2025, 3, 5), 5, None),  # a term that is not entered
    ],
)
def test_papers_are_counted_back_in_school_days(terms, held_on, days, due_on):
    rule(days)

    assert papers(held_on).due_on == due_on


def test_the_clock_of_the_papers_says_how_it_was_counted(terms):
    rule(5)

    said = papers(date(2024, 11, 6)).counted

    assert said == ("5 school days before 6 Nov; no school 26 Oct to 3 Nov; Protocol of 2023")
    assert "not entered" in str(papers(date(2025, 3, 5)))


def test_a_new_rule_holds_for_meetings_from_its_day_on(terms):
    rule(5)
    rule(10, starts_on=date(2024, 11, 25))

    assert papers(date(2024, 11, 22)).due_on == date(2024, 11, 15)
    assert papers(date(2024, 11, 25)).due_on == date(2024, 11, 11)


def test_no_papers_are_due_without_a_rule_and_once_they_are_out(terms):
    assert papers(date(2024, 11, 20)) is None
    rule(5)
    for number, status in enumerate(("published", "in session", "closed")):
        assert papers(date(2024, 11, 20) + timedelta(days=number), status) is None


def test_who_prepares_sees_the_day_in_every_place_and_members_see_none(
    client, half_term, caseworker, member
):
    today = localdate()
    rule(1)
    meeting = factories.PanelMeetingFactory(held_on=today + timedelta(days=14))
    out = factories.PanelMeetingFactory(held_on=today + timedelta(days=21), status="published")
    client.force_login(caseworker)

    home = text_of(client.get(reverse("reporting:my-day")))
    path = f"{url('panel-list')}?show=planned"
    listed = client.get(path)
    detail = text_of(client.get(url("panel-meeting", meeting.uid)))

    assert "Agendas of the panel" in home
    assert path in home
    assert [row.pk for row in listed.context["page"]] == [meeting.pk]
    assert "To be published: " in text_of(listed)
    assert "Publish the papers" in detail
    assert "1 school day before" in detail
    due = {row.uid: row for row in dues(Day.of(caseworker))}
    assert due[f"{meeting.uid}-papers"].on < meeting.held_on
    assert f"{out.uid}-papers" not in due
    assert f"{meeting.uid}-papers" not in {row.uid for row in dues(Day.of(member))}
    assert f"{out.uid}-panel" in {row.uid for row in dues(Day.of(member))}


def test_papers_that_are_late_say_so(client, half_term, person):
    rule(20)
    factories.PanelMeetingFactory(held_on=localdate() + timedelta(days=7))
    client.force_login(person(Role.MANAGER))

    assert "late" in text_of(client.get(url("panel-list")))


def test_what_is_due_after_a_meeting_is_on_my_day_and_leaves_it_when_done(
    client, caseworker, member
):
    today = localdate()
    meeting = factories.PanelMeetingFactory(status="in session", published_by=caseworker)
    due = factories.PanelActionFactory(case=case_at(meeting), due_on=today)
    factories.PanelActionFactory(case=due.case, due_on=today + timedelta(days=1))
    path = f"{url('panel-actions')}?waits=due"
    client.force_login(caseworker)

    assert path in text_of(client.get(reverse("reporting:my-day")))
    assert [row.pk for row in client.get(path).context["page"]] == [due.pk]
    assert client.get(url("panel-actions")).context["page"].paginator.count == 2
    client.post(url("panel-action-done", due.uid))
    assert not client.get(path).context["page"].object_list
    client.force_login(member)
    assert client.get(path).status_code == 403
