"""A placement while it runs: paused, extended, reviewed, ended."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from placements.actions.opening import check, follow_on_roll, review_after, tell
from placements.actions.rules import hold_apart, hold_to_rules
from placements.models import (
    RUNNING,
    Award,
    Ending,
    EntryKind,
    Objective,
    ObjectiveChange,
    Pause,
    Placement,
    Progress,
    Review,
)
from placements.models.review import say
from pupils import actions as pupil_actions
from pupils.models import Pupil
from pupils.models.questions import About

Outcomes = Mapping[int, str]


def _running(placement: Placement, by: User) -> Placement:
    """Return the placement, locked and fresh, where it is open or paused."""
    fresh = Placement.objects.as_user(by).select_for_update(of=("self",)).get(pk=placement.pk)
    if fresh.status not in RUNNING:
        raise WrongStatus(f"This placement is {fresh.get_status_display().lower()} already.")
    return fresh


@transaction.atomic
def pause(placement: Placement, *, starts_on: date, reason: str, by: User) -> Placement:
    """Stop the sessions from a day on, until the placement is resumed: no register asks for them."""
    placement = make_move(placement, "pause", by=by)
    if starts_on < placement.starts_on:
        raise ValidationError(
            {"starts_on": f"The placement starts on {say(placement.starts_on)}: choose that day "
             "or a later one."}
        )  # fmt: skip
    if placement.ends_on and starts_on >= placement.ends_on:
        raise ValidationError(
            {"starts_on": f"The placement ends on {say(placement.last_day)}: choose that day or an "
             "earlier one."}
        )  # fmt: skip
    row = Pause(placement=placement, starts_on=starts_on, reason=reason)
    row.full_clean()
    row.save()
    tell(placement, EntryKind.PAUSED, by=by, words=f"From {say(starts_on)}. {reason}")
    return placement


@transaction.atomic
def resume(placement: Placement, *, back_on: date, by: User) -> Placement:
    """Begin the sessions again on a day."""
    placement = make_move(placement, "resume", by=by)
    for row in placement.pauses.select_for_update().filter(ends_on=None):
        if back_on < row.starts_on:
            raise ValidationError(
                {"back_on": "The first day back must not be before the pause, which began on "
                 f"{say(row.starts_on)}."}
            )  # fmt: skip
        row.ends_on = back_on
        row.full_clean()
        row.save(update_fields=["ends_on"])
    tell(placement, EntryKind.RESUMED, by=by, words=f"Back on {say(back_on)}.")
    return placement


@transaction.atomic
def extend(
    placement: Placement, *, last_day: date, reason: str, by: User, override: str = ""
) -> Placement:
    """Change the last day of a running placement. Raise NeedsOverride beyond the tier's limit."""
    check(by, Permission.PLACEMENT_END)
    Pupil.objects.select_for_update(of=("self",)).get(pk=placement.pupil_id)
    fresh = _running(placement, by)
    if last_day < fresh.starts_on:
        raise ValidationError({"last_day": "The last day must not be before the first day."})
    before, was_to_end = fresh.last_day, fresh.ends_on or date.max
    fresh.ends_on = last_day + timedelta(days=1)
    set_aside = hold_to_rules(fresh, override=override, by=by, longer_from=was_to_end)
    hold_apart(fresh, by=by)
    fresh.full_clean()
    fresh.save(update_fields=["ends_on"])
    follow_on_roll(fresh)
    words = f"From {say(before)} to {say(last_day)}. {reason}"
    tell(fresh, EntryKind.EXTENDED, by=by, words=words)
    if set_aside:
        tell(fresh, EntryKind.OVERRIDDEN, by=by, words=set_aside)
    return fresh


@transaction.atomic
def add_objective(placement: Placement, *, words: str, measure: str, by: User) -> Objective:
    """Agree a further objective while the placement runs."""
    check(by, Permission.PLACEMENT_REVIEW)
    fresh = _running(placement, by)
    row = Objective(placement=fresh, words=words, measure=measure)
    row.full_clean()
    row.save()
    tell(fresh, EntryKind.OBJECTIVE_ADDED, by=by, words=words)
    return row


@transaction.atomic
def propose_change(
    objective: Objective, *, words: str, measure: str, reason: str, by: User
) -> ObjectiveChange:
    """Propose other words for an objective. What is agreed holds until the council answers."""
    check(by, Permission.PLACEMENT_REVIEW)
    placement = _running(objective.placement, by)
    fresh = Objective.objects.as_user(by).select_for_update(of=("self",)).get(pk=objective.pk)
    row = ObjectiveChange(
        objective=fresh,
        words_before=fresh.words,
        measure_before=fresh.measure,
        words=words,
        measure=measure,
        reason=reason,
        proposed_by=by,
    )
    row.full_clean()
    row.save()
    said = f"Agreed: {row.before}. Proposed: {row}. {reason}"
    tell(placement, EntryKind.CHANGE_PROPOSED, by=by, words=said)
    return row


