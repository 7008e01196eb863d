"""What one side of the small borough holds besides: a part-time timetable, attendance support."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from attendance.models import AbsenceNotice, Mark, PartTimeTimetable
from placements.models import Placement
from pupils.models import Pupil, Voice
from reintegration.models import Pathway
from tests import factories


def support(
    pupils: list[Pupil], placement: Placement, token: Callable[[str], str], day: date
) -> dict[str, Any]:
    """Make an agreed contract for the first pupil and a draft for the second, with all they hold."""
    one, two = pupils
    start = placement.starts_on
    agreed = factories.SupportPlanFactory(
        pupil=one,
        placement=placement,
        status="agreed",
        opened_on=start,
        agreed_on=start,
        baseline_from=start,
        why=token("supportwhy"),
        pupil_will=token("pupilwill"),
        parent_will=token("parentwill"),
        place_will=token("placewill"),
        council_will=token("councilwill"),
        target_words=token("target"),
        pupil_words=token("pupilwords"),
        parent_name=token("parentname"),
    )
    factories.SupportReviewFactory(
        plan=agreed,
        due_on=start + timedelta(days=14),
        held_on=start + timedelta(days=14),
        since_on=start,
        attended=token("reviewers"),
        changed=token("changed"),
        pupil_view=token("reviewview"),
        next_step=token("nextstep"),
    )
    factories.SupportReviewFactory(plan=agreed, due_on=day - timedelta(days=1))
    draft = factories.SupportPlanFactory(pupil=two, why=token("draftwhy"), opened_on=start)
    visit = factories.HomeVisitFactory(
        pupil=one,
        plan=agreed,
        planned_on=start,
        planned_at=token("at")[:50],
        purpose=token("purposeofvisit"),
        goes_with=token("goeswith"),
        lone_working=token("alone"),
    )
    factories.HomeVisitFactory(
        pupil=one,
        status="made",
        planned_on=start,
        purpose=token("purposeofmade"),
        seen=token("seen"),
        found=token("foundathome"),
        is_concern=True,
        concern_raised=token("concernraised"),
    )
    factories.RewardFactory(
        pupil=one,
        plan=agreed,
        provider=placement.provider,
        given_for=token("givenfor"),
        what=token("given"),
        display_words=token("ondisplay"),
        given_on=day,
    )
    consent = factories.DisplayConsentFactory(
        pupil=one, provider=placement.provider, agreed_by=token("agreedby")
    )
    pathway = factories.EbsaPathwayFactory(
        pupil=one,
        plan=agreed,
        opened_on=start,
        risks=token("risks"),
        resilience=token("resilience"),
        pupil_view=token("pathwayview"),
    )
    step = factories.ReturnStepFactory(
        pathway=pathway, position=1, words=token("step"), planned_on=start
    )
    return {
        "support": {"agreed": agreed, "draft": draft},
        "visit": visit,
        "consent": consent,
        "pathway": pathway,
        "step": step,
    }


def voices(pupil: Pupil, token: Callable[[str], str]) -> dict[str, Voice]:
    """Make an open invitation, and one that was handed in, changed again, and answered."""
    given = factories.VoiceFactory(
        pupil=pupil,
        number_hash="0" * 64,
        finished_at=timezone.now(),
        disagreement=token("disagreed"),
        disagreed_at=timezone.now(),
    )
    recording = factories.DocumentFactory(
        pupil=pupil,
        name="Recording.webm",
        media_type="audio/webm",
        text=token("spokenaloud"),
        added_by=None,
        is_for_school=False,
    )
    factories.VoiceAnswerFactory(voice=given, question="hard", words=token("notgiven"))
    factories.VoiceAnswerFactory(
        voice=given,
        question="good",
        is_given=True,
        words=token("ownwords"),
        recording=recording,
        summary=token("summedup"),
    )
    factories.VoiceResponseFactory(
        voice=given, you_said=token("yousaid"), we_did=token("wedid"), we_could_not=token("wecouldnot")
    )  # fmt: skip
    return {"open": factories.VoiceFactory(pupil=pupil), "given": given}


def onward(pupil: Pupil, token: Callable[[str], str]) -> Pathway:
    """Make a pathway plan with one of each of its parts."""
    pathway = factories.PathwayFactory(
        pupil=pupil,
        aspirations=token("hopes"),
        intended_place=token("intended"),
        needs=token("needs"),
        enrolled_at=token("enrolledat"),
        enrolled_as="college",
        enrolled_on=localdate(),
    )
    factories.DestinationCheckFactory(
        pathway=pathway,
        answer="neet",
        words=token("lasting"),
        answered_on=localdate(),
        answered_by=factories.UserFactory(),
    )
    factories.DestinationCheckFactory(pathway=pathway, month="march", due_on=date(2025, 3, 1))
    factories.ApplicationFactory(pathway=pathway, place=token("applied"), course=token("course"))
    factories.ActivityFactory(pathway=pathway, words=token("activity"))
    factories.CoachContactFactory(pathway=pathway, words=token("coachsaid"))
    return pathway


def own_words_and_onward(pupil: Pupil, token: Callable[[str], str]) -> dict[str, Any]:
    """Make what the pupil says, and the way beyond Year 11."""
    return {"voices": voices(pupil, token), "onward": onward(pupil, token)}


def timetable(placement: Placement, day: date, token: Callable[[str], str]) -> PartTimeTimetable:
    """Make a timetable in force that leaves the next weeks' Wednesdays out, with its reviews."""
    row = factories.TimetableFactory(
        placement=placement,
        starts_on=day - timedelta(days=14),
        full_time_on=day + timedelta(days=28),
        sessions=placement.sessions & ~(0b11 << 4) & ~(0b11 << day.weekday() * 2),
        reason=token("exceptional"),
        parent_agreed_by=token("parent"),
        school_agreed_by=token("deputy"),
    )
    factories.TimetableReviewFactory(
        timetable=row,
        due_on=day,
        held_on=day,
        came=["parent"],
        outcome="continue",
        words=token("reviewed"),
        recorded_by=row.recorded_by,
        recorded_at=timezone.now(),
    )
    factories.TimetableReviewFactory(timetable=row, due_on=day + timedelta(days=14))
    return row


