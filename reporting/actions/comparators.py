"""Taking in published figures: all of a file or nothing of it, with row numbers."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from reporting.kpis.arithmetic import rate
from reporting.models import Comparator, Coverage


class ImportRefused(Exception):
    """A file cannot be taken in. Nothing was saved. `errors` are sentences with row numbers."""

    def __init__(self, errors: list[str]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass
class ImportResult:
    """What an import did, or would do."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)


LONG_COLUMNS = {
    "measure",
    "academic_year",
    "phase_or_school_type",
    "geography",
    "value",
    "unit",
    "source_title",
    "source_url_or_note",
    "confidence",
}
EES_COLUMNS = {
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_name",
    "region_name",
    "la_name",
    "enrolments",
    "sess_possible",
    "sess_overall",
    "sess_overall_percent",
    "sess_authorised_percent",
    "sess_unauthorised_percent",
    "enrolments_pa_10_exact_percent",
    "enrolments_pa_50_exact_percent",
}
EES_SOURCE = "DfE, Pupil absence in schools in England: absence in state-funded alternative provision"
EES_SCHOOL_TYPE = "State-funded alternative provision (incl. PRU)"
# measure, unit, column of the percentage, of its numerator, of its denominator
EES_MEASURES = [
    ("overall_absence_rate", "percent of possible sessions", "sess_overall_percent",
     "sess_overall", "sess_possible"),
    ("authorised_absence_rate", "percent of possible sessions", "sess_authorised_percent",
     "sess_authorised", "sess_possible"),
    ("unauthorised_absence_rate", "percent of possible sessions", "sess_unauthorised_percent",
     "sess_unauthorised", "sess_possible"),
    ("persistent_absence_rate", "percent of enrolments", "enrolments_pa_10_exact_percent",
     "enrolments_pa_10_exact", "enrolments"),
    ("severe_absence_rate", "percent of enrolments", "enrolments_pa_50_exact_percent",
     "enrolments_pa_50_exact", "enrolments"),
]  # fmt: skip
SYMBOLS = {"c", "z", "x", "u", "~", "low", ":"}
TOLERANCE = Decimal("0.0006")  # DfE publishes five places, some files four
EES_COVERAGE = {
    "autumn and spring term": Coverage.TWO_TERMS,
    "autumn term": Coverage.AUTUMN,
    "academic year": Coverage.YEAR,
}
YEAR_DIGITS = 4
ERRORS_SHOWN = 20


def read_table(raw: bytes) -> list[dict[str, str]]:
    """Read a CSV file whose encoding is UTF-8, UTF-16 or cp1252. Raise ImportRefused."""
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        if encoding == "utf-16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise ImportRefused(["The file is no text that can be read. Save it as CSV (UTF-8)."])
    if "\0" in text:
        raise ImportRefused(["The file is not a CSV file. Save it as CSV (UTF-8)."])
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ImportRefused([f"Row {reader.line_num}: {error}."]) from error
    if not rows:
        raise ImportRefused(["The file has no rows."])
    ragged = [place for place, row in enumerate(rows, start=2) if None in row]
    if ragged:
        raise ImportRefused([f"Row {place}: more cells than columns." for place in ragged[:20]])
    return [{key.strip(): (value or "").strip() for key, value in row.items()} for row in rows]


def read_comparators(rows: list[dict[str, str]]) -> tuple[list[Comparator], list[str]]:
    """Read the project's long layout or DfE's absence layout. Raise ImportRefused.

    Return the figures, and a note for every percentage that its own counts do not give again.
    """
    columns = set(rows[0])
    if columns >= LONG_COLUMNS:
        return _read_long(rows)
    if columns >= EES_COLUMNS:
        return _read_ees(rows)
    nearest = LONG_COLUMNS if columns & LONG_COLUMNS else EES_COLUMNS
    missing = ", ".join(sorted(nearest - columns))
    raise ImportRefused([f"Row 1: these columns are missing: {missing}."])


@transaction.atomic
def import_comparators(raw: bytes, *, dry_run: bool = False) -> ImportResult:
    """Take in a file of published figures, all of it or nothing. Raise ImportRefused."""
    figures, notes = read_comparators(read_table(raw))
    key_fields = ("measure", "school_type", "geography", "year", "coverage")
    known = {
        tuple(getattr(row, name) for name in key_fields): row for row in Comparator.objects.all()
    }
    data_fields = ("value", "symbol", "unit", "numerator", "denominator", "source", "note",
                   "confidence")  # fmt: skip
    result = ImportResult(notes=notes)
    fresh, changed = [], []
    for figure in figures:
        old = known.get(tuple(getattr(figure, name) for name in key_fields))
        if old is None:
            fresh.append(figure)
        elif all(getattr(old, name) == getattr(figure, name) for name in data_fields):
            result.unchanged += 1
        else:
            for name in data_fields:
                setattr(old, name, getattr(figure, name))
            changed.append(old)
    result.added, result.changed = len(fresh), len(changed)
    if not dry_run:
        Comparator.objects.bulk_create(fresh, batch_size=1000)
        Comparator.objects.bulk_update(changed, data_fields, batch_size=500)
    return result


def _read_long(rows: list[dict[str, str]]) -> tuple[list[Comparator], list[str]]:
    errors, figures = [], {}
    for place, row in enumerate(rows, start=2):
        try:
            figure = _long_figure(row)
        except ValueError as error:
            errors.append(f"Row {place}: {error}.")
            continue
        if figure is None:  # a series that has no academic year: not ours to compare with
            continue
        key = (figure.measure, figure.school_type, figure.geography, figure.year, figure.coverage)
        if key in figures:
            errors.append(f"Row {place}: the same figure stands in an earlier row.")
        figures[key] = figure
    _refuse(errors)
    _add_counts(figures)
    return list(figures.values()), _recomputed(figures.values())


