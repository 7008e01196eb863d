"""Support, from the accepted placement of tier 1, or work with a school, to its end."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.gds import day
from apsystem.lib.seen import hold_seen
from outreach.actions.asking import ask_later
from outreach.models import Aspect, Cycle, Support
from outreach.models.support import Kind, Status
from placements.models import Assessment, Placement
from referrals.models import Tier


def check(by: User, permission: Permission = Permission.OUTREACH_WORK) -> None:
    """Raise PermissionDenied unless the person may do this."""
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def fresh_copy(support: Support, by: User, *statuses: str) -> Support:
    """Return the support, locked and fresh and read through as_user, in one of these statuses."""
    check(by)
    rows = Support.objects.as_user(by).select_for_update(of=("self",))
    fresh: Support = rows.get(pk=support.pk)
    if fresh.status not in (statuses or [Status.PREPARING, Status.OPEN]):
        raise WrongStatus(
            f"This support is {fresh.get_status_display().lower()}. Open it again to see why."
        )
    return fresh


@transaction.atomic
def set_up(placement: Placement) -> Support | None:
    """Set up the support of an accepted placement of tier 1, once. None for other tiers."""
    if placement.tier != Tier.OUTREACH:
        return None
    is_elsewhere = placement.provider.kind == Organisation.Kind.PROVIDER
    support, _ = Support.objects.get_or_create(
        placement=placement,
        defaults={
            "pupil": placement.pupil,
            "school": placement.home_school,
            "provider": placement.provider if is_elsewhere else None,
            "worker": placement.lead,
            "aims": placement.purpose,
            "starts_on": placement.starts_on,
            "planned_last_day": placement.last_day,
            "made_by": placement.opened_by,
        },
    )
    return support


@transaction.atomic
def follow(placement: Placement) -> None:
    """Cancel support that was never opened, where its placement ended or was cancelled."""
    rows = Support.objects.select_for_update(of=("self",))
    support = rows.filter(placement=placement, status=Status.PREPARING).first()
    if support:
        support.status = Status.CANCELLED
        support.end_words = "The placement ended before support was opened."
        support.save(update_fields=["status", "end_words"])


@transaction.atomic
def start_with_school(support: Support, *, by: User) -> Support:
    """Begin work with a whole school. Sent twice, it is one: its uid is made with the form."""
    check(by)
    if same := Support.objects.as_user(by).filter(uid=support.uid, made_by=by).first():
        return same
    support.kind, support.status, support.made_by = Kind.SCHOOL, Status.OPEN, by
    support.provider = own_provider(by)
    support.full_clean()
    support.save()
    return support


def own_provider(by: User) -> Organisation | None:
    """Return the provider for which a person acts; None for people of the council."""
    places = [entry.organisation for entry in by.acting]
    return next((row for row in places if row.kind == Organisation.Kind.PROVIDER), None)


NAMES = ["aims", "worker", "starts_on", "planned_last_day"]
BASELINES = [
    name for aspect in Aspect.values for name in (f"{aspect}_baseline", f"no_{aspect}_baseline")
]
EXITS = [name for aspect in Aspect.values for name in (f"{aspect}_exit", f"no_{aspect}_exit")]


@transaction.atomic
def change(support: Support, changed: Support, *, seen: str, by: User) -> Support:
    """Write who works, from when to when, and what is aimed at. Raise Stale."""
    fresh = fresh_copy(support, by)
    hold_seen(fresh, seen)
    _take(fresh, changed, NAMES)
    fresh.full_clean()
    fresh.save(update_fields=NAMES)
    return fresh


@transaction.atomic
def open_support(support: Support, opened: Support, *, by: User) -> Support:
    """Open the support of a pupil, with a baseline of each aspect or the reason why there is none."""
    fresh = fresh_copy(support, by, Status.PREPARING)
    _take(fresh, opened, [*NAMES, *BASELINES])
    for aspect in Aspect.values:
        _hold_to(fresh, aspect, "baseline")
    if fresh.starts_on > localdate():
        raise ValidationError(
            {"starts_on": "Open it on its first day or later; until then it waits."}
        )
    values = {name: getattr(fresh, name) for name in [*NAMES, *BASELINES]}
    work.changed("outreach")
    return make_move(fresh, "open", by=by, **values)


@transaction.atomic
def close(
    support: Support, closed: Support, *, ended_on: date, end_words: str, by: User
) -> Support:
    """Close support on its last day: the exit scores, what came of it, and the questions to come."""
    fresh = fresh_copy(support, by, Status.OPEN)
    if not fresh.starts_on <= ended_on <= localdate():
        raise ValidationError({"ended_on": "Enter a day from the first day to today."})
    if fresh.kind == Kind.PUPIL:
        _take(fresh, closed, EXITS)
        for aspect in Aspect.values:
            _hold_to(fresh, aspect, "exit")
    values = {name: getattr(fresh, name) for name in EXITS}
    row = make_move(fresh, "close", by=by, ended_on=ended_on, end_words=end_words, **values)
    ask_later(row)
    work.changed("outreach")
    return row


@transaction.atomic
def cancel(support: Support, *, end_words: str, by: User) -> Support:
    """Cancel support: it does not count as an intervention. The baseline stays where one was."""
    return make_move(support, "cancel", by=by, end_words=end_words)


def _take(fresh: Support, given: Support, names: list[str]) -> None:
    for name in names:
        setattr(fresh, name, getattr(given, name))


def _hold_to(support: Support, aspect: str, when: str) -> None:
    """Refuse scores of somebody else, of another aspect, or that no pair can be made of."""
    name = f"{aspect}_{when}"
    found: Assessment | None = getattr(support, name)
    if found is None:
        return
    if found.pupil_id != support.pupil_id:
        raise ValidationError({name: "Choose an assessment of this pupil."})
    if found.instrument.aspect != aspect:
        raise ValidationError(
            {name: f"{found.instrument} does not speak of this. Choose another assessment."}
        )
    if when == "exit":
        _hold_to_baseline(support, name, found, getattr(support, f"{aspect}_baseline"))


def _hold_to_baseline(
    support: Support, name: str, found: Assessment, before: Assessment | None
) -> None:
    """Refuse exit scores of a day before support, or that cannot be compared with the baseline."""
    if found.held_on <= support.starts_on:
        raise ValidationError(
            {name: f"The exit assessment must be after {day(support.starts_on)}, the first day of "
             "the support."}
        )  # fmt: skip
    if before is None:
        return
    if (before.instrument_id, before.informant) != (found.instrument_id, found.informant):
        raise ValidationError(
            {name: f"The baseline is {before}. Choose an exit with the same instrument and the "
             "same informant: others cannot be compared."}
        )  # fmt: skip
    if found.held_on <= before.held_on:
        raise ValidationError({name: "The exit assessment must be after the baseline."})


@transaction.atomic
def begin_cycle(support: Support, cycle: Cycle, *, by: User) -> Cycle:
    """Begin a round of assess, plan, do, review."""
    fresh = fresh_copy(support, by, Status.OPEN)
    if cycle.review_on <= localdate():
        raise ValidationError({"review_on": "Choose a day after today for the review."})
    cycle.support, cycle.begun_by = fresh, by
    cycle.number = fresh.cycles.count() + 1
    cycle.full_clean()
    cycle.save()
    return cycle


@transaction.atomic
def review_cycle(cycle: Cycle, *, by: User, **told: Any) -> Cycle:
    """Record what was done in a round, and how it went. Once."""
    support = fresh_copy(cycle.support, by, Status.OPEN)
    row: Cycle = Cycle.objects.as_user(by).select_for_update(of=("self",)).get(pk=cycle.pk)
    if row.judgement:
        raise WrongStatus("This cycle is reviewed already.")
    for name, value in {**told, "reviewed_on": localdate(), "reviewed_by": by}.items():
        setattr(row, name, value)
    row.support = support
    row.full_clean()
    row.save()
    return row