def more_support(world: Any, placement: Placement) -> None:
    """Make one more row of each list of attendance support, for the own side of the world."""
    day, rows = world.school_day, world.own
    plan = factories.SupportPlanFactory(
        pupil=placement.pupil,
        placement=placement,
        status="agreed",
        opened_on=placement.starts_on,
        agreed_on=placement.starts_on,
    )
    factories.SupportReviewFactory(plan=plan, due_on=day)
    agreed = rows.support["agreed"]
    number = agreed.reviews.count()
    factories.SupportReviewFactory(
        plan=agreed, held_on=day + timedelta(days=number), since_on=day, due_on=day
    )
    factories.SupportPlanFactory(pupil=rows.pupil, status="ended")
    factories.HomeVisitFactory(pupil=rows.pupil, plan=agreed, status="made")
    details = {"provider": rows.provider, "given_on": day, "display_words": "Kept going"}
    factories.RewardFactory(pupil=placement.pupil, **details)
    factories.RewardFactory(pupil=rows.pupil, plan=agreed, **details)
    factories.DisplayConsentFactory(pupil=placement.pupil, provider=rows.provider)
    factories.EbsaPathwayFactory(pupil=rows.pupil, status="closed")
    position = rows.pathway.steps.count() + 1
    factories.ReturnStepFactory(pathway=rows.pathway, position=position)


def absence(placement: Placement, day: date, token: Callable[[str], str]) -> AbsenceNotice:
    """Set the times of the provider, write down a try about a day, and tell a contact."""
    factories.RegisterTimesFactory(provider=placement.provider, starts_on=day)
    of_line = {"placement": placement, "date": day, "contact": placement.pupil.contacts.first()}
    factories.AbsenceEntryFactory(**of_line, words=token("rang"))
    return factories.AbsenceNoticeFactory(**of_line, answered_at=timezone.now())


def mark(placement: Placement, day: date, token: Callable[[str], str]) -> Mark:
    """Mark a session, amend the mark, and take an earlier one back."""
    mark = factories.MarkFactory(
        placement=placement, date=day, code_id="I", version=2, note=token("well")
    )
    factories.MarkAmendmentFactory(mark=mark, original="N", amended="I", reason=token("amendment"))
    factories.TakenBackFactory(placement=placement, date=day)
    return mark


def member(school: Organisation, provider: Organisation) -> Membership:
    """Make a person who works at both places of a side; return the role at the provider."""
    first = factories.MembershipFactory(organisation=provider, role=Role.PROVIDER_STAFF)
    factories.MembershipFactory(user=first.user, organisation=school, role=Role.SCHOOL_STAFF)
    return first


def more_onward(world: Any, pupil: Pupil) -> None:
    """Make one more row of each list of the way beyond Year 11."""
    pathway = world.own.onward
    factories.PathwayFactory(pupil=pupil)
    factories.ActivityFactory(pathway=pathway)
    factories.CoachContactFactory(pathway=pathway)
    year = academic_year(localdate())
    placed = factories.PlacementFactory(pupil__date_of_birth=date(year - 15, 1, 1))
    factories.EnrolmentFactory(pupil=placed.pupil, organisation=world.own.school)
