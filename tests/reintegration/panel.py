"""A panel that can meet: a chair, a member, a meeting in session, and a provider's half term."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from reintegration.models import PanelCase
from tests import factories
from tests.pupils.letters.test_pdf import streams
from tests.test_access import CSRF

CANARY = "zqxcanaryzqx"


@pytest.fixture
def half_term(db):
    today = localdate()
    return factories.HalfTermFactory(
        year=academic_year(today),
        number=1,
        starts_on=today - timedelta(days=10),
        ends_on=today + timedelta(days=40),
    )


@pytest.fixture
def chair(db):
    seat = factories.PanelMemberFactory(
        user__name="Chris Chair", role=Role.PANEL_CHAIR, organisation__phase="all-through"
    )
    return seat.user


@pytest.fixture
def seat(db):
    return factories.PanelMemberFactory(user__name="Mo Member")


@pytest.fixture
def member(seat):
    return seat.user


@pytest.fixture
def session(chair, seat, caseworker):
    meeting = factories.PanelMeetingFactory(status="in session", published_by=caseworker)
    meeting.attended.set([seat, chair.panel_seats.get()])
    return meeting


def case_at(meeting, **details):
    """Put a case on the agenda of a meeting; fresh, as a page would read it."""
    made = factories.PanelCaseFactory(meeting=meeting, **details)
    return PanelCase.objects.get(pk=made.pk)


def school_with_roll(pupils=1000, **details):
    school = factories.SchoolFactory(phase="all-through", **details)
    if pupils:
        factories.HeadcountFactory(school=school, pupils=pupils)
    return school


@pytest.fixture
def item(session):
    """Return an item whose every text is a canary, after one that anybody on the panel may read."""
    case_at(session)
    words = {"why": CANARY, "pupil_words": CANARY, "parent_words": CANARY, "school_words": CANARY}
    return case_at(session, pupil__surname=CANARY, other_words=CANARY, **words)


def url(name, *more):
    space = "reporting" if name in ("panel-present", "panel-pack") else "reintegration"
    return reverse(f"{space}:{name}", args=more)


def text_of(answer):
    """Return what an answer holds; of a PDF its compressed parts, where the headings stand."""
    if answer.get("Content-Type") == "application/pdf":
        return streams(answer.content).decode("utf-8", "replace")
    return CSRF.sub(b"", answer.content).decode("utf-8", "replace")
