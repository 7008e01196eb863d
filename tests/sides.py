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
from outreach.models import Deal
from placements.models import Objective, ObjectiveChange, Placement
from pupils.models import Pupil
from reintegration.models import PANEL_ROLES
from tests import factories
from tests.factories import returns

FAR = date(2035, 1, 1)
OWN_PANEL_DAYS, FOREIGN_PANEL_DAYS = 5, 40


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


def panel(
    pupils: list[Pupil], plan: Any, school: Organisation, name: str, token: Callable[[str], str]
) -> dict[str, Any]:
    """Make a meeting of the panel in each status, with cases that hold texts of the children."""
    two, three, four = pupils
    days = OWN_PANEL_DAYS if name == "own" else FOREIGN_PANEL_DAYS
    held_on = localdate() + timedelta(days=days)
    words = {
        "why": token("panelwhy"),
        "pupil_words": token("panelpupil"),
        "parent_words": token("panelparent"),
        "school_words": token("panelschool"),
        "other_words": token("panelother"),
    }
    meetings = {
        status: factories.PanelMeetingFactory(
            status=status, held_on=held_on, place=f"Room {number}"
        )
        for number, status in enumerate(["planned", "published", "in session", "closed"])
    }
    told = factories.PanelCaseFactory(
        meeting=meetings["closed"],
        pupil=three,
        status="decided",
        outcome="allotted",
        school=school,
        reason=token("panelreason"),
        override_reason=token("paneloverride"),
        **words,
    )
    action = factories.PanelActionFactory(case=told, words=token("panelaction"))
    factories.PanelConflictFactory(case=told, reason=token("panelinterest"))
    return {
        "meetings": meetings,
        "told": told,
        "action": action,
        "item": factories.PanelCaseFactory(meeting=meetings["in session"], pupil=two, **words),
        "published": factories.PanelCaseFactory(
            meeting=meetings["published"], pupil=three, **words
        ),
        "planned": factories.PanelCaseFactory(meeting=meetings["planned"], pupil=four, **words),
        "waiting": factories.PanelCaseFactory(moderated=True, plan=plan, **words),
        "seat": factories.PanelMemberFactory(
            organisation=school, starts_on=held_on, ends_on=held_on + timedelta(days=1)
        ),
    }


def seats(people: dict[Role, Any], council: Organisation, today: date) -> None:
    """Give the people of the panel seats that are over before the foreign side meets."""
    ends_on = today + timedelta(days=OWN_PANEL_DAYS + 1)
    for role in PANEL_ROLES:
        factories.PanelMemberFactory(
            user=people[role], organisation=council, role=False, ends_on=ends_on
        )


def more_panel(world: Any) -> None:
    """Make one more row of each list of the panel, for the own side of the world."""
    rows = world.own.panel
    for status, meeting in rows["meetings"].items():
        done = {"status": "decided"} if status == "closed" else {}
        case = factories.PanelCaseFactory(meeting=meeting, **done)
        factories.EnrolmentFactory(pupil=case.pupil, organisation=world.own.school)
        factories.PanelActionFactory(case=case)
        factories.PanelConflictFactory(case=case)
    factories.PanelCaseFactory()
    factories.PanelMeetingFactory(held_on=rows["meetings"]["closed"].held_on)
    factories.LedgerWeightFactory()
    factories.PanelExceptionFactory(school=factories.SchoolFactory(phase="secondary"))
    factories.HeadcountFactory(school=factories.SchoolFactory(phase="secondary"))
    factories.VacancyFactory(school=factories.SchoolFactory(phase="secondary"))


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


def change_of(objective: Objective, token: Callable[[str], str]) -> ObjectiveChange:
    """Return a change of an objective that waits, after one that was not agreed."""
    texts = {name: token(f"change{name}") for name in ("words", "measure", "reason")}
    before = {"words_before": token("wordsbefore"), "measure_before": token("measurebefore")}
    factories.ObjectiveChangeFactory(
        objective=objective, is_agreed=False, answer=token("changerefused"),
        answered_by=factories.UserFactory(), answered_at=timezone.now(), **texts | before,
    )  # fmt: skip
    return factories.ObjectiveChangeFactory(objective=objective, **texts)


def mark(placement: Placement, day: date, token: Callable[[str], str]) -> Mark:
    """Mark a session, amend the mark, and take an earlier one back."""
    mark = factories.MarkFactory(
        placement=placement, date=day, code_id="I", version=2, note=token("well")
    )
    told = {"by_name": token("amender"), "by_position": token("amenderspost")}
    factories.MarkAmendmentFactory(
        mark=mark, original="N", amended="I", reason=token("amendment"), **told
    )
    factories.TakenBackFactory(placement=placement, date=day, **told)
    return mark


