"""The council's instruments: their scales, which way is better, and what a score means."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from placements.models import Band, Instrument, Scale

KEPT = (
    "Scores are recorded on this scale, so it cannot mean something else now. Add another scale, "
    "or another instrument."
)


def _check(by: User) -> None:
    if not by.can(Permission.INSTRUMENT_CHANGE):
        raise PermissionDenied(f"this asks for {Permission.INSTRUMENT_CHANGE}")


@transaction.atomic
def save_instrument(instrument: Instrument, *, by: User) -> Instrument:
    """Add an instrument, or change it. Who answered before stays an informant."""
    _check(by)
    if instrument.pk:
        used = instrument.assessments.order_by().values_list("informant", flat=True).distinct()
        if missing := set(used) - set(instrument.informants):
            raise ValidationError(
                {"informants": "Scores are recorded of: " + ", ".join(sorted(missing)) + "."}
            )
    instrument.full_clean()
    instrument.save()
    return instrument


@transaction.atomic
def save_scale(scale: Scale, *, by: User) -> Scale:
    """Add a scale, or change it. What recorded scores mean is never changed, only filled in."""
    _check(by)
    if scale.pk and scale.instrument.assessments.exists():
        before = Scale.objects.get(pk=scale.pk)
        errors = {
            name: KEPT
            for name in ("minimum", "maximum", "direction", "counts_in_total", "is_total")
            if getattr(before, name) not in ("", None)
            and getattr(before, name) != getattr(scale, name)
        }
        if errors:
            raise ValidationError(errors)
    scale.full_clean()
    scale.save()
    return scale


@transaction.atomic
def set_bands(
    scale: Scale,
    informant: str,
    *,
    bands: Sequence[tuple[str, Decimal]],
    source: str,
    by: User,
) -> None:
    """Replace what the scores of one informant mean; the history keeps the bands before."""
    _check(by)
    scale = Scale.objects.select_for_update().get(pk=scale.pk)
    if informant not in scale.instrument.informants:
        raise ValidationError("This informant does not answer with this instrument.")
    scale.bands.filter(informant=informant).delete()
    for name, lowest in bands:
        band = Band(scale=scale, informant=informant, name=name, lowest=lowest, source=source)
        band.full_clean()
        band.save()


@transaction.atomic
def confirm_bands(instrument: Instrument, informant: str, *, source: str, by: User) -> int:
    """Name the source against which the drafts of an informant were checked: they count then."""
    _check(by)
    drafts = Band.objects.filter(scale__instrument=instrument, informant=informant, source="")
    return drafts.update(source=source)
