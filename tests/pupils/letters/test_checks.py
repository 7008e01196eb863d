"""What stops a letter, and how notice is counted."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import ClockRule
from placements.letters import REVIEW
from placements.models import Placement
from pupils import actions
from pupils.models.letter import Status
from tests import factories
from tests.pupils.letters.conftest import TODAY, stopping


@pytest.mark.parametrize(
    ("given_on", "counted"),
    [(date(2026, 11, 24), 2), (date(2026, 11, 25), 1), (date(2026, 11, 26), 0)],
)
def test_notice_is_counted_in_school_days_before_the_first_day(
    write, caseworker, given_on, counted
):
    letter = write(given_on=given_on)

    notice = next(c for c in actions.checks(letter, by=caseworker) if "notice" in c.name)

    assert notice.is_met == (counted >= 2)
    assert f"26 Nov 2026: {counted} (" in notice.counted
    assert notice.is_met or "earliest first day is" in notice.to_do


def test_a_weekend_does_not_lengthen_the_notice(write, caseworker, placement, school):
    Placement.objects.update(starts_on=date(2026, 12, 1))  # a Tuesday

    friday = write(given_on=date(2026, 11, 27))
    saturday = write(given_on=date(2026, 11, 28))

    assert not any("notice" in name for name in stopping(friday, caseworker))
    assert any("notice" in name for name in stopping(saturday, caseworker))


def test_a_closure_of_the_home_school_shortens_the_notice(write, caseworker, school):
    factories.ClosureFactory(
        organisation=school, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 26)
    )

    letter = write()

    assert "The notice is at least 2 school days" in stopping(letter, caseworker)
    notice = next(c for c in actions.checks(letter, by=caseworker) if "notice" in c.name)
    assert "Fri 27 Nov 2026" in notice.to_do


def test_without_a_rule_or_a_calendar_the_notice_is_not_met(write, caseworker, placement):
    letter = write()
    ClockRule.objects.all().delete()
    assert "The notice is long enough" in stopping(letter, caseworker)

    factories.ClockRuleFactory(kind="notice", school_days=2, starts_on=date(2012, 9, 1))
    Placement.objects.update(starts_on=date(2031, 12, 1), ends_on=date(2031, 12, 19))
    letter = write(given_on=date(2031, 11, 3))
    assert "The notice is at least 2 school days" in stopping(letter, caseworker)


@pytest.mark.parametrize(
    ("details", "name"),
    [
        ({"to_address": "1 Invented Street"}, "The address is complete"),
        ({"channel": ""}, "It is said how the letter is given"),
        ({"channel": "email"}, "Somebody there can open the link"),
        ({"given_on": None}, "The day it is given is known, and has not passed"),
        ({"given_on": date(2026, 11, 23)}, "The day it is given is known, and has not passed"),
        ({"answers": {"challenge": " "}}, "The letter says how to disagree"),
        ({"answers": {"review_on": ""}}, "Filled in: Date of the first review"),
        (
            {"answers": {"review_on": "2027-01-15"}},
            "The review is between the first and the last day",
        ),
        ({"words": "A smile 😀"}, "Every character can be printed"),
    ],
)
def test_what_is_wrong_stops_the_letter_and_is_named(write, caseworker, manager, details, name):
    letter = write(**details)

    assert name in stopping(letter, caseworker)
    with pytest.raises(ValidationError, match=re.escape(name)):
        actions.approve_letter(letter, by=manager)
    letter.refresh_from_db()
    assert letter.status == Status.DRAFT


def test_a_contact_without_parental_responsibility_is_not_written_to(write, caseworker, placement):
    other = factories.ContactFactory(pupil=placement.pupil, name="Ali Aunt")

    assert "Ali Aunt may be written to" in stopping(write(contact=other), caseworker)


def test_a_plan_is_a_reason_to_tell_the_council_and_does_not_stop(write, caseworker, placement):
    factories.EhcPlanFactory(pupil=placement.pupil)
    letter = write()

    weighed = [c for c in actions.checks(letter, by=caseworker) if not c.is_met and not c.is_hard]

    assert [check.words for check in weighed] == ["To weigh"]
    assert stopping(letter, caseworker) == []


def test_a_direction_without_a_last_day_is_stopped(write, caseworker, placement):
    Placement.objects.update(tier=3, ends_on=None)

    assert any("the last day" in name for name in stopping(write(), caseworker))


def test_a_meeting_comes_after_the_letter(write, caseworker):
    letter = write(REVIEW, answers={"meets_on": "2026-11-24"})

    assert stopping(letter, caseworker) == ["The meeting is after the day the letter is given"]


def test_a_changed_case_stops_the_letter_until_it_is_saved_again(write, caseworker):
    letter = write()
    Placement.objects.update(starts_on=date(2026, 11, 30))
    assert "The letter says what is recorded today" in stopping(letter, caseworker)

    letter = actions.change_letter(letter, by=caseworker)

    assert stopping(letter, caseworker) == []
    assert letter.facts["starts_on"] == "2026-11-30"


def test_an_approved_letter_whose_case_changed_is_not_issued(approved, caseworker):
    Placement.objects.update(ends_on=date(2026, 12, 18))

    with pytest.raises(ValidationError, match="recorded today"):
        actions.issue_letter(approved, channel="post", given_on=TODAY, by=caseworker)

    approved.refresh_from_db()
    assert approved.status == Status.APPROVED
