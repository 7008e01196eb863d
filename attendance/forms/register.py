"""The register as it comes back from the page: no widgets, because the page draws its rows."""

from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Organisation, User
from attendance.actions import Details, Entry, Saved
from attendance.forms.outside import NotExpected
from attendance.models import Code, Mark
from attendance.models.choice import UNKNOWN, is_reason, why_not
from attendance.models.expected import TIMETABLE_CODE, Roll
from attendance.models.mark import HERE_CODES, LATE_CODES, MOST_MINUTES
from placements.models import Placement

LONGEST_SHOWN = 10
LONGEST_REASON = 300
LONGEST_NOTE = 200
QUICK = {0: ["/", "L", UNKNOWN], 1: ["\\", "L", UNKNOWN]}
QUICK_WORDS = {
    "/": "Present",
    "\\": "Present",
    "L": "Late",
    UNKNOWN: "Absent",
}
# The register does not ask for sessions that a part-time timetable leaves out: see `outside`.
NOT_ASKED = {TIMETABLE_CODE}
WRONG_MINUTES = f"Minutes late are a whole number from 1 to {MOST_MINUTES}."
WRONG_TIME = "Write the time as hours and minutes, like 11:20."


def words_of(code: Code) -> str:
    """Return a code as a person says it."""
    return QUICK_WORDS.get(code.pk) or f"{code.meaning} ({code.pk})"


@dataclass
class Typed:
    """What stands in the boxes of a line."""

    code: str = ""
    minutes: str = ""
    left: str = ""
    note: str = ""
    reason: str = ""

    @property
    def joined(self) -> str:
        """Return what stands in the boxes of the mark, to tell whether they were touched."""
        return f"{self.code}|{self.minutes}|{self.left}|{self.note}"

    @classmethod
    def of(cls, mark: Mark | None) -> "Typed":
        """Return the boxes as the mark fills them. Without a mark nothing is chosen."""
        if mark is None:
            return cls()
        left = f"{mark.left_at:%H:%M}" if mark.left_at else ""
        return cls(mark.code_id, str(mark.minutes_late or ""), left, mark.note)


@dataclass
class Line:
    """One child in the register: the mark that is there, and what the person chose."""

    placement: Placement
    mark: Mark | None
    register: "Register"
    typed: Typed = field(default_factory=Typed)
    problem: str = ""

    @property
    def version(self) -> int:
        """Return the version of the mark that the page shows: 0 where there is none."""
        return self.mark.version if self.mark else 0

    @property
    def words(self) -> str:
        """Return the mark in words."""
        return words_of(self.mark.code) if self.mark else ""

    @property
    def quick(self) -> str:
        """Return which of the three large choices stands for the code in the boxes."""
        if self.typed.code in QUICK_WORDS:
            return self.typed.code
        reasons = {code.pk for code in self.register.codes if is_reason(code)}
        return UNKNOWN if self.typed.code in reasons else ""

    @property
    def initials(self) -> str:
        """Return the first letters of the pupil's names."""
        pupil = self.placement.pupil
        return f"{(pupil.preferred_name or pupil.forename)[:1]}{pupil.surname[:1]}"

    @property
    def reasons(self) -> SafeString:
        """Draw why the pupil may be absent. Until a reason is chosen it is not known."""
        reasons = self._options(0, self.typed.code)
        return reasons if " selected" in reasons else self._options(0, UNKNOWN)

    @property
    def others(self) -> SafeString:
        """Draw the other codes that the line may hold."""
        others = self._options(1, self.typed.code)
        return others if " selected" in others else self._options(1, "")

    def _options(self, which: int, code: str) -> SafeString:
        drawn = self.register.options_for(self.placement)[which]
        chosen = f'value="{code}"'
        # What is put in is a constant, so what was drawn safely stays safe.
        return mark_safe(drawn.replace(chosen, f"{chosen} selected"))  # noqa: S308

    def take(self, data: QueryDict) -> Entry | None:
        """Read what the page sent for this line. None where nothing is chosen or changed."""
        key, self.problem = self.placement.pk, ""
        self.typed = Typed(
            self._code(data)[:LONGEST_SHOWN],
            data.get(f"minutes-{key}", "").strip()[:LONGEST_SHOWN],
            data.get(f"left-{key}", "").strip()[:LONGEST_SHOWN],
            data.get(f"note-{key}", "").replace("\0", "").strip()[:LONGEST_NOTE],
            data.get(f"reason-{key}", "").replace("\0", "")[:LONGEST_REASON],
        )
        if not self.typed.code:
            return None
        details = self._details() if f"note-{key}" in data else None
        if self.problem or self._is_as_shown(data):
            return None
        seen = read_seen(data.get(f"seen-{key}", "0"))
        return Entry(key, self.typed.code, seen, self.typed.reason, details)

    def _code(self, data: QueryDict) -> str:
        key = self.placement.pk
        quick, why = data.get(f"code-{key}", ""), data.get(f"why-{key}", "")
        other, was = data.get(f"other-{key}", ""), data.get(f"was-{key}", "").split("|")[0]
        if other and (other != was or not quick):
            return other
        return (why or quick) if quick == UNKNOWN else quick

    def _details(self) -> Details:
        """Read minutes and leaving time where the code can have them: elsewhere no box is shown."""
        minutes = left = None
        if self.typed.minutes and self.typed.code in LATE_CODES:
            minutes = read_minutes(self.typed.minutes)
            self.problem = "" if minutes else WRONG_MINUTES
        if self.typed.left and self.typed.code in HERE_CODES:
            left = read_time(self.typed.left)
            self.problem = self.problem if left else WRONG_TIME
        return Details(minutes, left, self.typed.note)

    def _is_as_shown(self, data: QueryDict) -> bool:
        """Tell whether the line comes back as it went out: then it says nothing."""
        return data.get(f"was-{self.placement.pk}") == self.typed.joined

    @property
    def was(self) -> str:
        """Return the boxes as the page shows them, to tell later whether they were touched."""
        shown = Typed.of(self.mark)
        return shown.joined


