"""What a row of a file says of a suspension, or of a headcount, read into values or a sentence."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError

from apsystem.lib.tables import Row
from pupils.models.codes import SuspensionKind
from pupils.models.headcount import MOST_PUPILS, Census
from pupils.models.suspension import MOST_SESSIONS
from pupils.models.upn import checked_upn

SUSPENSIONS, HEADCOUNTS = "suspensions", "headcounts"
LAYOUTS = {
    SUSPENSIONS: [
        "upn",
        "urn",
        "start_date",
        "first_day_back",
        "sessions",
        "lunchtime",
        "reason_1",
        "reason_2",
        "reason_3",
        "cancelled_on",
    ],
    HEADCOUNTS: ["urn", "academic_year", "census", "pupils"],
}
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}
URN = re.compile(r"[0-9]{6}")
YEAR = re.compile(r"(20[0-9]{2})[/-](?:20)?([0-9]{2})")
DAYS = ("%Y-%m-%d", "%d/%m/%Y")


@dataclass(frozen=True)
class SuspensionRow:
    """What a row says of a suspension."""

    place: int
    upn: str
    urn: str
    starts_on: date
    back_on: date | None
    sessions: int
    kind: str
    reasons: list[str]
    cancelled_on: date | None


@dataclass(frozen=True)
class HeadcountRow:
    """What a row says of a headcount."""

    place: int
    urn: str
    year: int
    census: str
    pupils: int


def suspension_row(row: Row) -> SuspensionRow:
    """Read a row. Raise ValueError with the sentence that says what is wrong."""
    starts_on = _day(row, "start_date")
    if starts_on is None:
        raise ValueError("start_date is empty")
    reasons = [code for code in (row[f"reason_{n}"].upper() for n in (1, 2, 3)) if code]
    if not row["reason_1"]:
        raise ValueError("reason_1 is empty")
    return SuspensionRow(
        place=row.place,
        upn=_upn(row["upn"]),
        urn=_urn(row["urn"]),
        starts_on=starts_on,
        back_on=_day(row, "first_day_back"),
        sessions=_number(row, "sessions", MOST_SESSIONS),
        kind=SuspensionKind.LUNCHTIME if _is_yes(row, "lunchtime") else SuspensionKind.SUSPENSION,
        reasons=reasons,
        cancelled_on=_day(row, "cancelled_on"),
    )


def headcount_row(row: Row) -> HeadcountRow:
    """Read a row. Raise ValueError with the sentence that says what is wrong."""
    found = YEAR.fullmatch(row["academic_year"])
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise ValueError(f"academic_year is {row['academic_year']!r}, not a year like 2025/26")
    census = row["census"].lower()
    if census not in Census.values:
        raise ValueError(f"census is {row['census']!r}, not autumn, spring or summer")
    return HeadcountRow(
        row.place,
        _urn(row["urn"]),
        int(found[1]),
        census,
        _number(row, "pupils", MOST_PUPILS),
    )


def _day(row: Row, name: str) -> date | None:
    text = row[name]
    if not text:
        return None
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    raise ValueError(f"{name} is {text!r}, not a day like 2026-03-27 or 27/03/2026")


def _number(row: Row, name: str, most: int) -> int:
    text = row[name]
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most):
        raise ValueError(f"{name} is {text!r}, not a whole number from 1 to {most:,}")
    return int(text)


def _is_yes(row: Row, name: str) -> bool:
    text = row[name].lower()
    if text not in YES | NO:
        raise ValueError(f"{name} is {row[name]!r}, not yes or no")
    return text in YES


def _urn(text: str) -> str:
    if not URN.fullmatch(text):
        raise ValueError(f"urn is {text!r}, not six figures")
    return text


def _upn(text: str) -> str:
    try:
        return checked_upn(text)
    except ValidationError as error:
        raise ValueError(f"upn: {error.messages[0].rstrip('.')}") from error
