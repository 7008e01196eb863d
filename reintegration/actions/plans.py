"""What happens to a plan before the weeks of return: set up, changed, its gates, its end."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import HalfTerm, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.gds import day
from apsystem.lib.seen import hold_seen
from placements.models import PLANNED_ROUTES, RUNNING, Placement, Route
from reintegration.models import Gate, Outcome, Plan, Status, TargetChange
from reintegration.models.gate import Kind

OUTCOME_OF_ROUTE = {
    Route.MAINSTREAM: Outcome.MAINSTREAM,
    Route.SPECIAL: Outcome.SPECIAL,
    Route.POST_16: Outcome.POST_16,
}


def check(by: User) -> None:
    """Raise PermissionDenied unless the person works on plans."""
    if not by.can(Permission.PLAN_WORK):
        raise PermissionDenied("this asks for plan.work")


def fresh_copy(plan: Plan, by: User, *statuses: str) -> Plan:
    """Return the plan, locked and fresh and read through as_user, in one of these statuses."""
    check(by)
    fresh: Plan = Plan.objects.as_user(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if fresh.status not in (statuses or [Status.PREPARING, Status.RETURNING]):
        raise WrongStatus(
            f"This plan is {fresh.get_status_display().lower()}. Open it again to see why."
        )
    return fresh


@transaction.atomic
def set_up(placement: Placement) -> Plan | None:
    """Set up the plan of an accepted placement, once: nobody has to think of it.

    The strategy asks for a plan with the half term of return from the day of the placement. None
    where the placement has no way back to plan: tier 1, or offers from before half terms were asked.
    """
    if not placement.sessions or placement.returns_in is None:
        return None
    is_planned = placement.route in PLANNED_ROUTES
    plan, is_new = Plan.objects.get_or_create(
        placement=placement,
        defaults={
            "pupil": placement.pupil,
            "route": placement.route if is_planned else Route.MAINSTREAM,
            "first_target": placement.returns_in,
            "target": placement.returns_in,
            "receiving_school": placement.home_school
            if placement.route == Route.MAINSTREAM
            else None,
            "coordinator": placement.lead,
        },
    )
    if is_new:
        work.changed("plans")
    return plan


@transaction.atomic
def set_up_by_hand(placement: Placement, *, route: str, target: HalfTerm, by: User) -> Plan:
    """Set up the plan of a running placement that has none: its offer named no half term."""
    check(by)
    rows = Placement.objects.as_user(by).select_for_update(of=("self",))
    fresh: Placement = rows.get(pk=placement.pk)
    if fresh.status not in RUNNING or not fresh.sessions:
        raise WrongStatus("This placement has no way back to plan: it does not run, or is tier 1.")
    if Plan.objects.filter(placement=fresh).exists():
        raise WrongStatus("This placement has its plan already. Open it from its page.")
    _not_over(target)
    plan = Plan(
        placement=fresh,
        pupil=fresh.pupil,
        route=route,
        first_target=target,
        target=target,
        receiving_school=fresh.home_school if route == Route.MAINSTREAM else None,
        coordinator=fresh.lead,
    )
    plan.full_clean()
    plan.save()
    return plan


def _not_over(target: HalfTerm) -> None:
    if target.ends_on <= localdate():
        raise ValidationError(
            {"target": f"{target} is over. Choose this half term or a later one."}
        )


@transaction.atomic
def change(plan: Plan, changed: Plan, *, seen: str, by: User) -> Plan:
    """Write where the way leads, who coordinates, what stands in the way and what is aimed at.

    Raise Stale.
    """
    fresh = fresh_copy(plan, by)
    hold_seen(fresh, seen)
    names = ["route", "receiving_school", "receiving_place", "coordinator", "school_coordinator",
             "barriers", "goals"]  # fmt: skip
    for name in names:
        setattr(fresh, name, getattr(changed, name))
    fresh.full_clean()
    fresh.save(update_fields=names)
    return fresh


@transaction.atomic
def move_target(plan: Plan, *, target: HalfTerm, reason: str, by: User) -> Plan:
    """Move the half term of return, with the reason. The one that was named first stays visible."""
    fresh = fresh_copy(plan, by)
    _not_over(target)
    row = TargetChange(plan=fresh, before=fresh.target, after=target, reason=reason, by=by)
    row.full_clean()
    row.save()
    fresh.target = target
    fresh.save(update_fields=["target"])
    return fresh


@transaction.atomic
def pass_gate(plan: Plan, gate: Gate, *, by: User) -> Gate:
    """Record the evidence of a gate for the return that is prepared."""
    fresh = fresh_copy(plan, by, Status.PREPARING)
    starts_on = fresh.placement.starts_on
    if not starts_on <= gate.held_on <= localdate():
        raise ValidationError(
            {"held_on": f"Enter a day from {day(starts_on)}, the first day of the placement, "
             "to today."}
        )  # fmt: skip
    gate.plan, gate.attempt, gate.recorded_by = fresh, fresh.attempt, by
    _compare(gate)
    gate.full_clean()
    gate.save()
    work.changed("plans")
    return gate


def _compare(gate: Gate) -> None:
    """Refuse scores that cannot be set beside each other."""
    if gate.kind != Kind.PROGRESS or not (gate.baseline and gate.later):
        return
    before, after = gate.baseline, gate.later
    if {before.pupil_id, after.pupil_id} != {gate.plan.pupil_id}:
        raise ValidationError({"later": "Choose assessments of this pupil."})
    if (before.instrument_id, before.informant) != (after.instrument_id, after.informant):
        raise ValidationError(
            {"later": "Choose a later assessment with the same instrument and the same informant: "
             "others cannot be compared."}
        )  # fmt: skip
    if after.held_on <= before.held_on:
        raise ValidationError({"later": "The later assessment must be after the baseline."})


@transaction.atomic
def close(plan: Plan, *, outcome: str, words: str, by: User, on: date | None = None) -> Plan:
    """Close a plan whose weeks do not run, with its outcome."""
    work.changed("plans")
    return make_move(
        plan, "close", by=by, outcome=outcome, outcome_words=words, closed_on=on or localdate()
    )


@transaction.atomic
def follow(placement: Placement) -> None:
    """Close the plan of a placement that another one follows, or that was cancelled."""
    plan = Plan.objects.select_for_update(of=("self",)).filter(placement=placement).first()
    goes_on = placement.followed_by.filter(status__in=["open", "paused", "ended"]).exists()
    is_cancelled = placement.status == "cancelled"
    if plan is None or plan.status != Status.PREPARING or not (goes_on or is_cancelled):
        return
    plan.status, plan.closed_on = Status.CLOSED, localdate()
    plan.outcome = Outcome.GOES_ON if goes_on else Outcome.NOT_BACK
    plan.outcome_words = (
        "Another placement follows." if goes_on else "The placement was cancelled."
    )
    plan.save(update_fields=["status", "closed_on", "outcome", "outcome_words"])
    work.changed("plans")
