"""What placements cost in an academic year, by provider and tier."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count

from accounts.models import Organisation, SchoolCalendar, User
from apsystem.lib.calendar import year_bounds
from attendance.models import Mark
from attendance.models.code import PRESENT_KINDS, codes_of
from placements.costs import PENNY, cost_of
from placements.models import TAKEN_UP, Placement
from referrals.models import Tier

NOTHING = Decimal(0)


@dataclass
class CostLine:
    """The placements of a provider and tier: pounds, and sessions attended of those with a rate."""

    provider: Organisation | None
    tier: Tier | None
    placements: int = 0
    unpriced: int = 0
    committed: Decimal = NOTHING
    so_far: Decimal = NOTHING
    attended: int = 0

    @property
    def per_session(self) -> Decimal | None:
        """Return the pounds spent for each session attended; None where none was attended."""
        if not self.attended or not self.so_far:
            return None
        return (self.so_far / self.attended).quantize(PENNY, ROUND_HALF_UP)

    def add(self, other: "CostLine") -> None:
        """Count another line in."""
        self.placements += other.placements
        self.unpriced += other.unpriced
        self.committed += other.committed
        self.so_far += other.so_far
        self.attended += other.attended


def costs(user: User, year: int, today: date) -> tuple[list[CostLine], CostLine]:
    """Return the costs of an academic year within a person's reach, line by line and in total.

    Tier 1 has no sessions at a provider and no cost here. Seven queries, whatever the number.
    """
    start, end = year_bounds(year)
    rows = Placement.objects.as_user(user).filter(status__in=TAKEN_UP).with_register()
    rows = rows.lying_in(start, end).select_related("provider", "rate__provider")
    attended = _attended(user, start, end)
    calendar = SchoolCalendar(start, end)
    lines: dict[tuple[str, int, int], CostLine] = {}
    for row in rows.prefetch_related("pauses", "week_patterns"):
        key = (row.provider.name, row.provider_id, row.tier)
        line = lines.setdefault(key, CostLine(row.provider, Tier(row.tier)))
        cost = cost_of(row, calendar, start=start, end=end, today=today)
        if cost is None:
            line.add(CostLine(None, None, placements=1, unpriced=1))
            continue
        line.add(CostLine(None, None, 1, 0, cost.committed, cost.so_far, attended.get(row.pk, 0)))
    total = CostLine(None, None)
    ordered = [lines[key] for key in sorted(lines)]
    for line in ordered:
        total.add(line)
    return ordered, total


def _attended(user: User, start: date, end: date) -> Mapping[int, int]:
    marks = Mark.objects.as_user(user).filter(
        date__gte=start, date__lt=end, code__in=codes_of(*PRESENT_KINDS)
    )
    counted = marks.order_by().values_list("placement").annotate(sessions=Count("pk"))
    return defaultdict(int, counted)
