"""The lines of an export, or of what a system sends: which pupil, which session, which code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from apsystem.lib.calendar import Session
from apsystem.lib.tables import ERRORS_SHOWN, ImportRefused, records
from attendance.actions.exports import (
    CENTURY,
    FORMULAS,
    LAST_YEAR,
    NO_MARK,
    TWO_MARKS,
    Mapped,
    Part,
    not_a_code,
    read_code,
    read_day,
    read_half,
    read_header,
    read_iso,
)
from pupils.models import searchable

Line = tuple[int, int, date, int, str]  # row, pupil, day, session, code
Cell = tuple[
    date | str, int | str, str
]  # day, session, what stands there; a word where it is wrong
Meant = tuple[date, int, str] | str | None  # day, session, code; or what is wrong; or no mark
Known = tuple[int, str | None, str, str, str, date]  # id, UPN, forename, surname, preferred, born
WHO = (Part.UPN, Part.NAME, Part.SURNAME, Part.FORENAME, Part.BORN)
WHAT = (Part.DATE, Part.SESSION, Part.CODE)
MOST_LINES = 1_000_000
SHORTER = "Export a shorter time, such as one term, and import one file after the other."
SHOWN = 60


class Problems:
    """What is wrong with a file: the first sentences by row, and how many there are."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self._first: list[tuple[int, str]] = []

    def add(self, place: int, sentence: str) -> None:
        """Take a sentence in."""
        self.keep(place, sentence)
        self.count += 1

    def keep(self, place: int, sentence: str) -> None:
        """Show a sentence that is counted already, if it is among the first."""
        self._first.append((place, sentence))
        if len(self._first) > 10 * ERRORS_SHOWN:
            self._first = self.first

    @property
    def first(self) -> list[tuple[int, str]]:
        """Return the first rows that are wrong, each with its sentence."""
        return sorted(self._first)[:ERRORS_SHOWN]

    @property
    def more(self) -> int:
        """Return how many there are beside the first."""
        return self.count - len(self.first)

    @property
    def sentences(self) -> list[str]:
        """Return the first sentences in the order of rows, and how many more there are."""
        shown = [f"Row {place:,}: {sentence}." for place, sentence in self.first]
        return shown + ([f"And {self.more:,} more."] if self.more > 0 else [])


class Whose:
    """Which pupil a row is about, among those who may be meant.

    A UPN decides. A name decides where it is one pupil's only, and the date of birth, where it is
    given, is theirs. A pupil whose UPN is not known to us is found by name and date of birth.
    """

    def __init__(self, known: Iterable[Known], *, unknown: str = "is placed here") -> None:
        """Keep the pupils by what a file can call them, and what the others lack."""
        self._unknown = unknown
        self._by_upn: dict[str, int] = {}
        self._by_name: dict[str, dict[int, date]] = {}
        self._found: dict[tuple[str, str, str], int | str] = {}
        self._without_upn: set[int] = set()
        for pk, upn, forename, surname, preferred, born in known:
            if upn:
                self._by_upn[upn] = pk
            else:
                self._without_upn.add(pk)
            for first in {forename, preferred} - {""}:
                self._by_name.setdefault(_name(f"{first} {surname}"), {})[pk] = born

    def find(self, upn: str = "", name: str = "", born: str = "") -> int | str:
        """Return the pupil's id, or why it is not known which pupil is meant."""
        asked = (upn, name, born)
        if asked not in self._found:
            self._found[asked] = self._find("".join(upn.split()).upper(), name.strip(), born)
        return self._found[asked]

    def _find(self, upn: str, name: str, born: str) -> int | str:
        if upn.startswith(FORMULAS) or name.startswith(FORMULAS):
            return "a formula stands where the pupil is expected"
        if upn:
            return self._by_upn.get(upn) or self._nameless(upn, name, born)
        if not name:
            return "there is neither a UPN nor a name"
        found = self._named(name, born)
        if isinstance(found, str):
            return found
        if len(found) > 1:
            return f"{len(found)} pupils are called {name[:SHOWN]}. The UPN must say which"
        return found[0] if found else f"no pupil called {name[:SHOWN]}{_of(born)} {self._unknown}"

    def _nameless(self, upn: str, name: str, born: str) -> int | str:
        found = self._named(name, born) if name and born else []
        if isinstance(found, str):
            return found
        meant = [pk for pk in found if pk in self._without_upn]
        return meant[0] if len(meant) == 1 else f"no pupil with the UPN {upn[:20]} {self._unknown}"

    def _named(self, name: str, born: str) -> list[int] | str:
        found = self._by_name.get(_name(name), {})
        if not born:
            return list(found)
        day = read_day(born)
        if isinstance(day, str):
            return day.replace("the date is", "the date of birth is")
        return [pk for pk, on in found.items() if on == day]


def _name(text: str) -> str:
    return " ".join(sorted(searchable(text).split()))


def _of(born: str) -> str:
    return f", born {born[:20]}," if born else ""


