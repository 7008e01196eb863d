"""Sessions added up, and the rates that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from attendance.models import Code
from attendance.models.code import LATE, PRESENT_KINDS, Kind
from reporting.kpis.arithmetic import is_persistent, is_severe, rate
from reporting.kpis.sessions import COUNTS


@dataclass
class Sums:
    """Sessions added up. A rate is None where none was possible."""

    present: int = 0
    authorised: int = 0
    unauthorised: int = 0
    late: int = 0
    not_possible: int = 0

    @classmethod
    def of_codes(cls, counts: Mapping[str, int], kinds: Mapping[str, Kind]) -> Self:
        """Return the sums of marks, of which each code was written so often."""
        found = cls()
        for code, count in counts.items():
            name = _counts_as(kinds[code])
            setattr(found, name, getattr(found, name) + count)
        found.late = counts.get(LATE, 0)
        return found

    def add(self, other: Any) -> None:
        """Count the sessions of another one in."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def absent(self) -> int:
        """Return the sessions missed, with leave and without."""
        return self.authorised + self.unauthorised

    @property
    def possible(self) -> int:
        """Return the sessions that count."""
        return self.present + self.absent

    @property
    def attendance(self) -> Decimal | None:
        """Return sessions attended for each 100 possible ones."""
        return rate(self.present, self.possible)

    @property
    def overall(self) -> Decimal | None:
        """Return sessions missed for each 100 possible ones."""
        return rate(self.absent, self.possible)

    @property
    def with_leave(self) -> Decimal | None:
        """Return authorised absence for each 100 possible sessions."""
        return rate(self.authorised, self.possible)

    @property
    def without_leave(self) -> Decimal | None:
        """Return unauthorised absence for each 100 possible sessions."""
        return rate(self.unauthorised, self.possible)

    @property
    def is_persistent(self) -> bool:
        """Tell whether a tenth or more was missed."""
        return is_persistent(self.absent, self.possible)

    @property
    def is_severe(self) -> bool:
        """Tell whether half or more was missed."""
        return is_severe(self.absent, self.possible)


def _counts_as(kind: Kind) -> str:
    if kind in PRESENT_KINDS:
        return "present"
    return kind.value if kind in {Kind.AUTHORISED, Kind.UNAUTHORISED} else "not_possible"


@dataclass(frozen=True)
class Reason:
    """A code, how often it was written, and its share of the possible sessions."""

    code: Code
    count: int
    share: Decimal | None  # None where the code is no possible attendance


def reasons_of(counts: Mapping[str, int], possible: int, codes: Iterable[Code]) -> list[Reason]:
    """Return the codes that were written, in the order of the table."""
    return [
        Reason(
            code, counts[code.pk], rate(counts[code.pk], possible) if code.is_possible else None
        )
        for code in codes
        if code.pk in counts
    ]
