"""Scores of some children of the demo borough: at the start of a placement, and some weeks later."""

import random
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from placements import actions
from placements.models import RUNNING, Instrument, Placement

CHILDREN = 12
FIRST = [7, 6, 9, 5, 4]  # SDQ by the teacher: emotional, conduct, hyperactivity, peers, prosocial
WEEKS = timedelta(weeks=6)


def seed(borough: Borough, today: date, seed: int) -> None:
    """Record a baseline, and the scores six weeks later where that day has come."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    by = borough.people[Role.CASEWORKER]
    sdq = Instrument.objects.get(name__startswith="SDQ")
    leuven = Instrument.objects.get(name__startswith="Leuven")
    rows = Placement.objects.filter(status__in=RUNNING, starts_on__lte=today - WEEKS)
    for placement in rows.select_related("pupil").order_by("-starts_on", "pk")[:CHILDREN]:
        for held_on, better in ((placement.starts_on, 0), (placement.starts_on + WEEKS, 2)):
            values = [max(0, value - chance.randint(0, better)) for value in FIRST[:4]]
            values.append(min(10, FIRST[4] + chance.randint(0, better)))
            _record(placement, sdq, held_on, values, by)
            observed = [2 + chance.randint(0, better), 2 + better // 2]
            _record(placement, leuven, held_on, observed, by)


def _record(
    placement: Placement, instrument: Instrument, held_on: date, values: list[int], by: User
) -> None:
    scales = instrument.scales.filter(is_total=False).order_by("place")
    actions.record(
        placement.pupil,
        instrument=instrument,
        informant=instrument.informants[0],
        held_on=held_on,
        scores={scale.pk: Decimal(value) for scale, value in zip(scales, values, strict=True)},
        by=by,
    )