class Reading:
    """Lines that are read once, and what was wrong with those that are left out."""

    def __init__(self, whose: Whose) -> None:
        """Begin with nothing wrong."""
        self.whose = whose
        self.problems = Problems()
        self.blank = 0
        self.read = 0
        self._known: dict[Cell, Meant] = {}

    def __iter__(self) -> Iterator[Line]:
        """Yield each mark with its row. Raise ImportRefused where the file cannot be read on."""
        for place, pupil, found in self._rows():
            if isinstance(pupil, str):
                self.problems.add(place, pupil)
                continue
            for meant in found:
                if meant is None:
                    self.blank += 1
                elif isinstance(meant, str):
                    self.problems.add(place, meant)
                else:
                    self.read += 1
                    yield place, pupil, *meant
            if self.read > MOST_LINES:
                raise ImportRefused([f"There are more than {MOST_LINES:,} marks. {SHORTER}"])

    def _mark(self, *cell: *Cell) -> Meant:
        """Return what a cell means. What is no mistake stands in a file again and again: it is kept."""
        try:
            return self._known[cell]
        except KeyError:
            meant = _meant(*cell)
            return meant if isinstance(meant, str) else self._known.setdefault(cell, meant)

    def _rows(self) -> Iterator[tuple[int, int | str, Iterable[Meant]]]:
        raise NotImplementedError


def _meant(on: date | str, session: int | str, text: str) -> Meant:
    code = read_code(text)
    if code == "":
        return None
    if isinstance(on, str):
        return on
    if isinstance(session, str):
        return session
    return not_a_code(text) if code is None else (on, session, code)


class FileReading(Reading):
    """The lines of a file, by the columns that a person named."""

    def __init__(self, raw: bytes, mapping: Mapped, whose: Whose) -> None:
        """Find the columns. Raise ImportRefused where they are not what is needed."""
        super().__init__(whose)
        self._raw = raw
        self._header = header = read_header(raw)
        if lacking := header.lacks(mapping):
            raise ImportRefused([f"Row {header.place}: {lacking}."])
        at = {part: header.headings.index(words) for part, words in mapping.items()}
        self._at = {part: at.get(part) for part in Part.values}
        self._who = itemgetter(*(at[part] for part in WHO if part in at))
        self._what = itemgetter(*(at.get(part, 0) for part in WHAT))
        self._pupils: dict[Any, int | str] = {}
        self._width = 1 + max(*at.values(), *header.sessions, 0)
        self._days: dict[str, date | str] = {}
        self._long_cells: dict[tuple[str, ...], list[Meant]] = {}
        if Part.CODE in mapping:
            self._cells = self._long
        elif header.sessions:
            self._cells = self._wide
        else:
            self._cells = self._daily

    def _rows(self) -> Iterator[tuple[int, int | str, Iterable[Meant]]]:
        most = len(self._header.headings)
        for place, cells in records(self._raw):
            if place <= self._header.place or not any(cells):
                continue
            if len(cells) < self._width:
                yield place, "fewer cells than columns", ()
            elif len(cells) > most and any(cells[most:]):
                yield place, "more cells than columns", ()
            else:
                yield place, self._pupil(cells), self._cells(cells)

    def _pupil(self, cells: Sequence[str]) -> int | str:
        who = self._who(cells)
        if who not in self._pupils:
            self._pupils[who] = self._find(cells)
        return self._pupils[who]

    def _find(self, cells: Sequence[str]) -> int | str:
        name = self._text(cells, Part.NAME) or " ".join(
            (self._text(cells, Part.FORENAME), self._text(cells, Part.SURNAME))
        )
        return self.whose.find(
            self._text(cells, Part.UPN), name.strip(), self._text(cells, Part.BORN)
        )

    def _text(self, cells: Sequence[str], part: Part) -> str:
        at = self._at[part]
        return "" if at is None else cells[at]

    def _day(self, text: str) -> date | str:
        try:
            return self._days[text]
        except KeyError:
            return self._days.setdefault(text, read_day(text))

    def _long(self, cells: Sequence[str]) -> Iterable[Meant]:
        what = self._what(cells)
        try:
            return self._long_cells[what]
        except KeyError:
            day, half, text = what
            meant = self._mark(self._day(day), read_half(half), text)
            found = [meant]
            return found if isinstance(meant, str) else self._long_cells.setdefault(what, found)

    def _daily(self, cells: Sequence[str]) -> Iterable[Meant]:
        day = self._day(self._text(cells, Part.DATE))
        for part, session in ((Part.MORNING, Session.AM), (Part.AFTERNOON, Session.PM)):
            if self._at[part] is not None:
                yield self._mark(day, session, self._text(cells, part))

    def _wide(self, cells: Sequence[str]) -> Iterable[Meant]:
        for at, (day, session) in self._header.sessions.items():
            if session is not None:
                yield self._mark(day, session, cells[at])
            else:
                yield from (self._mark(*cell) for cell in _both(day, cells[at]))


def _both(day: date, text: str) -> Iterable[Cell]:
    """Read a cell with the marks of morning and afternoon, like 'NN', 'L-' or 'C2 C2'."""
    found = ["-", "-"] if text in NO_MARK else TWO_MARKS.findall(text.upper())
    if text.startswith(FORMULAS) or len(found) != len(Session):
        return [(f"{text[:20]!r} are not two marks, of the morning and the afternoon", 0, text)]
    return [(day, session, mark) for session, mark in zip(Session, found, strict=True)]


class SentReading(Reading):
    """The lines that a system sent: objects with UPN, date, session and code."""

    def __init__(self, marks: Sequence[Mapping[str, Any]], whose: Whose) -> None:
        """Keep the objects."""
        super().__init__(whose)
        self._marks = marks

    def _rows(self) -> Iterator[tuple[int, int | str, Iterable[Meant]]]:
        for place, sent in enumerate(self._marks, start=1):
            meant = self._mark(_iso(sent["date"]), read_half(sent["session"]), sent["code"])
            yield place, self.whose.find(sent["upn"]), [meant]


def _iso(text: str) -> date | str:
    wrong = f"{text[:20]!r} is not a date from {CENTURY} to {LAST_YEAR}. Write it like 2026-09-16"
    return read_iso(text) or wrong
