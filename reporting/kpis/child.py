"""Statistics of one child's attendance, read from the marks that a person may see."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, IntegerField, Max, Min, Q, Value, When
from django.db.models.functions import TruncWeek

from apsystem.lib.calendar import academic_year
from attendance.models import Code, Kind
from attendance.models.mark import DUAL, MarkQuerySet
from placements.models import Status
from pupils.models import Pupil
from reporting.kpis.attendance import OLDEST_YEAR, YOUNGEST_YEAR
from reporting.kpis.span import Span
from reporting.kpis.sums import Sums

Counts = Counter[str]


@dataclass
class EnrolmentSums:
    """What DfE counts of a child's year at one provider, and how many marks it leaves out."""

    provider: int
    sums: Sums
    left_out: int


@dataclass
class ChildStatistics:
    """One child in one span: across settings, each enrolment, reasons, course."""

    pupil: Pupil
    marks: MarkQuerySet
    span: Span
    codes: list[Code]
    across: Sums = field(init=False)
    enrolments: list[EnrolmentSums] = field(init=False)
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        """Add up the codes at each provider. One query."""
        self.kinds = {code.pk: Kind(code.kind) for code in self.codes}
        self.counts = Counter()
        counted: dict[int, Counts] = defaultdict(Counter)
        left_out: Counter[int] = Counter()
        for provider, code, is_left_out, number in self._counted():
            self.counts[code] += number
            if is_left_out:
                left_out[provider] += number
                counted[provider] += Counter()
            else:
                counted[provider][code] += number
        self.across = Sums.of_codes(self.counts, self.kinds)
        self.enrolments = [
            EnrolmentSums(provider, Sums.of_codes(codes, self.kinds), left_out[provider])
            for provider, codes in counted.items()
        ]

    def _within(self) -> MarkQuerySet:
        rows = self.marks.between(self.span.start, self.span.until).order_by()
        return rows.exclude(placement__status=Status.CANCELLED)

    def _counted(self) -> Any:
        summer = self.span.summer
        left_out = Q(placement__starts_on__gte=summer)
        if self.year_group == OLDEST_YEAR:
            left_out |= Q(date__gte=summer)
        if not YOUNGEST_YEAR <= self.year_group <= OLDEST_YEAR:
            left_out = ~Q(pk=None)
        is_left_out = Case(
            When(left_out, then=Value(True)),  # noqa: FBT003 - a value of the database
            default=Value(False),  # noqa: FBT003
            output_field=BooleanField(),
        )
        rows = self._within().annotate(is_left_out=is_left_out)
        return rows.values_list("placement__provider", "code", "is_left_out").annotate(Count("pk"))

    @property
    def year_group(self) -> int:
        """Return the year group, by age, in the academic year of the span."""
        return self.span.year - self.pupil.starts_year_1 + 1

    def by_week(self) -> list[tuple[date, Sums]]:
        """Return the sums of each week that has a mark. One query."""
        found = self._over_time(TruncWeek("date"))
        return sorted(found.items())

    def by_half_term(self) -> list[tuple[Any, Sums]]:
        """Return the sums of each half term that has begun. One query."""
        half_terms = self.span.within
        if not half_terms:
            return []
        cases = [
            When(date__gte=row.starts_on, date__lt=row.ends_on, then=row.number)
            for row in half_terms
        ]
        found = self._over_time(Case(*cases, default=0, output_field=IntegerField()))
        return [(row, found.get(row.number, Sums())) for row in half_terms]

    def _over_time(self, bucket: Any) -> dict[Any, Sums]:
        counts: dict[Any, Counts] = defaultdict(Counter)
        rows = self._within().annotate(bucket=bucket).values_list("bucket", "code")
        for key, code, number in rows.annotate(Count("pk")):
            counts[key][code] += number
        return {key: Sums.of_codes(codes, self.kinds) for key, codes in counts.items()}

    def sessions(self) -> dict[tuple[date, int], str]:
        """Return the code of each session; of two, the one that is not D. One query."""
        found: dict[tuple[date, int], str] = {}
        for day, session, code in self._within().values_list("date", "session", "code"):
            if found.get((day, session), DUAL) == DUAL:
                found[day, session] = code
        return found


def years_of(marks: MarkQuerySet, today: date) -> list[int]:
    """Return the academic years in which a child has marks, newest first. One query."""
    edges = marks.aggregate(first=Min("date"), last=Max("date"))
    if edges["first"] is None:
        return [academic_year(today)]
    first, last = academic_year(edges["first"]), academic_year(edges["last"])
    return list(range(last, first - 1, -1))
