"""Session exports of schools' own systems: which column holds what, and what a cell says.

No system documents the headings of its exports, and every school may build its own. So the words
below only propose which column is which; a person looks, and the choice is kept for the provider.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db import models

from apsystem.lib.calendar import Session
from apsystem.lib.tables import ImportRefused, records

HEADER_WITHIN = 10  # reports may begin with a title and the name of the school
FORMULAS = ("=", "+", "@", "＝", "＋", "＠")  # noqa: RUF001 - full-width signs begin formulas too
NO_MARK = {"", "-", "–", "—"}  # noqa: RUF001 - some systems write a longer dash
LONGEST_CODE = 2
CENTURY, LAST_YEAR = 2000, 2100
TWO_MARKS = re.compile(r"C[12]|J1|Y[1-7]|\S")
WORDS = re.compile(r"[^a-z0-9/]+")
DAY_FIRST = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]0{2}:0{2}(?::0{2}(?:\.0+)?)?)?")
ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]*[ -](\d{4}|\d{2})")
WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[ ,]+")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
HALVES = {
    **dict.fromkeys(["am", "a.m.", "a", "morning"], Session.AM),
    **dict.fromkeys(["pm", "p.m.", "p", "afternoon"], Session.PM),
}
HALF_AT_END = re.compile(r"[\s:,/_-]*(?<![a-z])(am|pm|morning|afternoon)$")


class Part(models.TextChoices):
    """What a column can hold. A person is asked for them in this order."""

    UPN = "upn", "UPN"
    NAME = "name", "Name of the pupil, in one column"
    SURNAME = "surname", "Surname"
    FORENAME = "forename", "First name"
    BORN = "born", "Date of birth"
    DATE = "date", "Date"
    SESSION = "session", "Session (AM or PM)"
    CODE = "code", "Mark"
    MORNING = "morning", "Mark of the morning"
    AFTERNOON = "afternoon", "Mark of the afternoon"


PROPOSED = {
    Part.UPN: {"upn", "unique pupil number", "pupil upn", "student upn"},
    Part.NAME: {"name", "pupil", "pupil name", "student", "student name", "full name",
                "legal name", "display name"},
    Part.SURNAME: {"surname", "legal surname", "last name", "legal last name", "family name"},
    Part.FORENAME: {"forename", "legal forename", "first name", "legal first name", "given name"},
    Part.BORN: {"dob", "date of birth", "birth date", "d o b"},
    Part.DATE: {"date", "session date", "attendance date", "register date", "mark date", "day"},
    Part.SESSION: {"session", "session name", "am/pm", "am pm", "ampm", "half day"},
    Part.CODE: {"code", "mark", "attendance code", "attendance mark", "mark code",
                "session mark", "session code", "registration mark", "register mark"},
    Part.MORNING: {"am", "am mark", "am code", "morning", "morning mark", "am session"},
    Part.AFTERNOON: {"pm", "pm mark", "pm code", "afternoon", "afternoon mark", "pm session"},
}  # fmt: skip
KEYS = [Part.UPN, Part.NAME, Part.SURNAME]
Mapped = Mapping[str, str]  # the part, and the words above its column


def plain(heading: str) -> str:
    """Return a heading as it is compared: no case, no punctuation."""
    return WORDS.sub(" ", heading.lower()).strip()


@dataclass(frozen=True)
class Header:
    """The row of headings: where it stands, and what the columns of sessions stand for."""

    place: int
    headings: list[str]
    sessions: dict[int, tuple[date, int | None]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Return the headings that a person can choose from, once each, in their order."""
        named = (cell for at, cell in enumerate(self.headings) if at not in self.sessions)
        return [cell for cell in dict.fromkeys(named) if cell]

    def proposal(self) -> dict[str, str]:
        """Return what the columns probably hold, by the words above them."""
        found: dict[str, str] = {}
        for part, words in PROPOSED.items():
            for heading in self.columns:
                if plain(heading) in words:
                    found.setdefault(part.value, heading)
        return found

    def lacks(self, mapping: Mapped) -> str:
        """Return what is missing before the file can be read, as a sentence, or nothing."""
        present = set(self.columns)
        if absent := [words for words in mapping.values() if words not in present]:
            return f"the file has no column {absent[0]}"
        if not any(part in mapping for part in KEYS):
            return "no column says which pupil a row is about: a UPN, or a name"
        if Part.SURNAME in mapping and Part.FORENAME not in mapping and Part.UPN not in mapping:
            return "a surname needs the first name beside it"
        return self._lacks_marks(mapping)

    def _lacks_marks(self, mapping: Mapped) -> str:
        halves = {Part.MORNING, Part.AFTERNOON} & set(mapping)
        if Part.CODE not in mapping and not halves and not self.sessions:
            return (
                "no column holds marks: there is neither a column of marks, nor are there columns "
                "with a date as their heading, like 16/09/2026 AM"
            )
        if (Part.CODE in mapping or halves) and Part.DATE not in mapping:
            return "marks need the date beside them"
        if Part.CODE in mapping and Part.SESSION not in mapping:
            return "marks need the session (AM or PM) beside them"
        return ""


