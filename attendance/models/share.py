"""A share of sessions attended, by DfE's arithmetic: whole sessions, exact comparisons. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from apsystem.lib.gds import one_decimal


@dataclass(frozen=True)
class Share:
    """Sessions attended of those that count. Where none counts there is no rate, not 0."""

    present: int
    possible: int

    @property
    def rate(self) -> Decimal | None:
        """Return the sessions attended per 100, not rounded."""
        return Decimal(self.present) * 100 / self.possible if self.possible else None

    def reaches(self, percent: int | None) -> bool | None:
        """Tell whether a target is reached, on the exact fraction; None where nothing says so."""
        if percent is None or not self.possible:
            return None
        return self.present * 100 >= percent * self.possible

    def __str__(self) -> str:
        if not self.possible:
            return "no session is marked"
        sessions = "session" if self.possible == 1 else "sessions"
        return f"{one_decimal(self.rate)}%: {self.present} of {self.possible} {sessions}"