def read_seen(text: str) -> int:
    """Return the version that was seen; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_SHOWN else 0


def read_minutes(text: str) -> int | None:
    """Return minutes late, or None for anything else."""
    minutes = read_seen(text)
    return minutes if 1 <= minutes <= MOST_MINUTES else None


def read_time(text: str) -> time | None:
    """Return a time of the day, or None for anything else."""
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


@dataclass
class Register:
    """The lines of one provider, day and session, as a person sees them."""

    provider: Organisation
    on: date
    session: int
    lines: list[Line]
    not_expected: NotExpected
    user: User

    @classmethod
    def read(cls, provider: Organisation, on: date, session: int, user: User) -> "Register":
        """Read the register. Three queries at most, however many children."""
        marks = {
            mark.placement_id: mark
            for mark in Mark.objects.as_user(user)
            .filter(placement__provider=provider, date=on, session=session)
            .select_related("marked_by", "code")
            .with_changes()
        }
        roll = Roll.read(Placement.objects.as_user(user).filter(provider=provider), on, session)
        others = NotExpected(
            *([(row, marks.get(row.pk)) for row in rows] for rows in (roll.left_out, roll.others))
        )
        register = cls(provider, on, session, [], others, user)
        for row in roll.expected:
            mark = marks.get(row.pk)
            register.lines.append(Line(row, mark, register, Typed.of(mark)))
        return register

    @property
    def pupils(self) -> list[int]:
        """Return whose names the page shows."""
        return [line.placement.pupil_id for line in self.lines] + self.not_expected.pupils

    @cached_property
    def codes(self) -> list[Code]:
        """Return the codes that may be chosen. One query, which a save does not need."""
        codes = Code.objects.as_user(self.user).in_force(self.on)
        return list(codes.usable_at(self.session))

    @cached_property
    def _drawn(self) -> dict[frozenset[str], tuple[SafeString, SafeString]]:
        return {}

    def options_for(self, placement: Placement) -> tuple[SafeString, SafeString]:
        """Draw the codes that a placement allows: reasons of absence, and the others.

        Lines that allow the same codes share the drawing: it is most of the page.
        """
        first = placement.pupil.starts_year_1
        never = frozenset(
            code.pk for code in self.codes if why_not(code.pk, self.provider, first, self.on)
        )
        if never not in self._drawn:
            offered = [code for code in self.codes if code.pk not in never | NOT_ASKED]
            reasons = sorted(
                (code for code in offered if is_reason(code)), key=lambda code: code.pk != UNKNOWN
            )
            others = [
                code for code in offered if not is_reason(code) and code.pk not in QUICK_WORDS
            ]
            none = format_html('<option value="">{}</option>', "None")
            self._drawn[never] = (_draw(reasons), none + _draw(others))
        return self._drawn[never]

    @property
    def why_empty(self) -> str:
        """Say why the register asks for nobody, and who can change that. One query."""
        here = Placement.objects.as_user(self.user).filter(provider=self.provider)
        placed = here.in_force(self.on).with_register().count()
        if not placed:
            return (
                f"Nobody is placed at {self.provider} on this day. A pupil stands here once a "
                "placement is accepted and has begun. If somebody is missing, ask the council's "
                "SEND team: it opens placements."
            )
        are = "1 pupil is" if placed == 1 else f"{placed} pupils are"
        return (
            f"{are} placed here, and none is expected at this session: the weekly sessions leave "
            "it out, it is a week of return to school, or the placement is paused. If that is "
            "wrong, ask the council's SEND team: it changes all three."
        )

    @property
    def marked(self) -> int:
        """Return how many lines have a mark."""
        return sum(line.mark is not None for line in self.lines)

    @property
    def left(self) -> int:
        """Return how many lines have no mark."""
        return len(self.lines) - self.marked

    @property
    def quick(self) -> list[tuple[str, str]]:
        """Return the codes that have a button of their own, with their words."""
        return [(code, QUICK_WORDS[code]) for code in QUICK[self.session]]

    def take(self, data: QueryDict) -> list[Entry]:
        """Read what the page sent. Only lines that the page showed are marked present at once."""
        entries = []
        for line in self.lines:
            entry = line.take(data)
            if entry is not None:
                entries.append(entry)
            elif "rest" in data and self._is_rest(line, data):
                entries.append(Entry(line.placement.pk, QUICK[self.session][0], is_rest=True))
        return entries

    def _is_rest(self, line: Line, data: QueryDict) -> bool:
        is_shown_unmarked = data.get(f"seen-{line.placement.pk}") == "0"
        return is_shown_unmarked and not line.typed.code and not line.problem

    def show(self, saved: Saved) -> None:
        """Put the problems beside their lines."""
        for line in self.lines:
            line.problem = line.problem or saved.problems.get(line.placement.pk, "")

    @property
    def problems(self) -> list[Line]:
        """Return the lines that were not saved."""
        return [line for line in self.lines if line.problem]


def _draw(codes: list[Code]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}">{}</option>',
        (
            (code.pk, "Not known yet (N)" if code.pk == UNKNOWN else words_of(code))
            for code in codes
        ),
    ) or format_html("")