@transaction.atomic
def answer_change(
    change: ObjectiveChange, *, is_agreed: bool, answer: str, by: User
) -> ObjectiveChange:
    """Agree a proposed change for the council, or not. What was agreed before stays beside it."""
    check(by, Permission.PLACEMENT_OPEN)
    placement = _running(change.objective.placement, by)
    rows = ObjectiveChange.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.get(pk=change.pk)
    if not fresh.waits:
        raise WrongStatus(f"{fresh.answered_by} answered this change already.")
    fresh.is_agreed, fresh.answer = is_agreed, answer
    fresh.answered_by, fresh.answered_at = by, timezone.now()
    fresh.full_clean()
    fresh.save(update_fields=["is_agreed", "answer", "answered_by", "answered_at"])
    if is_agreed:
        objective = Objective.objects.select_for_update().get(pk=fresh.objective_id)
        objective.words, objective.measure = fresh.words, fresh.measure
        objective.full_clean()
        objective.save(update_fields=["words", "measure"])
    kind = EntryKind.CHANGE_AGREED if is_agreed else EntryKind.CHANGE_REFUSED
    tell(placement, kind, by=by, words=f"{fresh}. {answer}".strip())
    return fresh


@transaction.atomic
def review(
    placement: Placement,
    review: Review,
    *,
    outcomes: Outcomes,
    by: User,
    at: datetime | None = None,
) -> Review:
    """Record a review: how each objective stands (by its id), and what is agreed; set the next."""
    check(by, Permission.PLACEMENT_REVIEW)
    fresh = _running(placement, by)
    if not fresh.starts_on <= review.held_on <= localdate():
        raise ValidationError(
            {"held_on": "Enter a day from the first day of the placement to today."}
        )
    review.placement, review.recorded_by = fresh, by
    review.full_clean()
    review.save()
    for objective in _judged(fresh, outcomes):
        row = Progress(review=review, objective=objective, outcome=objective.outcome)
        row.full_clean()
        row.save()
    latest = max(fresh.reviews.values_list("held_on", flat=True))
    fresh.next_review_on = review_after(fresh, latest)
    fresh.save(update_fields=["next_review_on"])
    pupil_actions.end_with_meeting(fresh.pupil_id, About.REVIEW, held_on=review.held_on)
    words = f"{review}. {review.get_next_step_display()}."
    tell(fresh, EntryKind.REVIEWED, by=by, words=words, at=at)
    return review


def _judged(placement: Placement, outcomes: Outcomes) -> list[Objective]:
    """Write how far each objective is met, and return those that were judged."""
    judged = []
    for objective in placement.objectives.select_for_update():
        if outcome := outcomes.get(objective.pk, ""):
            objective.outcome = outcome
            objective.full_clean()
            objective.save(update_fields=["outcome"])
            judged.append(objective)
    return judged


@transaction.atomic
def add_award(placement: Placement, award: Award, *, by: User) -> Award:
    """Record a qualification or accreditation that the pupil gained, also after the end."""
    check(by, Permission.PLACEMENT_REVIEW)
    award.placement = Placement.objects.as_user(by).get(pk=placement.pk)
    if not award.placement.starts_on <= award.gained_on <= localdate():
        raise ValidationError(
            {"gained_on": "Enter a day from the first day of the placement to today."}
        )
    award.full_clean()
    award.save()
    tell(award.placement, EntryKind.AWARDED, by=by, words=str(award))
    work.changed("placements")
    return award


@transaction.atomic
def end(
    placement: Placement,
    *,
    last_day: date,
    reason: str,
    destination: str,
    ending: Ending,
    by: User,
    outcomes: Outcomes | None = None,
    at: datetime | None = None,
) -> Placement:
    """End a placement with its last day and destination, and the time on the provider's roll.

    The ending holds the progress and the pupil's own assessment; outcomes say how far each
    objective (by its id) is met.
    """
    if last_day < placement.starts_on:
        raise ValidationError({"last_day": "The last day must not be before the first day."})
    if last_day > localdate():
        raise ValidationError(
            {"last_day": "Enter the last day once it has come. To plan an earlier or later last "
             "day, change the last day of the placement."}
        )  # fmt: skip
    placement = make_move(
        placement,
        "end",
        by=by,
        ends_on=last_day + timedelta(days=1),
        end_reason=reason,
        destination=destination,
        next_review_on=None,
    )
    placement.pauses.filter(ends_on=None).update(ends_on=placement.ends_on)
    follow_on_roll(placement)
    ending.placement, ending.recorded_by = placement, by
    ending.full_clean()
    ending.save()
    _judged(placement, outcomes or {})
    words = f"{placement.get_destination_display()}. {reason}"
    tell(placement, EntryKind.ENDED, by=by, words=words, at=at)
    return placement
