"""What the presenter's page and the pack read across for a case of the panel."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reporting.papers import options_for, paper, strip_of
from tests import factories
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at

pytestmark = pytest.mark.django_db


def test_the_strip_tells_of_attendance_suspensions_and_schools(session):
    today = localdate()
    roll = factories.EnrolmentFactory()
    placement = factories.PlacementFactory(pupil=roll.pupil, starts_on=today - timedelta(days=40))
    for session_of_day, code in enumerate("/N"):
        factories.MarkFactory(
            placement=placement,
            date=today - timedelta(days=2),
            session=session_of_day,
            code_id=code,
        )
    factories.SuspensionFactory(
        pupil=roll.pupil,
        school=roll.organisation,
        starts_on=today - timedelta(days=9),
        back_on=today - timedelta(days=7),
    )
    exclusion = factories.PermanentExclusionFactory(pupil=roll.pupil)
    case = case_at(session, pupil=roll.pupil)

    strip = strip_of(case, today)

    assert strip.attendance.startswith("50.0% in the last 12 weeks: 1 of 2 sessions")
    assert strip.suspension_words.startswith("1 suspension in the last two years")
    assert strip.exclusions == [exclusion]
    assert roll in strip.rolls
    assert strip.placements == [placement]
    sections = dict(paper([case], today)[0]["sections"])
    assert sections["Why we are here"].startswith("Category d")
    assert roll.organisation.name in sections["Schools"]


def test_options_say_how_many_places_are_free(half_term):
    free = factories.CommissionFactory(places=2).provider
    full = factories.CommissionFactory(places=1).provider
    factories.PlacementFactory(provider=full)
    closed = factories.ClosedToNewFactory(starts_on=localdate() - timedelta(days=1)).provider
    unknown = factories.ProviderFactory()

    words = {option.provider: option.words for option in options_for(9, localdate())}

    assert words[free] == "2 free"
    assert words[full].startswith("No free place")
    assert words[closed] == "Takes nobody new now"
    assert words[unknown] == "Places not entered"
