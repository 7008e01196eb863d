"""The due dates of a person, for the feed of a calendar program. No child's name stands in them.

Each says how its day was counted, or that it was agreed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse

from accounts.models import SchoolCalendar, User
from accounts.models.clocks import Clock
from accounts.permissions import REACH_ALL, REACH_PROVIDER, Permission
from apsystem.lib.gds import day as say
from attendance.models import HomeVisit, ReturnStep, SupportPlan
from outreach.models import Cycle, LogEntry
from placements.models import Placement
from placements.models.review import review_clock
from pupils.models import PermanentExclusion, Suspension
from pupils.models.permanent import EDUCATED_BY_COUNCIL
from pupils.models.suspension import BOARD_MEETS, EDUCATED_BY_SCHOOL
from referrals.models import Referral
from referrals.models.narrowing import OFFICER
from reintegration.models import DestinationCheck, PanelMeeting, StayCheck, papers_of
from reporting.cards.card import Day

PLANNED = "Agreed for this day, not counted"


@dataclass(frozen=True)
class Due:
    """Something that is due on a day. `uid` stays the same while the day moves."""

    uid: str
    on: date
    title: str
    words: str
    url: str


def _referrals(day: Day) -> Iterator[Due]:
    """Tell of the clocks that run for referrals of the person, or that the person covers."""
    if not day.user.can(Permission.REFERRAL_DECIDE):
        return
    people = {person.pk: person for person in (day.user, *day.covered)}
    rows = Referral.objects.as_user(day.user).with_clocks(day.today)
    rows = rows.filter(**{f"{OFFICER}__in": people}).order_by("pk")
    calendar = SchoolCalendar(day.today, day.today)
    for row in rows:
        whose = people[row.assigned_to_id or 0]
        for clock in row.clocks(calendar, day.today):
            if clock.due_on:
                yield Due(
                    uid=f"{row.uid}-{clock.title.lower().replace(' ', '-')}",
                    on=clock.due_on,
                    title=f"{clock.title}: {row.reference}{_mark(day, whose)}",
                    words=_counted(clock),
                    url=row.get_absolute_url(),
                )


def _counted(clock: Clock | None, words: str = "") -> str:
    """Say what is due, how long is left, and how the day was counted."""
    said = [words, *([str(clock), clock.counted] if clock else [])]
    return ". ".join(part for part in said if part)


def _placements(day: Day) -> Iterator[Due]:
    """Tell of reviews and last days: to a provider's people of those they lead, to officers of theirs."""
    at_provider = bool(day.user.organisations_as(REACH_PROVIDER))
    if not at_provider and not day.user.can(Permission.PLACEMENT_OPEN):
        return
    owner = "lead_id" if at_provider else "opened_by_id"
    people = {person.pk: person for person in (day.user, *day.covered)}
    rows = Placement.objects.as_user(day.user).running().filter(**{f"{owner}__in": people})
    found = list(
        rows.select_related("provider")
        .annotate(last_held_on=Max("reviews__held_on"))
        .order_by("pk")
    )
    first = min((row.starts_on for row in found), default=day.today)
    calendar = SchoolCalendar(first, day.today)
    for row in found:
        whose = people[getattr(row, owner)]
        mark = "" if whose == day.user else f", for {whose}"
        clock = review_clock(row, row.last_held_on, calendar, day.today)
        agreed = f"Agreed, not counted. The placement began on {say(row.starts_on)}"
        for title, on, words in (
            ("Review", row.next_review_on, _counted(clock)),
            ("Last day", row.last_day, agreed),
        ):
            if on:
                yield Due(
                    uid=f"{row.uid}-{title.lower().replace(' ', '-')}",
                    on=on,
                    title=f"{title}: {row.reference}{mark}",
                    words=f"{title} of a placement at {row.provider}. {words}",
                    url=reverse("placements:detail", args=[row.uid]),
                )