def read_header(raw: bytes) -> Header:
    """Find the row of headings near the top of a file. Raise ImportRefused."""
    top = list(islice(records(raw), HEADER_WITHIN))
    known = set().union(*(PROPOSED[part] for part in [*KEYS, Part.FORENAME]))
    for at, (place, cells) in enumerate(top):
        if any(plain(cell) in known for cell in cells):
            below = top[at + 1][1] if at + 1 < len(top) else []
            return _header(place, cells, below)
    for place, cells in top:
        if any(cells):
            return _header(place, cells, [])
    raise ImportRefused(["The file is empty."])


def _header(place: int, cells: list[str], below: list[str]) -> Header:
    """Read the headings. Dates may stand in one row, and AM and PM in the row below."""
    halves = [HALVES.get(cell.lower()) for cell in below]
    has_second_row = any(half is not None for half in halves) and not any(
        cell for cell, half in zip(below, halves, strict=True) if half is None
    )
    sessions: dict[int, tuple[date, int | None]] = {}
    day = None
    for at, cell in enumerate(cells):
        found = read_session(cell)
        day = found[0] if found else (day if not cell and has_second_row else None)
        half = halves[at] if has_second_row and at < len(halves) else None
        if found and half is None:
            sessions[at] = found
        elif day and half is not None:
            sessions[at] = (day, half)
    twice = [cell for cell in cells if cell and cells.count(cell) > 1 and not read_session(cell)]
    if twice:
        raise ImportRefused([f"Row {place}: the column {twice[0]} stands there twice."])
    return Header(place + has_second_row, cells, sessions)


def read_session(heading: str) -> tuple[date, int | None] | None:
    """Read a heading like 'Mon 16/09/2026 AM'. Without AM or PM a cell holds both marks."""
    text = heading.lower()
    half = HALF_AT_END.search(text)
    day = read_day(text[: half.start()] if half else text)
    return (day, HALVES[half[1]] if half else None) if isinstance(day, date) else None


def read_day(text: str) -> date | str:
    """Return the date that a cell means, day before month, or what is wrong with it."""
    figures = _figures(WEEKDAY.sub("", text.strip().lower()))
    if figures and CENTURY <= figures[0] <= LAST_YEAR:
        with suppress(ValueError):
            return date(*figures)
    if text.startswith(FORMULAS):
        return "a formula stands where the date is expected"
    if not text:
        return "there is no date"
    return f"{text[:20]!r} is not a real date. Write it like 16/09/2026"


def read_iso(text: str) -> date | None:
    """Return the day that an address or a system writes like 2026-09-16, in years of registers."""
    if ISO.fullmatch(text) and CENTURY <= int(text[:4]) <= LAST_YEAR:
        with suppress(ValueError):
            return date.fromisoformat(text)
    return None


def _figures(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a date in one of the ways in which systems write them."""
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := DAY_FIRST.fullmatch(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if (found := NAMED_MONTH.fullmatch(text)) and found[2] in MONTHS:
        return _year(found[3]), MONTHS.index(found[2]) + 1, int(found[1])
    return None


def _year(figures: str) -> int:
    return int(figures) if len(figures) > len("26") else CENTURY + int(figures)


def read_half(text: str) -> int | str:
    """Return the session that a cell means, or what is wrong with it."""
    half = HALVES.get(text.strip().lower())
    if half is not None:
        return int(half)
    if text.startswith(FORMULAS):
        return "a formula stands where AM or PM is expected"
    return f"{text[:20]!r} is no session. Write AM or PM" if text else "there is no session"


def read_code(text: str) -> str | None:
    """Return the code that a cell means, empty where there is no mark, None where it is no code."""
    code = text.strip().upper()
    if code in NO_MARK:
        return ""
    return code if len(code) <= LONGEST_CODE and code.isprintable() else None


def not_a_code(text: str) -> str:
    """Return the sentence about a cell that holds no code."""
    if text.startswith(FORMULAS):
        return "a formula stands where a mark is expected"
    return f"{text[:20]!r} is not an attendance code"
