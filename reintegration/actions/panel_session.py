"""What happens in a meeting: decided, deferred, taken up again, and the meeting closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import HalfTerm, Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from placements import places
from placements.models import Hold
from reintegration.actions.panel import allow
from reintegration.actions.panel_cases import locked_meeting, move_last_days, next_position
from reintegration.models import (
    CaseStatus,
    MeetingStatus,
    PanelAction,
    PanelCase,
    PanelMeeting,
    PanelOutcome,
    Plan,
    TargetChange,
    ledger,
    next_in_turn,
    year_group_of,
)
from reintegration.models.panel_case import DEALT_WITH
from reintegration.models.readiness import way_elsewhere

HELD_FOR = timedelta(days=28)  # a place that the panel decided on, until it is offered

UNDECIDED = {
    "outcome": "",
    "school": None,
    "provider": None,
    "half_term": None,
    "reason": "",
    "next_in_turn": None,
    "turn_words": "",
    "override_reason": "",
    "is_overbooked": False,
    "overbooking_reason": "",
    "year_group": None,
    "decided_by": None,
    "decided_at": None,
}


@dataclass(frozen=True)
class Decision:
    """What the panel decided, as it is typed once."""

    outcome: str
    reason: str
    school: Organisation | None = None
    provider: Organisation | None = None
    half_term: HalfTerm | None = None
    override_reason: str = ""
    overbooking_reason: str = ""


@dataclass(frozen=True)
class Task:
    """Something that follows from a case: what, who, by when."""

    words: str
    owner: str
    due_on: date | None


def quorum_words(meeting: PanelMeeting, case: PanelCase) -> str:
    """Say why the panel cannot decide a case; nothing where enough members are there for it."""
    here = meeting.attended.exclude(conflicts__case=case).count()
    if here >= meeting.quorum:
        return ""
    aside = meeting.attended.filter(conflicts__case=case).count()
    stepped = f" {aside} stepped aside." if aside else ""
    return (
        f"There is no quorum: {here} of the {meeting.quorum} members who are needed are there for "
        f"this case.{stepped} It can be deferred, and not decided."
    )


def _in_session(case: PanelCase, by: User) -> PanelMeeting:
    """Return the meeting of a case, locked, while it is in session."""
    allow(by, Permission.PANEL_CHAIR)
    PanelCase.objects.as_user(by).get(pk=case.pk)
    meeting = locked_meeting(case.meeting, by) if case.meeting else None
    if meeting is None or meeting.status != MeetingStatus.IN_SESSION:
        raise WrongStatus("The meeting is not in session, so nothing is recorded.")
    return meeting


@transaction.atomic
def decide(
    case: PanelCase, decision: Decision, *, by: User, task: Task | None = None
) -> PanelCase:
    """Record what the panel decided on a case. Raise ValidationError where something is missing."""
    meeting = _in_session(case, by)
    if words := quorum_words(meeting, case):
        raise ValidationError(words)
    if decision.outcome not in case.outcomes:
        raise ValidationError({"outcome": "Choose an outcome that fits the case."})
    year_group = year_group_of(case.pupil, meeting.held_on)
    changes = UNDECIDED | {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "year_group": year_group,
        "decided_by": by,
        "decided_at": timezone.now(),
        **_place(case, decision, year_group),
    }
    case = make_move(case, "decide", by=by, **changes)
    _keep(case, task)
    return case


def _place(case: PanelCase, decision: Decision, year_group: int) -> dict[str, object]:
    """Return where the decision leads, with whose turn it was and whether places are left."""
    if decision.outcome == PanelOutcome.ALLOTTED:
        if elsewhere := way_elsewhere(case.pupil, localdate()):
            raise ValidationError(elsewhere)
        turn = next_in_turn(ledger(year_group, localdate(), pupil=case.pupil))
        is_another = turn is not None and turn.school != decision.school
        return {
            "school": decision.school,
            "next_in_turn": turn.school if turn else None,
            "turn_words": turn.words if turn else "",
            "override_reason": decision.override_reason if is_another else "",
        }
    if decision.outcome == PanelOutcome.PROVISION and decision.provider:
        is_full = not has_room(decision.provider, case)
        return {
            "provider": decision.provider,
            "is_overbooked": is_full,
            "overbooking_reason": decision.overbooking_reason if is_full else "",
        }
    if decision.outcome == PanelOutcome.RETURN:
        return {"school": decision.school}
    if decision.outcome == PanelOutcome.MORE_TIME:
        if decision.half_term and decision.half_term.ends_on <= localdate():
            words = f"{decision.half_term} is over. Choose this half term or a later one."
            raise ValidationError({"half_term": words})
        return {"half_term": decision.half_term}
    return {}


def has_room(provider: Organisation, case: PanelCase) -> bool:
    """Tell whether a provider has a free place in this half term or the next; yes where unknown."""
    today = localdate()
    shown = places.spans_between(today, None)[:1]
    cells = places.room(provider.pk, shown, today, beside=case.pupil_id)
    return all(cell.free is None or cell.free > 0 for cell in cells)


def _keep(case: PanelCase, task: Task | None) -> None:
    if task is None or not (task.words or task.owner or task.due_on):
        return
    if task.due_on is None:
        raise ValidationError({"action_due_on": "Enter by when it is to be done."})
    row = PanelAction(case=case, words=task.words, owner=task.owner, due_on=task.due_on)
    row.full_clean()
    row.save()


@transaction.atomic
def defer(
    case: PanelCase,
    *,
    missing: str,
    booked: PanelMeeting | None,
    by: User,
    task: Task | None = None,
) -> PanelCase:
    """Defer a case: say what is missing, and book it on a later meeting. The clock runs on."""
    meeting = _in_session(case, by)
    if booked is None:
        raise ValidationError({"booked": "Choose the meeting that takes it up again."})
    later = PanelMeeting.objects.to_come(meeting.held_on).select_for_update(of=("self",))
    booked = later.filter(pk=booked.pk).first()
    if booked is None:
        raise ValidationError({"booked": "Choose a later meeting that is not in session."})
    case = make_move(
        case, "defer", by=by, missing=missing, decided_by=by, decided_at=timezone.now()
    )
    _keep(case, task)
    names = ["pupil", "kind", "category", "referral", "placement", "plan", "agreed_on",
             "consider_by", "why", "stalled", "pupil_words", "parent_words", "school_words",
             "other_words", "put_by", "minutes"]  # fmt: skip
    following = PanelCase(
        **{name: getattr(case, name) for name in names},
        follows=case,
        status=CaseStatus.ON_AGENDA,
        meeting=booked,
        position=next_position(booked),
    )
    following.full_clean()
    following.save()
    move_last_days(following)
    for conflict in case.conflicts.all():
        conflict.pk, conflict.case = None, following
        conflict._state.adding = True
        conflict.save()
    return case


@transaction.atomic
def reopen(case: PanelCase, *, by: User) -> PanelCase:
    """Take up a decided case again while the meeting is in session: what was decided is undone."""
    _in_session(case, by)
    return make_move(case, "reopen", by=by, **UNDECIDED)


@transaction.atomic
def close_meeting(meeting: PanelMeeting, *, by: User) -> PanelMeeting:
    """Close a meeting whose items are all dealt with: letters, mail and plans follow by themselves.

    Two who close at once: one does, the other is told that somebody was first.
    """
    allow(by, Permission.PANEL_CHAIR)
    meeting = locked_meeting(meeting, by)
    left = meeting.cases.exclude(status__in=DEALT_WITH).count()
    if left and meeting.status == MeetingStatus.IN_SESSION:
        items = "1 item is" if left == 1 else f"{left} items are"
        raise WrongStatus(f"{items} not dealt with. Decide, defer or withdraw, then close.")
    _half_terms_are_not_over(meeting)
    meeting = make_move(meeting, "close", by=by, closed_by=by, closed_at=timezone.now())
    decided = meeting.cases.filter(status=CaseStatus.DECIDED)
    for case in decided.select_related("half_term", "school", "referral"):
        _move_plan(case, by=by)
        _hold_place(case, by=by)
    work.post("panel.closed", meeting=meeting.pk)
    return meeting


def _half_terms_are_not_over(meeting: PanelMeeting) -> None:
    """Refuse to close a meeting that stayed open past a half term to which it gave more time."""
    decided = meeting.cases.filter(status=CaseStatus.DECIDED).select_related("half_term")
    late = decided.filter(half_term__ends_on__lte=localdate()).order_by("position").first()
    if late:
        raise WrongStatus(
            f"Item {late.position} is given more time, to {late.half_term}, which is over. Take it "
            "up again, then close."
        )


def _move_plan(case: PanelCase, *, by: User) -> None:
    """Write the decision into the plan: where the way leads, or another half term of return.

    The panel's reason stays with the case: whoever declared an interest still reads the plan.
    """
    rows = Plan.objects.open().select_for_update(of=("self",)).select_related("target")
    plan = rows.filter(Q(pk=case.plan_id) | Q(placement=case.placement_id)).first()
    half_term = case.half_term
    if plan is None:
        return
    if case.school is not None and plan.receiving_school_id != case.school_id:
        plan.receiving_school, plan.receiving_place = case.school, ""
        plan.save(update_fields=["receiving_school", "receiving_place"])
    if half_term is not None and plan.target != half_term:
        TargetChange.objects.create(
            plan=plan,
            before=plan.target,
            after=half_term,
            reason=f"The Fair Access Panel decided ({case.reference}).",
            by=by,
        )
        plan.target = half_term
        plan.save(update_fields=["target"])


def _hold_place(case: PanelCase, *, by: User) -> None:
    """Hold the place at the provider: the offer to it starts from there, nothing is typed twice."""
    referral = case.referral
    if case.provider is None or referral is None or not referral.awaits_a_place:
        return
    today = localdate()
    referral.holds.filter(released_at=None).update(released_at=timezone.now())
    row = Hold(
        referral=referral,
        provider=case.provider,
        starts_on=today,
        expires_on=today + HELD_FOR,
        held_by=by,
        against=case.overbooking_reason,
    )
    row.full_clean()
    row.save()


@transaction.atomic
def finish(task: PanelAction, *, by: User) -> PanelAction:
    """Say that what followed from a case is done."""
    allow(by, Permission.PANEL_PREPARE)
    rows = PanelAction.objects.as_user(by).select_for_update(of=("self",))
    fresh: PanelAction = rows.get(pk=task.pk)
    if fresh.done_on is None:
        fresh.done_on, fresh.done_by = localdate(), by
        fresh.full_clean()
        fresh.save(update_fields=["done_on", "done_by"])
    return fresh
