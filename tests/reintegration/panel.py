"""A panel that can meet: a chair, a member, a meeting in session, and a provider's half term."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from reintegration.models import PanelCase
from tests import factories


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