def _long_figure(row: dict[str, str]) -> Comparator | None:
    year, coverage = _year_and_coverage(row["academic_year"])
    if year is None:
        return None
    value, symbol = _value(row["value"])
    for column in ("measure", "geography", "source_title"):
        if not row[column]:
            raise ValueError(f"{column} is empty")
    return Comparator(
        measure=row["measure"][:80],
        school_type=row["phase_or_school_type"][:80],
        geography=row["geography"][:80],
        year=year,
        coverage=coverage,
        value=value,
        symbol=symbol,
        unit=row["unit"][:80],
        source=row["source_title"][:300],
        note=row["source_url_or_note"][:400],
        confidence=row["confidence"][:80],
    )


def _year_and_coverage(text: str) -> tuple[int | None, str]:
    head, _, tail = text.partition(" ")
    first, slash, second = head.partition("/")
    if not slash:
        if head.isdecimal() and len(head) == YEAR_DIGITS and not tail:
            return None, ""
        raise ValueError(f"{text!r} is no academic year like 2023/24")
    if not (first.isdecimal() and second.isdecimal() and len(first) == YEAR_DIGITS):
        raise ValueError(f"{text!r} is no academic year like 2023/24")
    if (int(first) + 1) % 100 != int(second):
        raise ValueError(f"{text!r} is no academic year like 2023/24")
    found = {
        "": Coverage.YEAR,
        "autumn and spring terms": Coverage.TWO_TERMS,
        "autumn term": Coverage.AUTUMN,
        "year to date": Coverage.TO_DATE,
    }.get(tail)
    if found is None:
        raise ValueError(f"{tail!r} is no part of a year that is known here")
    return int(first), found


def _value(text: str) -> tuple[Decimal | None, str]:
    if text in SYMBOLS:
        return None, text
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text[:20]!r} is neither a number nor a symbol") from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise ValueError(f"{text[:20]!r} is no figure")
    return value.quantize(Decimal("0.000001")), ""


COUNTS_OF = {
    "overall_absence_rate": ("overall_absence_sessions", "possible_sessions"),
    "authorised_absence_rate": ("authorised_absence_sessions", "possible_sessions"),
    "unauthorised_absence_rate": ("unauthorised_absence_sessions", "possible_sessions"),
    "persistent_absence_rate": ("persistent_absentees", "enrolments"),
    "severe_absence_rate": ("severe_absentees", "enrolments"),
}


def _add_counts(figures: dict[tuple[Any, ...], Comparator]) -> None:
    for (measure, *where), figure in figures.items():
        if measure in COUNTS_OF and figure.value is not None:
            above, below = (figures.get((name, *where)) for name in COUNTS_OF[measure])
            if above and below and above.value is not None and below.value is not None:
                figure.numerator, figure.denominator = int(above.value), int(below.value)


def _read_ees(rows: list[dict[str, str]]) -> tuple[list[Comparator], list[str]]:
    errors, figures = [], {}
    for place, row in enumerate(rows, start=2):
        try:
            found = _ees_figures(row)
        except ValueError as error:
            errors.append(f"Row {place}: {error}.")
            continue
        for figure in found:
            figures[
                figure.measure, figure.school_type, figure.geography, figure.year, figure.coverage
            ] = figure
    _refuse(errors)
    return list(figures.values()), _recomputed(figures.values())


def _ees_figures(row: dict[str, str]) -> list[Comparator]:
    text = row["time_period"]
    if not (text.isdecimal() and len(text) == len("202223")):
        raise ValueError(f"{text!r} is no period like 202223")
    coverage = EES_COVERAGE.get(row["time_identifier"].lower())
    if coverage is None:
        raise ValueError(f"{row['time_identifier']!r} is no part of a year that is known here")
    geography = (
        row["la_name"] or row["region_name"] or row["country_name"]
    )
    found = []
    for measure, unit, percent, above, below in EES_MEASURES:
        value, symbol = _value(row[percent])
        found.append(
            Comparator(
                measure=measure,
                school_type=EES_SCHOOL_TYPE,
                geography=geography,
                year=int(text[:YEAR_DIGITS]),
                coverage=coverage,
                value=value,
                symbol=symbol,
                unit=unit,
                numerator=_count(row[above]),
                denominator=_count(row[below]),
                source=EES_SOURCE,
                note="two terms only: do not compare with full-year rates"
                if coverage == Coverage.TWO_TERMS
                else "",
                confidence="DfE data file",
            )
        )
    return found


def _count(text: str) -> int | None:
    value, _ = _value(text)
    return None if value is None else int(value)


def recomputed(figure: Comparator) -> Decimal | None:
    """Return the rate that a figure's own counts give, or None where it has no counts."""
    if figure.numerator is None or figure.denominator is None:
        return None
    return rate(figure.numerator, figure.denominator)


def _recomputed(figures: Iterable[Comparator]) -> list[str]:
    notes = []
    for figure in figures:
        if not figure.unit.startswith("percent of") or figure.measure not in COUNTS_OF:
            continue
        if figure.value is None:
            notes.append(f"{figure}: published as {figure.symbol!r}, so there is no percentage.")
        elif (again := recomputed(figure)) is None:
            notes.append(f"{figure}: its counts are not published, so it cannot be recomputed.")
        elif abs(again - figure.value) > TOLERANCE:
            notes.append(f"{figure}: published {figure.value}, its counts give {again}.")
    return notes


def _refuse(errors: list[str]) -> None:
    if errors:
        more = len(errors) - ERRORS_SHOWN
        shown = errors[:ERRORS_SHOWN] + ([f"And {more} more rows."] if more > 0 else [])
        raise ImportRefused(shown)
