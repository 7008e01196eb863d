"""What happens to a case before the meeting: put forward, on an agenda, in another order, aside."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import SchoolCalendar, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from placements.models import RUNNING
from pupils.actions import follow_meeting
from pupils.models.questions import About
from reintegration.actions.panel import allow
from reintegration.models import (
    CaseKind,
    CaseStatus,
    PanelCase,
    PanelConflict,
    PanelMeeting,
    PanelMember,
    Plan,
)
from reintegration.models.panel_case import FAIR_ACCESS_DAYS, OPEN_CASES
from reintegration.models.readiness import readiness, way_elsewhere

STALLED_FOR = timedelta(weeks=3)  # no gate for three weeks
AGAIN_AFTER = timedelta(days=30)  # how long the clock leaves alone what the panel dealt with
TARGET_OVER = "The half term of return is over."
NO_GATE = "No gate was passed for three weeks."


def count_by(agreed_on: date) -> date | None:
    """Return the last of the 20 school days; None beyond the calendar."""
    return SchoolCalendar(agreed_on, agreed_on).after(agreed_on, FAIR_ACCESS_DAYS)


@transaction.atomic
def put_forward(case: PanelCase, *, by: User) -> PanelCase:
    """Put a case forward. A child whose way is another one is refused, with which way it is."""
    allow(by, Permission.PANEL_PREPARE)
    return _put(case, by)


@transaction.atomic
def disagree(plan: Plan, *, words: str, by: User) -> PanelCase:
    """Ask the panel about a return with which the school does not agree, in the school's own words.

    Where the panel is asked already, the words are added; words that are there are not replaced.
    """
    allow(by, Permission.PLAN_DISAGREE)
    fresh = Plan.objects.as_user(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if not fresh.is_open:
        raise WrongStatus("This plan is closed. Open it again to see how it ended.")
    asked = PanelCase.objects.open().filter(pupil=fresh.pupil_id, kind=CaseKind.MODERATION)
    case = asked.select_for_update(of=("self",)).first()
    if case is None:
        why = "The school does not agree with this way back."
        case = PanelCase(plan=fresh, pupil=fresh.pupil, kind=CaseKind.MODERATION, why=why)
        case.agreed_on, case.school_words = localdate(), words
        return _put(case, by)
    if case.school_words:
        raise ValidationError(
            {"words": "The panel has words of the school already. Ask the council's SEND team to "
             "change them."}
        )  # fmt: skip
    case.school_words = words
    case.full_clean()
    case.save(update_fields=["school_words"])
    return case


def _put(case: PanelCase, by: User) -> PanelCase:
    if case.agreed_on > localdate():
        raise ValidationError({"agreed_on": "The day is to come. Enter today or an earlier day."})
    if case.kind == CaseKind.FAIR_ACCESS:
        if elsewhere := way_elsewhere(case.pupil, localdate()):
            raise ValidationError(elsewhere)
        case.consider_by = count_by(case.agreed_on)
    _fill(case)
    case.put_by = by
    case.full_clean()
    case.save()
    return case


def _fill(case: PanelCase) -> None:
    """Take the referral and the placement that the record holds: nobody types them again."""
    pupil = case.pupil
    running = pupil.placements.filter(status__in=RUNNING).order_by("-starts_on", "-pk")
    case.placement = case.plan.placement if case.plan else running.first()
    from_placement = case.placement.referral if case.placement else None
    sent = pupil.referrals.exclude(status__in=["draft", "withdrawn"]).order_by("-made_at")
    case.referral = from_placement or sent.first()


@transaction.atomic
def change_case(case: PanelCase, *, by: User) -> PanelCase:
    """Change what the case says, while the panel has not dealt with it."""
    allow(by, Permission.PANEL_PREPARE)
    fresh = _locked(case, by)
    if fresh.status not in OPEN_CASES:
        raise WrongStatus(f"This case is {fresh.get_status_display().lower()} already.")
    names = ["category", "why", "pupil_words", "parent_words", "school_words", "other_words"]
    for name in names:
        setattr(fresh, name, getattr(case, name))
    fresh.full_clean()
    fresh.save(update_fields=names)
    return fresh


def _locked(case: PanelCase, by: User) -> PanelCase:
    rows = PanelCase.objects.as_user(by).select_for_update(of=("self",))
    return rows.get(pk=case.pk)


def locked_meeting(meeting: PanelMeeting, by: User) -> PanelMeeting:
    """Return the meeting, locked and fresh and read through as_user."""
    rows = PanelMeeting.objects.as_user(by).select_for_update(of=("self",))
    return rows.get(pk=meeting.pk)


def next_position(meeting: PanelMeeting) -> int:
    """Return the number after the last item of an agenda. Whoever asks has locked the meeting."""
    return (meeting.cases.aggregate(last=Max("position"))["last"] or 0) + 1


def _built(meeting: PanelMeeting, by: User) -> PanelMeeting:
    fresh = locked_meeting(meeting, by)
    if not fresh.is_built:
        raise WrongStatus(
            f"The meeting is {fresh.get_status_display().lower()}: its agenda stands."
        )
    return fresh


@transaction.atomic
def put_on(case: PanelCase, *, meeting: PanelMeeting, by: User) -> PanelCase:
    """Put a case that is ready at the end of an agenda. What is missing is named."""
    allow(by, Permission.PANEL_PREPARE)
    meeting = _built(meeting, by)
    if missing := readiness([case], localdate())[case.pk]:
        raise ValidationError(f"{case.reference} is not ready. Missing: {'; '.join(missing)}")
    case = make_move(case, "put_on", by=by, meeting=meeting, position=next_position(meeting))
    move_last_days(case)
    return case


def move_last_days(case: PanelCase) -> None:
    """Let what was asked for the panel be changed until the meeting that takes the case now."""
    follow_meeting([case.pupil_id], About.PANEL, since=case.agreed_on)


@transaction.atomic
def take_off(case: PanelCase, *, meeting: PanelMeeting, by: User) -> PanelCase:
    """Take a case off an agenda; it waits again, and the others close up.

    A case of the clock is theirs from now on, so that the clock does not put it back.
    """
    allow(by, Permission.PANEL_PREPARE)
    meeting = _built(meeting, by)
    put_by = case.put_by or by
    case = make_move(case, "take_off", by=by, meeting=None, position=None, put_by=put_by)
    number(PanelCase.objects.agenda_of(meeting))
    move_last_days(case)
    return case


def number(cases: Iterable[PanelCase]) -> None:
    """Give the items of an agenda their numbers, from 1 in the order given, in one statement."""
    rows = list(cases)
    for position, row in enumerate(rows, start=1):
        row.position = position
    PanelCase.objects.bulk_update(rows, ["position"])


@transaction.atomic
def move(case: PanelCase, *, meeting: PanelMeeting, to: int, by: User) -> None:
    """Move an item to a place of the agenda, counted from 1; the others close up."""
    allow(by, Permission.PANEL_PREPARE)
    meeting = _built(meeting, by)
    reached = PanelCase.objects.as_user(by).filter(meeting=meeting, pk=case.pk)
    item = reached.get()
    rest = [row for row in PanelCase.objects.agenda_of(meeting) if row.pk != item.pk]
    rest.insert(min(max(to, 1), len(rest) + 1) - 1, item)
    number(rest)


@transaction.atomic
def plan_minutes(case: PanelCase, *, meeting: PanelMeeting, minutes: int, by: User) -> PanelCase:
    """Say how many minutes are planned for an item."""
    allow(by, Permission.PANEL_PREPARE)
    _built(meeting, by)
    fresh = _locked(case, by)
    fresh.minutes = minutes
    fresh.full_clean()
    fresh.save(update_fields=["minutes"])
    return fresh


@transaction.atomic
def withdraw_case(case: PanelCase, *, because: str, by: User) -> PanelCase:
    """Withdraw a case, with the reason. On an agenda it keeps its number, so that packs still fit."""
    changes = {"withdrawn_because": because, "decided_by": by, "decided_at": timezone.now()}
    return make_move(case, "withdraw", by=by, **changes)


@transaction.atomic
def declare(
    case: PanelCase, *, reason: str, by: User, member: PanelMember | None = None
) -> PanelConflict:
    """Declare an interest in a case: a member for themselves, whoever prepares for any member.

    From now on the member reaches the case no more: not on the screen, in the pack or the minutes.
    """
    fresh = _locked(case, by)
    own = PanelMember.objects.of(by).on(localdate()).first()
    if member is None or not by.can(Permission.PANEL_PREPARE):
        member = own
    if member is None and by.can(Permission.PANEL_PREPARE):
        raise ValidationError({"member": "Choose the member: you have no seat on the panel."})
    if member is None:
        raise PermissionDenied("this asks for a seat on the panel")
    row = PanelConflict(case=fresh, member=member, reason=reason, declared_by=by)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def propose_stalled(today: date) -> int:
    """Put forward the plans that stall. Safe to run any number of times; return how many are new.

    A plan that the panel deals with, or dealt with in the last 30 days, is left alone. What is
    ready goes on the next agenda that is not published; the rest waits with what is missing.
    """
    late = Plan.objects.overdue(today)
    idle = Plan.objects.without_gate_since(today - STALLED_FOR)
    why = dict.fromkeys(idle.values_list("pk", flat=True), NO_GATE)
    why |= dict.fromkeys(late.values_list("pk", flat=True), TARGET_OVER)
    cases = PanelCase.objects.filter(kind=CaseKind.MODERATION)
    known = set(cases.open().values_list("pupil", flat=True))
    lately = cases.filter(decided_at__date__gt=today - AGAIN_AFTER)
    dealt_with = set(lately.values_list("plan", flat=True))
    count = 0
    for plan in Plan.objects.select_for_update(of=("self",)).filter(pk__in=why).order_by("pk"):
        if plan.pupil_id in known or plan.pk in dealt_with:
            continue
        case = PanelCase(
            pupil=plan.pupil,
            kind=CaseKind.MODERATION,
            plan=plan,
            agreed_on=today,
            why=f"{why[plan.pk]} The panel is asked what helps.",
            stalled=why[plan.pk],
        )
        _fill(case)
        case.save()
        known.add(plan.pupil_id)
        count += 1
    _put_on_next_agenda(today)
    return count


def _put_on_next_agenda(today: date) -> None:
    """Put what the clock put forward, and is ready, on the next agenda that is not published.

    No more than fits into the minutes of the meeting: the rest waits for another one.
    """
    rows = PanelMeeting.objects.open_for_cases(today).planned().select_for_update(of=("self",))
    meeting = rows.first()
    waiting = PanelCase.objects.candidates().exclude(stalled="").filter(put_by=None)
    cases = list(waiting.select_for_update(of=("self",))) if meeting else []
    if meeting is None or not cases:
        return
    missing = readiness(cases, today)
    left = meeting.minutes - (meeting.cases.aggregate(sum=Sum("minutes"))["sum"] or 0)
    for case in cases:
        if missing[case.pk] or case.minutes > left:
            continue
        case.status, case.meeting = CaseStatus.ON_AGENDA, meeting
        case.position = next_position(meeting)
        case.full_clean()
        case.save(update_fields=["status", "meeting", "position"])
        move_last_days(case)
        left -= case.minutes


@transaction.atomic
def count_cases_again() -> None:
    """Count the 20 school days anew for cases that are not dealt with: the calendar changed."""
    rows = PanelCase.objects.open().filter(kind=CaseKind.FAIR_ACCESS)
    for case in rows.select_for_update(of=("self",)):
        case.consider_by = count_by(case.agreed_on)
        case.save(update_fields=["consider_by"])
