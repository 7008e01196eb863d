"""The two layouts of lists of schools, read into entries: what a list says of one school."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.utils.timezone import localdate

from accounts.models import Organisation
from apsystem.lib.tables import Row, layout_of, refuse

Kind, Phase = Organisation.Kind, Organisation.Phase

REGISTER, LIST = "the public register of schools", "the dated list of schools"
LAYOUTS = {
    LIST: ["urn", "laestab", "name_2017_18", "source", "note"],
    REGISTER: [
        "URN",
        "LA (code)",
        "EstablishmentNumber",
        "EstablishmentName",
        "TypeOfEstablishment (name)",
        "EstablishmentStatus (name)",
        "OpenDate",
        "CloseDate",
        "PhaseOfEducation (name)",
        "UKPRN",
        "Postcode",
    ],
}
COLUMNS = {column for layout in LAYOUTS.values() for column in layout}
REGISTER_SOURCE = "Get Information about Schools (GIAS)"
LIST_IS_DATED = (
    "The list gives names of 2017/18 and no types: schools have since closed, merged or changed "
    "their URN, and alternative provision is entered as a school. Import the public register to "
    "put that right."
)
ALTERNATIVE_PROVISION = ("alternative provision", "pupil referral unit")
# The register's types of schools that local authorities maintain, and words of types that they do
# not [memory: high]. Of any other type it stays unknown.
MAINTAINED = {
    "community school",
    "community special school",
    "foundation school",
    "foundation special school",
    "local authority nursery school",
    "pupil referral unit",
    "voluntary aided school",
    "voluntary controlled school",
}
NOT_MAINTAINED = (
    "academy",
    "city technology",
    "free school",
    "independent",
    "non-maintained",
    "studio school",
    "university technical",
)
# DfE publishes these as special schools; independent ones are not in its figures.
SPECIAL = {
    "academy special converter",
    "academy special sponsor led",
    "community special school",
    "foundation special school",
    "free schools special",
    "non-maintained special school",
}
OPEN = {"open", "open, but proposed to close"}
CLOSED = "closed"
PHASES = {
    "": None,
    "not applicable": None,  # said of special schools too, which their type tells
    "nursery": Phase.NURSERY,
    "primary": Phase.PRIMARY,
    "middle deemed primary": Phase.PRIMARY,
    "secondary": Phase.SECONDARY,
    "middle deemed secondary": Phase.SECONDARY,
    "all-through": Phase.ALL_THROUGH,
    "all through": Phase.ALL_THROUGH,
    "16 plus": Phase.SIXTEEN_PLUS,
}
URN, UKPRN = re.compile(r"[0-9]{6}"), re.compile(r"1[0-9]{7}")
LAESTAB, NUMBER = re.compile(r"[0-9]{7}"), re.compile(r"[0-9]{1,4}")
DAY = re.compile(r"([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})")  # a spreadsheet turns - into /


@dataclass
class Entry:
    """What a list says of one school. `says` holds only what the list states, never a blank."""

    place: int
    urn: str
    says: dict[str, Any]
    is_open: bool = True
    notes: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """The entries of a file, which layout it has, and how many rows were none of ours."""

    layout: str
    entries: list[Entry]
    elsewhere: int
    notes: list[str]


class _LeftOut(Exception):
    """A row is one of ours, but stands for no school that can be used."""


def read_schools(rows: list[Row]) -> Reading:
    """Read the council's own schools from either layout. Raise ImportRefused.

    Rows of other local authorities are counted and otherwise not looked at: nobody here can mend
    them.
    """
    layout = layout_of(rows[0], LAYOUTS)
    ours, reader = _ours(rows, layout)
    errors: list[str] = []
    left_out: Counter[str] = Counter()
    entries: dict[str, Entry] = {}
    for row in ours:
        try:
            entry = reader(row)
        except _LeftOut as reason:
            left_out[str(reason)] += 1
        except ValueError as error:
            errors.append(f"Row {row.place}: {error}.")
        else:
            first = entries.setdefault(entry.urn, entry)
            if first is not entry:
                errors.append(f"Row {row.place}: URN {entry.urn} stands in row {first.place} too.")
    refuse(errors)
    notes = [f"Rows left out: {count}; {why}." for why, count in left_out.items()]
    notes += [note for entry in entries.values() for note in entry.notes]
    return Reading(layout, list(entries.values()), len(rows) - len(ours), notes)


def _ours(rows: list[Row], layout: str) -> tuple[list[Row], Callable[[Row], Entry]]:
    code = settings.COUNCIL_LA_CODE
    if layout == REGISTER:
        ours, reader = [row for row in rows if row["LA (code)"] == code], _register_entry
    else:  # a malformed LAESTAB is ours to complain about
        ours = [r for r in rows if r["laestab"][:3] == code or not LAESTAB.fullmatch(r["laestab"])]
        reader = _list_entry
    if not ours:
        refuse([f"No row is of local authority {code}, which is this council's."])
    return ours, reader


def _list_entry(row: Row) -> Entry:
    if not LAESTAB.fullmatch(row["laestab"]):
        raise ValueError(f"LAESTAB {row['laestab'][:20]!r} does not have seven digits")
    says = {
        "name": _text(row, "name_2017_18", "name"),
        "laestab": row["laestab"],
        "kind": Kind.SCHOOL,
        "source": _text(row, "source", "source"),
    }
    return Entry(row.place, _urn(row["urn"]), says)


def _register_entry(row: Row) -> Entry:
    urn, name = _urn(row["URN"]), _text(row, "EstablishmentName", "name")
    status = row["EstablishmentStatus (name)"]
    if status.lower() not in {*OPEN, CLOSED}:
        raise _LeftOut(f"their status is {status!r}")
    says: dict[str, Any] = {
        "name": name,
        "laestab": _laestab(row),
        "phase": _phase(row),
        "ukprn": _ukprn(row),
        "postcode": _text(row, "Postcode", "postcode").upper(),
        "opened_on": _day(row, "OpenDate"),
        "source": REGISTER_SOURCE,
        "is_maintained": _is_maintained(row["TypeOfEstablishment (name)"]),
        **_kind(row["TypeOfEstablishment (name)"]),
    }
    closes_on = _day(row, "CloseDate")
    if says["opened_on"] and closes_on and closes_on < says["opened_on"]:
        raise ValueError("CloseDate lies before OpenDate")
    entry = Entry(
        row.place, urn, {key: value for key, value in says.items() if value or value is False}
    )
    _close(entry, closes_on, is_closed=status.lower() == CLOSED)
    return entry


def _close(entry: Entry, closes_on: date | None, *, is_closed: bool) -> None:
    name = f"{entry.urn} {entry.says['name']}"
    if closes_on and closes_on <= localdate():
        entry.says["closed_on"] = closes_on
        entry.is_open = False
    elif closes_on:
        entry.notes.append(
            f"{name} is to close on {closes_on.day} {closes_on:%B %Y} and is open until then. "
            "Import the register again after that day."
        )
    elif is_closed:
        entry.is_open = False
        entry.notes.append(
            f"{name} is closed, but the register gives no date. It is not added, and stays open "
            "where it is known: enter the day by hand."
        )


def _kind(type_name: str) -> dict[str, Any]:
    if any(words in type_name.lower() for words in ALTERNATIVE_PROVISION):
        return {"kind": Kind.PROVIDER, "is_registered_school": True}
    return {"kind": Kind.SCHOOL}


def _is_maintained(type_name: str) -> bool | None:
    kind = type_name.lower()
    if kind in MAINTAINED:
        return True
    return False if any(words in kind for words in NOT_MAINTAINED) else None


def _urn(text: str) -> str:
    if not URN.fullmatch(text):
        raise ValueError(f"URN {text[:20]!r} does not have six digits")
    return text


def _ukprn(row: Row) -> str:
    if row["UKPRN"] and not UKPRN.fullmatch(row["UKPRN"]):
        raise ValueError(f"UKPRN {row['UKPRN'][:20]!r} is not eight digits that begin with 1")
    return row["UKPRN"]


def _laestab(row: Row) -> str:
    number = row["EstablishmentNumber"]
    if not number:
        return ""
    if not NUMBER.fullmatch(number):
        raise ValueError(f"EstablishmentNumber {number[:20]!r} does not have four digits")
    return row["LA (code)"] + number.zfill(4)


def _phase(row: Row) -> str | None:
    said = row["PhaseOfEducation (name)"]
    if said.lower() not in PHASES:
        raise ValueError(f"PhaseOfEducation {said[:40]!r} is not known here")
    if row["TypeOfEstablishment (name)"].lower() in SPECIAL:
        return Phase.SPECIAL
    return PHASES[said.lower()]


def _day(row: Row, column: str) -> date | None:
    text = row[column]
    if not text:
        return None
    found = DAY.fullmatch(text)
    try:
        if found:
            return datetime.strptime("-".join(found.groups()), "%d-%m-%Y").date()  # noqa: DTZ007
    except ValueError:
        pass
    raise ValueError(f"{column} {text[:20]!r} is no day like 31-08-2024")


def _text(row: Row, column: str, name: str) -> str:
    longest = cast("models.CharField", Organisation._meta.get_field(name)).max_length or 0
    if len(row[column]) > longest:
        raise ValueError(f"{column} is longer than {longest} characters")
    if name == "name" and not row[column]:
        raise ValueError(f"{column} is empty")
    return row[column]
