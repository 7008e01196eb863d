"""A placement, a parent, and letters about them, on a Tuesday in term."""

from datetime import date

import pytest

from accounts.models import ClockRule
from placements.letters import DIRECTION
from placements.models import Placement
from pupils import actions, letters
from pupils.models import Letter
from tests import factories

TODAY = date(2026, 11, 24)  # a Tuesday
ANSWERS = {
    "power": "maintained",
    "why": "To calm things down.",
    "times": "9am to 3pm",
    "place": "1 Cedar Road",
    "review_on": "2026-12-15",
    "review": "We meet.",
    "challenge": "Talk to us.",
    "purpose": "A fresh start.",
    "meets_on": "2026-12-10",
    "meets_at": "2pm",
    "next": "Back to school.",
}


@pytest.fixture(autouse=True)
def today(monkeypatch, db, calendar):
    """Let it be a day with two free school weeks before it ends."""
    for module in ("pupils.letters.checks", "placements.letters", "pupils.actions.letters",
                   "pupils.forms.letter", "pupils.models.letter"):  # fmt: skip
        monkeypatch.setattr(f"{module}.localdate", lambda *_: TODAY)
    if not ClockRule.objects.filter(kind="notice").exists():
        factories.ClockRuleFactory(kind="notice", school_days=2, starts_on=date(2012, 9, 1))


@pytest.fixture
def placement(school, provider) -> Placement:
    pupil = factories.PupilFactory(address="1 Invented Street", postcode="DE1 0MO")
    factories.EnrolmentFactory(pupil=pupil, organisation=school)
    return factories.PlacementFactory(
        pupil=pupil,
        tier=2,
        provider=provider,
        home_school=school,
        starts_on=date(2026, 11, 26),
        ends_on=date(2026, 12, 19),
        purpose="A fresh start.",
    )


@pytest.fixture
def parent(placement):
    return factories.ContactFactory(pupil=placement.pupil, has_parental_responsibility=True)


@pytest.fixture
def write(placement, parent, caseworker):
    """Draft a letter about the placement; a complete one where nothing else is said."""

    def write(kind=DIRECTION, by=caseworker, case=None, **details) -> Letter:
        answers = ANSWERS | details.pop("answers", {})
        asked = {ask.name: answers[ask.name] for ask in kind.asks if ask.name in answers}
        found = letters.case_of(kind.about, (case or placement).uid, by)
        wanted = {"contact": parent, "channel": "post", "given_on": TODAY} | details
        return actions.draft_letter(Letter(answers=asked, **wanted), kind=kind, case=found, by=by)

    return write


@pytest.fixture
def approved(write, manager):
    return actions.approve_letter(write(), by=manager)


@pytest.fixture
def issued(approved, caseworker):
    return actions.issue_letter(approved, channel="post", given_on=TODAY, by=caseworker)


def stopping(letter, by):
    return [check.name for check in actions.checks(letter, by=by) if check.stops]