def _support(day: Day) -> Iterator[Due]:
    """Tell of the reviews, home visits and steps of a return of the person and of those they cover."""
    people = (day.user, *day.covered)
    plans = SupportPlan.objects.as_user(day.user).agreed().filter(owner__in=people).by_due()
    if day.user.can(Permission.ATTENDANCE_SUPPORT_ASSIGN):
        calendar = SchoolCalendar(day.today, day.today)
        for plan in plans.select_related("owner", "placement"):
            yield Due(
                uid=f"{plan.uid}-review",
                on=plan.next_due_on,  # type: ignore[attr-defined]
                title=f"Attendance review: {plan.reference}{_mark(day, plan.owner)}",
                words=_counted(plan.next_clock(calendar, day.today)),
                url=reverse("attendance:support", args=[plan.uid]),
            )
    if day.user.can(Permission.ATTENDANCE_SUPPORT_RECORD):
        yield from _visits(day, people)
        yield from _return_steps(day, people)


def _visits(day: Day, people: tuple[User, ...]) -> Iterator[Due]:
    visits = HomeVisit.objects.as_user(day.user).filter(status="planned", visitor__in=people)
    for visit in visits.select_related("visitor").order_by("pk"):
        yield Due(
            uid=f"{visit.uid}-visit",
            on=visit.planned_on,
            title=f"Home visit{_mark(day, visit.visitor)}",
            words=PLANNED,
            url=reverse("attendance:visit-record", args=[visit.uid]),
        )


def _return_steps(day: Day, people: tuple[User, ...]) -> Iterator[Due]:
    """Tell of steps by their place in the order: their words can name the child."""
    steps = ReturnStep.objects.as_user(day.user).waiting().filter(pathway__opened_by__in=people)
    for step in steps.with_names():
        pathway = step.pathway
        yield Due(
            uid=f"{pathway.uid}-step-{step.position}",
            on=step.planned_on,
            title=f"Step {step.position} of a return{_mark(day, pathway.opened_by)}",
            words=PLANNED,
            url=reverse("attendance:pathway", args=[pathway.uid]),
        )


def _outreach(day: Day) -> Iterator[Due]:
    """Tell of planned outreach and of cycles to review, of the person and of those they cover."""
    if not day.user.can(Permission.OUTREACH_WORK):
        return
    people = (day.user, *day.covered)
    entries = LogEntry.objects.as_user(day.user).planned().filter(worker__in=people)
    for entry in entries.select_related("worker", "school").order_by("pk"):
        yield Due(
            uid=f"{entry.uid}-outreach",
            on=entry.on,
            title=f"{entry.get_kind_display()}{_mark(day, entry.worker)}",
            words=f"Planned outreach at {entry.school}. {PLANNED}",
            url=reverse("outreach:log-outcome", args=[entry.uid]),
        )
    cycles = Cycle.objects.as_user(day.user).to_review().filter(support__worker__in=people)
    for cycle in cycles.select_related("support__worker").order_by("pk"):
        support = cycle.support
        yield Due(
            uid=f"{support.uid}-cycle-{cycle.number}",
            on=cycle.review_on,
            title=f"Review of a cycle: {support.reference}{_mark(day, support.worker)}",
            words=f"Assess, plan, do, review. {PLANNED}",
            url=support.get_absolute_url(),
        )


def _afterwards(day: Day) -> Iterator[Due]:
    """Tell of the checks after a return and after Year 11, of the person and of those they cover."""
    people = (day.user, *day.covered)
    if day.user.can(Permission.PLAN_WORK):
        stays = StayCheck.objects.as_user(day.user).filter(answer="", plan__coordinator__in=people)
        for stay in stays.select_related("plan__coordinator", "plan__placement").order_by("pk"):
            plan = stay.plan
            yield Due(
                uid=f"{plan.uid}-weeks-{stay.weeks}",
                on=stay.due_on,
                title=f"Did the return hold? {plan.reference}{_mark(day, plan.coordinator)}",
                words=f"{stay.weeks} weeks after the end of the last week of the return, "
                f"{say(stay.due_on - timedelta(weeks=stay.weeks))}",
                url=plan.get_absolute_url(),
            )
    if day.user.can(Permission.POST16_WORK):
        checks = DestinationCheck.objects.as_user(day.user).filter(
            answer="", pathway__coach__in=people
        )
        for check in checks.select_related("pathway__coach", "pathway__pupil").order_by("pk"):
            pathway = check.pathway
            yield Due(
                uid=f"{pathway.uid}-{check.month}",
                on=check.due_on,
                title=f"Destination check{_mark(day, pathway.coach)}",
                words=f"{check.get_month_display()}, after Year 11. The council's fixed day of the "
                "year, not counted",
                url=reverse("reintegration:pathway", args=[pathway.pupil.uid]),
            )


