"""Assessments: recorded, amended with a reason, and taken back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from placements.models import (
    Assessment,
    AssessmentAmendment,
    Informant,
    Instrument,
    Placement,
    Score,
    plain,
)
from placements.models.review import say
from pupils.models import Pupil

Scores = Mapping[int, Decimal]
STALE = (
    "Somebody else amended these scores while you wrote. See what stands there now, then send "
    "your own again."
)


def _check(by: User) -> None:
    if not by.can(Permission.ASSESSMENT_RECORD):
        raise PermissionDenied(f"this asks for {Permission.ASSESSMENT_RECORD}")


@transaction.atomic
def record(
    pupil: Pupil,
    *,
    instrument: Instrument,
    informant: str,
    held_on: date,
    scores: Scores,
    by: User,
) -> Assessment:
    """Record scores. The placement that the pupil is in on that day is noted with them.

    The same scores sent twice are one assessment.
    """
    _check(by)
    pupil = Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    if not instrument.is_in_use:
        raise ValidationError(f"{instrument} is not in use any more.")
    row = Assessment(
        pupil=pupil,
        placement=_placement_on(pupil, held_on, by),
        instrument=instrument,
        informant=informant,
        held_on=held_on,
        recorded_by=by,
        recorded_for=by.acting[0].organisation,
    )
    _hold_right(row, scores)
    same = Assessment.objects.kept().filter(
        pupil=pupil,
        instrument=instrument,
        informant=informant,
        held_on=held_on,
        recorded_for=row.recorded_for,
    )
    for known in same:
        if _scores_of(known) == dict(scores):
            return known
    row.full_clean()
    row.save()
    _write(row, scores)
    return row


@transaction.atomic
def amend(
    assessment: Assessment,
    *,
    informant: str,
    held_on: date,
    scores: Scores,
    reason: str,
    seen: int,
    by: User,
) -> Assessment:
    """Correct what was recorded. What stood there before stays beside it, with the reason."""
    row = _locked(assessment, by)
    if row.version != seen:
        raise ValidationError(STALE)
    before = _words(row)
    unchanged = (row.informant, row.held_on, _scores_of(row)) == (informant, held_on, dict(scores))
    if unchanged:
        raise ValidationError("Nothing is changed: the day, who answered and the scores are as "
                              "they were.")  # fmt: skip
    row.informant, row.held_on, row.version = informant, held_on, row.version + 1
    row.placement = _placement_on(row.pupil, held_on, by)
    _hold_right(row, scores)
    _note(row, before, reason, by)
    row.full_clean()
    row.save(update_fields=["informant", "held_on", "placement", "version"])
    row.scores.exclude(scale__in=scores).delete()
    _write(row, scores)
    work.changed("scores")
    return row


@transaction.atomic
def take_back(assessment: Assessment, *, reason: str, by: User) -> Assessment:
    """Take an assessment off the child's page, where it was recorded for the wrong child, say."""
    row = _locked(assessment, by)
    _note(row, _words(row), reason, by)
    row.removed_at = timezone.now()
    row.version += 1
    row.save(update_fields=["removed_at", "version"])
    work.changed("scores")
    return row


def _locked(assessment: Assessment, by: User) -> Assessment:
    _check(by)
    rows = Assessment.objects.as_user(by).amendable_by(by).select_related("pupil", "instrument")
    return rows.select_for_update(of=("self",)).get(pk=assessment.pk)


def _note(row: Assessment, before: str, reason: str, by: User) -> None:
    note = AssessmentAmendment(assessment=row, by=by, before=before, reason=reason.strip())
    note.full_clean()
    note.save()


def _placement_on(pupil: Pupil, on: date, by: User) -> Placement | None:
    rows = list(Placement.objects.as_user(by).filter(pupil=pupil).in_force(on)[:2])
    return rows[0] if len(rows) == 1 else None


def _scores_of(row: Assessment) -> dict[int, Decimal]:
    return dict(row.scores.order_by().values_list("scale", "value"))


def _words(row: Assessment) -> str:
    scores = row.scores.select_related("scale").order_by("scale__place", "scale__pk")
    told = "; ".join(f"{score.scale} {plain(score.value)}" for score in scores)
    return f"{row.get_informant_display()}, {say(row.held_on)}: {told}"


def _hold_right(row: Assessment, scores: Scores) -> None:
    """Raise ValidationError where the day, the informant or a score cannot be."""
    errors: dict[str, str] = {}
    if row.held_on > localdate():
        errors["held_on"] = "The date lies in the future."
    elif row.held_on < row.pupil.date_of_birth:
        errors["held_on"] = "The date lies before the pupil was born."
    if row.informant not in row.instrument.informants or row.informant not in Informant.values:
        errors["informant"] = "Choose who answered from the list."
    scales = {scale.pk: scale for scale in row.instrument.scales.filter(is_total=False)}
    for pk, value in scores.items():
        scale = scales.get(pk)
        is_low = scale is None or (scale.minimum is not None and value < scale.minimum)
        if is_low or scale is None or (scale.maximum is not None and value > scale.maximum):
            words = scale.range_words if scale else "a scale of this instrument"
            errors[f"scale_{pk}"] = f"Enter a score in the range: {words}."
    if not scores and scales:
        errors[f"scale_{min(scales)}"] = "Enter a score at least."
    if errors:
        raise ValidationError(errors)


def _write(row: Assessment, scores: Scores) -> None:
    known = {score.scale_id: score for score in row.scores.all()}
    for pk, value in scores.items():
        score = known.get(pk) or Score(assessment=row, scale_id=pk)
        if score.pk is None or score.value != value:
            score.value = value
            score.full_clean()
            score.save()
