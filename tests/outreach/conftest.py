"""A pupil at a school with support that may be opened."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from accounts.permissions import Role
from placements.models import Aspect, Instrument
from tests import factories

FIRST = date(2023, 9, 11)


@pytest.fixture
def worker(person):
    return person(Role.OUTREACH_WORKER, name="Olu Outreach")


@pytest.fixture
def pupil(school):
    row = factories.PupilFactory()
    factories.EnrolmentFactory(pupil=row, organisation=school)
    return row


@pytest.fixture
def waiting(pupil, school, worker):
    """Return support that waits to be opened."""
    return factories.SupportFactory(
        pupil=pupil,
        school=school,
        worker=worker,
        status="preparing",
        starts_on=localdate() - timedelta(days=60),
        planned_last_day=localdate() + timedelta(days=10),
    )


@pytest.fixture
def opened(pupil, school, worker):
    """Return support that is open, without scores."""
    return factories.SupportFactory(
        pupil=pupil,
        school=school,
        worker=worker,
        starts_on=localdate() - timedelta(days=60),
        planned_last_day=localdate() + timedelta(days=10),
    )


@pytest.fixture
def lessons(db):
    """Return an instrument of the council's own for access to the curriculum."""
    row = Instrument.objects.create(
        name="Access to lessons", informants=["teacher"], aspect=Aspect.CURRICULUM
    )
    factories.ScaleFactory(instrument=row, name="Lessons attended", direction="higher")
    return row
