"""The register as it comes back from the page: no widgets, because the page draws its rows."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import QueryDict

from accounts.models import Organisation, User
from attendance.actions import Entry, Saved
from attendance.models import Code, Mark
from attendance.models.expected import expected
from placements.models import Placement

LONGEST_SHOWN = 10
LONGEST_REASON = 300
QUICK = {0: ["/", "L", "N"], 1: ["\\", "L", "N"]}
QUICK_WORDS = {
    "/": "Present",
    "\\": "Present",
    "L": "Late",
    "N": "Absent",
}


@dataclass
class Line:
    """One child in the register: the mark that is there, and what the person chose."""

    placement: Placement
    mark: Mark | None
    chosen: str = ""
    reason: str = ""
    problem: str = ""

    @property
    def is_quick(self) -> bool:
        """Tell whether the chosen code has a button of its own."""
        return self.chosen in QUICK_WORDS


@dataclass
class Register:
    """The lines of one provider, day and session, as a person sees them."""

    provider: Organisation
    on: date
    session: int
    lines: list[Line]
    user: User

    @classmethod
    def read(cls, provider: Organisation, on: date, session: int, user: User) -> "Register":
        """Read the register. Two queries, however many children."""
        rows = Placement.objects.as_user(user).filter(provider=provider)
        placements = expected(rows, on, session).by_pupil()
        marks = {
            mark.placement_id: mark
            for mark in Mark.objects.as_user(user)
            .filter(placement__provider=provider, date=on, session=session)
            .select_related("marked_by", "code")
        }
        return cls(
            provider=provider,
            on=on,
            session=session,
            lines=[Line(row, marks.get(row.pk)) for row in placements],
            user=user,
        )

    @cached_property
    def codes(self) -> list[Code]:
        """Return the codes that may be chosen. One query, which a save does not need."""
        codes = Code.objects.as_user(self.user).in_force(self.on)
        return list(codes.usable_at(self.session))

    @property
    def marked(self) -> int:
        """Return how many lines have a mark."""
        return sum(line.mark is not None for line in self.lines)

    @property
    def quick(self) -> list[tuple[str, str]]:
        """Return the codes that have a button of their own, with their words."""
        return [(code, QUICK_WORDS[code]) for code in QUICK[self.session]]

    def take(self, data: QueryDict) -> list[Entry]:
        """Read what the page sent: a code, the version that was seen, and a reason for a change."""
        entries = []
        for line in self.lines:
            key = line.placement.pk
            other, quick = data.get(f"other-{key}", ""), data.get(f"code-{key}", "")
            line.chosen = (other or quick)[:LONGEST_SHOWN]
            line.reason = data.get(f"reason-{key}", "").replace("\0", "")[:LONGEST_REASON]
            seen = data.get(f"seen-{key}", "0")
            if line.chosen:
                entries.append(
                    Entry(
                        key,
                        line.chosen,
                        int(seen) if seen.isdecimal() else 0,
                        line.reason,
                    )
                )
        return entries

    def show(self, saved: Saved) -> None:
        """Put the problems beside their lines."""
        for line in self.lines:
            line.problem = saved.problems.get(line.placement.pk, "")

    @property
    def problems(self) -> list[Line]:
        """Return the lines that were not saved."""
        return [line for line in self.lines if line.problem]
