"""What the presenter's page and the pack read across for a case of the panel."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reporting.papers import options_for, paper, strip_of
from tests import factories
from tests.factories import returns
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at, school_with_roll, text_of, url

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

    assert strip.at_school == "No school told of the last 12 weeks."
    assert strip.attendance.startswith("50.0% in the last 12 weeks: 1 of 2 sessions")
    assert strip.suspension_words.startswith("1 suspension in the last two years")
    assert strip.exclusions == [exclusion]
    assert roll in strip.rolls
    assert strip.placements == [placement]
    sections = dict(paper([case], today)[0]["sections"])
    assert sections["Why we are here"].startswith("Category d")
    assert roll.organisation.name in sections["Schools"]


def test_what_schools_told_of_attendance_is_the_second_line(session):
    today = localdate()
    case = case_at(session)
    told = {"pupil": case.pupil, "present": 8, "authorised": 2, "unauthorised": 0}
    for days in (10, 17, 90):  # the last one is longer ago than 12 weeks
        factories.SchoolAttendanceFactory(starts_on=today - timedelta(days=days), **told)
    taken_back = factories.SchoolAttendanceFactory(starts_on=today - timedelta(days=24), **told)
    type(taken_back).objects.filter(pk=taken_back.pk).update(
        taken_back_at=taken_back.recorded_at, taken_back_by=taken_back.recorded_by
    )

    sections = dict(paper([case], today)[0]["sections"])

    assert sections["Attendance at school"].startswith("80.0% in the last 12 weeks: 16 of 20")
    assert sections["Attendance at providers"].startswith("No session was marked")


def test_the_pack_holds_free_places_for_both_kinds_and_the_ledger_for_school_places(
    client, chair, half_term, session
):
    free = factories.CommissionFactory(provider__name="Cedar Centre", places=2).provider
    school_with_roll(name="Ash School")
    born = {"pupil__date_of_birth": localdate() - timedelta(days=14 * 365)}
    school_place = case_at(session, **born)
    pupil = factories.PupilFactory(date_of_birth=born["pupil__date_of_birth"])
    plan = returns.PlanFactory(placement__pupil=pupil)
    way_back = case_at(session, moderated=True, plan=plan)

    first, second = (
        dict(item["sections"]) for item in paper([school_place, way_back], localdate())
    )

    for sections in (first, second):
        assert f"{free}, {half_term}: 2 free" in sections["Free places in alternative provision"]
    assert first["Whose turn it is"].startswith(
        "Next in turn: Ash School.\nAsh School: 0.00 taken"
    )
    assert second["Whose turn it is"] == ""
    client.force_login(chair)
    for item in (school_place, way_back):
        page = client.get(url("panel-present", session.uid) + f"?item={item.position}")
        assert f"{free}, {half_term}: 2 free" in text_of(page)


def test_options_say_how_many_places_are_free(half_term):
    free = factories.CommissionFactory(places=2).provider
    full = factories.CommissionFactory(places=1).provider
    factories.PlacementFactory(provider=full)
    closed = factories.ClosedToNewFactory(starts_on=localdate() - timedelta(days=1)).provider
    unknown = factories.ProviderFactory()
    special, primary = (factories.ProviderFactory(phase=name) for name in ("special", "primary"))

    words = {option.provider: option.words for option in options_for(9, localdate())}

    assert words[free] == "2 free"
    assert words[full].startswith("No free place")
    assert words[closed] == "Takes nobody new now"
    assert words[unknown] == words[special] == "Places not entered"
    assert primary not in words