def more_changes(world: Any, placement: Placement) -> None:
    """Make one more row of lists about what the own side has: changes, files, keys, places."""
    rows = world.own
    factories.MarkAmendmentFactory(mark=rows.mark, original="N", amended="I")
    held_on = world.school_day - timedelta(days=rows.timetable.reviews.count())
    factories.TimetableReviewFactory(
        timetable=rows.timetable,
        due_on=held_on,
        held_on=held_on,
        came=["parent"],
        outcome="continue",
        recorded_by=rows.timetable.recorded_by,
        recorded_at=timezone.now(),
    )
    returns.PlanFactory(placement=placement)
    factories.uploaded(rows.provider, rows.mark, "Week")
    factories.AttachmentFactory(referral=rows.submitted)
    factories.ApiKeyFactory(organisation=rows.provider)
    factories.MembershipFactory(organisation=world.council, role=Role.MANAGER)
    factories.RegisterTimesFactory()
    factories.CommissionFactory()
    factories.ClosedToNewFactory()


def member(school: Organisation, provider: Organisation) -> Membership:
    """Make a person who works at both places of a side; return the role at the provider."""
    first = factories.MembershipFactory(organisation=provider, role=Role.PROVIDER_STAFF)
    factories.MembershipFactory(user=first.user, organisation=school, role=Role.SCHOOL_STAFF)
    return first


def outreach(
    pupils: list[Pupil], placement: Placement, token: Callable[[str], str], day: date
) -> dict[str, Any]:
    """Make support that is open, that waits, and that is closed with what the school is asked."""
    one, two = pupils
    start, school = placement.starts_on, placement.home_school
    place = {"school": school, "provider": placement.provider}
    running = factories.SupportFactory(
        pupil=one,
        starts_on=start,
        planned_last_day=day + timedelta(days=30),
        aims=token("outreachaims"),
        no_semh_baseline=token("nobaseline"),
        **place,
    )
    waiting = factories.SupportFactory(
        pupil=two,
        status="preparing",
        starts_on=start,
        planned_last_day=day + timedelta(days=30),
        aims=token("waitingaims"),
        **place,
    )
    closed = factories.SupportFactory(
        pupil=one,
        status="closed",
        starts_on=start - timedelta(days=90),
        planned_last_day=start,
        ended_on=start,
        end_words=token("cameofit"),
        **place,
    )
    factories.CycleFactory(
        support=running, assessed=token("assessed"), planned=token("planned"), review_on=day
    )
    line = factories.LogLineFactory(
        support=running,
        entry__school=school,
        entry__provider=placement.provider,
        entry__on=start,
        words=token("logline"),
    )
    planned = factories.LogEntryFactory(status="planned", on=day, **place)
    asked = factories.FollowUpFactory(
        support=closed, months=3, due_on=start, sent_on=start, link_ends_on=FAR
    )
    factories.FollowUpFactory(
        support=closed, months=6, due_on=start, suspended="no", words=token("followed")
    )
    factories.FollowUpFactory(support=closed, months=12, due_on=day + timedelta(days=100))
    return {
        "running": running,
        "waiting": waiting,
        "planned": planned,
        "done": line.entry,
        "asked": asked,
        "evaluation": factories.EvaluationFactory(support=closed, link_ends_on=FAR),
    }


def more_outreach(world: Any, pupil: Pupil) -> None:
    """Make one more row of each list of outreach, for the own side of the world."""
    day, rows = world.school_day, world.own
    place = {"school": rows.school, "provider": rows.provider, "starts_on": day}
    support = factories.SupportFactory(pupil=pupil, planned_last_day=day, **place)
    entry = factories.LogEntryFactory(school=rows.school, provider=rows.provider, on=day)
    for about in (support, rows.outreach["running"]):
        factories.LogLineFactory(support=about, entry=entry)
    whole = factories.SupportFactory(
        kind="school", status="closed", planned_last_day=day, ended_on=day, **place
    )
    factories.EvaluationFactory(
        support=whole, rating=4, answered_at=timezone.now(), answered_by="Robin Example"
    )
    factories.FollowUpFactory(support__pupil=pupil, school=rows.school, due_on=day)
    deal = Deal.objects.filter(school=rows.school).first()
    factories.PurchaseFactory(
        deal=deal or factories.DealFactory(school=rows.school, year=academic_year(day))
    )