def _panel(day: Day) -> Iterator[Due]:
    """Tell of the meetings of the panel that the person may read, until they are closed."""
    if not day.user.can(Permission.PANEL_VIEW):
        return
    for meeting, papers in papers_of(PanelMeeting.objects.as_user(day.user).not_closed()):
        if papers and papers.due_on and day.user.can(Permission.PANEL_PREPARE):
            yield Due(
                uid=f"{meeting.uid}-papers",
                on=papers.due_on,
                title=f"{papers.title} of the Fair Access Panel",
                words=_counted(papers),
                url=meeting.get_absolute_url(),
            )
        yield Due(
            uid=f"{meeting.uid}-panel",
            on=meeting.held_on,
            title=f"Fair Access Panel, {meeting.starts_at:%H:%M}",
            words=f"{meeting.when}. {PLANNED}",
            url=meeting.get_absolute_url(),
        )


def _day_six(day: Day) -> Iterator[Due]:
    """Tell the council from when excluded children are owed education, while nobody has the case.

    An assigned referral is in its officer's feed.
    """
    if not day.user.can(Permission.REFERRAL_DECIDE):
        return
    words = "Arranged by the council. Nobody has the referral so far"
    rows = PermanentExclusion.objects.as_user(day.user).without_education()
    calendar = SchoolCalendar(day.today, day.today)
    for row in rows.filter(referral__assigned_to=None).order_by("pk"):
        yield from _of_exclusion(row, EDUCATED_BY_COUNCIL, "Day-6 duty", words, calendar)


def _excluding(day: Day) -> Iterator[Due]:
    """Tell a school of the education that it arranges, and of the meetings of its board."""
    if day.user.roles & REACH_ALL or not day.user.can(Permission.EXCLUSION_RECORD):
        return
    suspended = Suspension.objects.as_user(day.user).changeable_by(day.user)
    excluded = PermanentExclusion.objects.as_user(day.user).changeable_by(day.user)
    words, calendar = "Arranged by the school", SchoolCalendar(day.today, day.today)
    for row in suspended.without_education(day.today).order_by("pk"):
        yield from _of_exclusion(row, EDUCATED_BY_SCHOOL, "Education from day 6", words, calendar)
    words = "The last day for the board to meet"
    boards: list[Any] = [*suspended.awaiting_board(), *excluded.awaiting_board()]
    for one in boards:
        yield from _of_exclusion(one, BOARD_MEETS, "Governing board", words, calendar)


def _of_exclusion(
    row: Suspension | PermanentExclusion,
    asked: str,
    title: str,
    words: str,
    calendar: SchoolCalendar,
) -> Iterator[Due]:
    """Tell of one clock after an exclusion. Whether the child has a social worker is not said."""
    for clock in row.clocks(calendar, has_social_worker=False):
        if clock.title == asked and clock.due_on:
            yield Due(
                uid=f"{row.uid}-{title.lower().replace(' ', '-')}",
                on=clock.due_on,
                title=f"{title}: {row}",
                words=_counted(clock, words),
                url=row.get_absolute_url(),
            )


def _mark(day: Day, person: User | None) -> str:
    return "" if person == day.user else f", for {person}"


DUES: list[Callable[[Day], Iterator[Due]]] = [
    _referrals,
    _placements,
    _support,
    _outreach,
    _afterwards,
    _panel,
    _day_six,
    _excluding,
]


def dues(day: Day) -> list[Due]:
    """Return all that is due, the next first."""
    found = [due for source in DUES for due in source(day)]
    return sorted(found, key=lambda due: (due.on, due.uid))
