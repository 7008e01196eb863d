"""The two layouts of published figures, read into comparators and recomputed from their counts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from django.db import models

from apsystem.lib.tables import Row, layout_of, refuse
from reporting.kpis.arithmetic import PLACES, rate
from reporting.models import Comparator, Coverage

Key = tuple[str, str, str, int, str]
Reader = Callable[[Row], list[Comparator]]

LONG, ABSENCE = "the list of published figures", "the absence file of DfE"
LAYOUTS = {
    LONG: [
        "measure",
        "academic_year",
        "phase_or_school_type",
        "geography",
        "value",
        "unit",
        "source_title",
        "source_url_or_note",
        "confidence",
    ],
    ABSENCE: [
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
        "sess_authorised",
        "sess_authorised_percent",
        "sess_unauthorised",
        "sess_unauthorised_percent",
        "enrolments_pa_10_exact",
        "enrolments_pa_10_exact_percent",
        "enrolments_pa_50_exact",
        "enrolments_pa_50_exact_percent",
    ],
}
ABSENCE_SOURCE = (
    "DfE, Pupil absence in schools in England: absence in state-funded alternative provision"
)
AP = "State-funded alternative provision (incl. PRU)"
SESSIONS, ENROLMENTS = "percent of possible sessions", "percent of enrolments"
# measure: unit, and in DfE's file the column of the percentage, its numerator, its denominator
ABSENCE_MEASURES = {
    "overall_absence_rate": (
        SESSIONS, "sess_overall_percent", "sess_overall", "sess_possible"),
    "authorised_absence_rate": (
        SESSIONS, "sess_authorised_percent", "sess_authorised", "sess_possible"),
    "unauthorised_absence_rate": (
        SESSIONS, "sess_unauthorised_percent", "sess_unauthorised", "sess_possible"),
    "persistent_absence_rate": (
        ENROLMENTS, "enrolments_pa_10_exact_percent", "enrolments_pa_10_exact", "enrolments"),
    "severe_absence_rate": (
        ENROLMENTS, "enrolments_pa_50_exact_percent", "enrolments_pa_50_exact", "enrolments"),
}  # fmt: skip
PLACE_COLUMNS = {
    "national": "country_name",
    "regional": "region_name",
    "local authority": "la_name",
}
# The same file exists for all schools, broken down by type. Only rows of AP may be read as AP.
TYPE_COLUMNS = ("school_type", "education_phase")
IS_AP = ("alternative provision", "pupil referral")
YEAR_TO_DATE = {
    f"ytd_{kind}_rate": (f"ytd_{kind}_sessions", "ytd_possible_sessions")
    for kind in ("attendance", "overall_absence", "authorised_absence", "unauthorised_absence")
}
DESTINATIONS = {
    f"ks4_{kind}_rate": (f"ks4_{kind}_pupils", "ks4_destination_cohort")
    for kind in (
        "sustained_destination_overall",
        "sustained_education",
        "sustained_apprenticeship",
        "sustained_employment",
        "destination_not_sustained",
        "activity_not_captured",
    )
}
COUNTS_OF = {
    "overall_absence_rate": ("overall_absence_sessions", "possible_sessions"),
    "authorised_absence_rate": ("authorised_absence_sessions", "possible_sessions"),
    "unauthorised_absence_rate": ("unauthorised_absence_sessions", "possible_sessions"),
    "persistent_absence_rate": ("persistent_absentees", "enrolments"),
    "severe_absence_rate": ("severe_absentees", "enrolments"),
    "suspension_rate": ("suspensions", "headcount_january_census"),
    "permanent_exclusion_rate": ("permanent_exclusions", "headcount_january_census"),
    "pupils_with_one_or_more_suspensions_rate": (
        "pupils_with_one_or_more_suspensions",
        "headcount_january_census",
    ),
    **YEAR_TO_DATE,
    **DESTINATIONS,
}
TOLERANCE = Decimal("0.0006")  # DfE publishes five places, some files four
TOLERANCE_OF = {"percent of cohort": Decimal("0.0501")}  # published to one place
SYMBOLS = {"c", "z", "x", "u", "~", "low", ":"}
COVERAGES = {
    "": Coverage.YEAR,
    "academic year": Coverage.YEAR,
    "autumn and spring term": Coverage.TWO_TERMS,
    "autumn and spring terms": Coverage.TWO_TERMS,
    "autumn term": Coverage.AUTUMN,
    "year to date": Coverage.TO_DATE,
}
LEFT_OUT = {
    "spring term": "they cover the spring term alone, and no figure here does",
    "summer term": "they cover the summer term alone, and no figure here does",
}
ACADEMIC_YEAR = re.compile(r"([0-9]{4})/([0-9]{2})(?: (.+))?")
TIME_PERIOD = re.compile(r"([0-9]{4})([0-9]{2})")
CALENDAR_YEAR = re.compile(r"[0-9]{4}")
NUMBER = re.compile(r"[0-9]{1,11}(\.[0-9]+)?")
HIGHEST_PERCENTAGE = 100


class _LeftOut(Exception):
    """A row is well formed, but of a series that nothing here is compared with."""


def key_of(figure: Comparator) -> Key:
    """Return what makes a figure one of a kind, as the table's unique constraint has it."""
    return (figure.measure, figure.school_type, figure.geography, figure.year, figure.coverage)


def read_comparators(rows: list[Row]) -> tuple[list[Comparator], list[str]]:
    """Read the project's long layout or DfE's absence layout. Raise ImportRefused.

    Return the figures, and a note for every percentage that its own counts do not give again.
    """
    layout = layout_of(rows[0], LAYOUTS)
    figures, notes = _read(rows, _long_figures if layout == LONG else _absence_figures)
    if layout == LONG:
        _add_counts(figures)
    return list(figures.values()), notes + not_recomputed(figures.values())


def recomputed(figure: Comparator) -> Decimal | None:
    """Return the rate that a figure's own counts give, or None where they give none."""
    if figure.numerator is None or figure.denominator is None:
        return None
    return rate(figure.numerator, figure.denominator)


def not_recomputed(figures: Iterable[Comparator]) -> list[str]:
    """Return a sentence for every rate that cannot be recomputed or does not come out the same."""
    notes = []
    for figure in figures:
        if figure.unit.startswith(("percent", "per 100")) and (why := _why_not(figure)):
            name = f"{figure.measure}, {figure.school_type}, {figure.geography}, {figure.period}"
            notes.append(f"{name}: {why}.")
    return notes


def _why_not(figure: Comparator) -> str:
    if figure.value is None:
        return f"published as {figure.symbol!r}, so there is no percentage"
    if figure.numerator is None or figure.denominator is None:
        return "its counts are not published, so it cannot be recomputed"
    again = recomputed(figure)
    if again is None:
        return f"published {figure.value.normalize():f}, but its counts say nothing was possible"
    if abs(again - figure.value) > TOLERANCE_OF.get(figure.unit, TOLERANCE):
        return f"published {figure.value.normalize():f}, its counts give {again.normalize():f}"
    return ""


def _read(rows: list[Row], reader: Reader) -> tuple[dict[Key, Comparator], list[str]]:
    errors: list[str] = []
    figures: dict[Key, Comparator] = {}
    left_out: Counter[str] = Counter()
    for row in rows:
        try:
            found = {key_of(figure): figure for figure in reader(row)}
        except _LeftOut as reason:
            left_out[str(reason)] += 1
        except ValueError as error:
            errors.append(f"Row {row.place}: {error}.")
        else:
            if found.keys() & figures.keys():
                errors.append(f"Row {row.place}: the same figure stands in an earlier row.")
            figures.update(found)
    refuse(errors)
    return figures, [f"Rows left out: {count}; {why}." for why, count in left_out.items()]


def _long_figures(row: Row) -> list[Comparator]:
    year, coverage = _long_period(row["academic_year"])
    value, symbol = _value("value", row["value"])
    figure = Comparator(
        measure=_words(row, "measure"),
        school_type=_words(row, "phase_or_school_type", "school_type"),
        geography=_words(row, "geography"),
        year=year,
        coverage=coverage,
        value=value,
        symbol=symbol,
        unit=_words(row, "unit"),
        source=_words(row, "source_title", "source"),
        note=_words(row, "source_url_or_note", "note"),
        confidence=_words(row, "confidence"),
    )
    if figure.unit.startswith("percent"):
        _check_percentage("value", value)
    return [figure]


def _long_period(text: str) -> tuple[int, Coverage]:
    if CALENDAR_YEAR.fullmatch(text):
        raise _LeftOut("their period is a calendar year, and every figure here has academic years")
    found = ACADEMIC_YEAR.fullmatch(text)
    if not found or not _follows(*found.group(1, 2)):
        raise ValueError(f"{text[:40]!r} is no academic year like 2023/24")
    return int(found[1]), _coverage(found[3] or "")


def _follows(first: str, second: str) -> bool:
    return (int(first) + 1) % 100 == int(second)


def _coverage(text: str) -> Coverage:
    if text in LEFT_OUT:
        raise _LeftOut(LEFT_OUT[text])
    if text not in COVERAGES:
        raise ValueError(f"{text[:40]!r} is no part of a year that is known here")
    return COVERAGES[text]


def _words(row: Row, column: str, name: str = "") -> str:
    field = cast("models.CharField", Comparator._meta.get_field(name or column))
    longest = field.max_length or 0
    if not row[column] and not field.blank:
        raise ValueError(f"{column} is empty")
    if len(row[column]) > longest:
        raise ValueError(f"{column} is longer than {longest} characters")
    return row[column]


def _value(column: str, text: str) -> tuple[Decimal | None, str]:
    if text in SYMBOLS:
        return None, text
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{column} {text[:20]!r} is neither a number nor a symbol")
    return Decimal(text).quantize(PLACES, ROUND_HALF_UP), ""


def _check_percentage(column: str, value: Decimal | None) -> None:
    if value is not None and value > HIGHEST_PERCENTAGE:
        raise ValueError(f"{column} is {value.normalize():f}, but a share is at most 100 percent")


def _count(row: Row, column: str) -> int | None:
    value, _ = _value(column, row[column])
    if value is not None and value != int(value):
        raise ValueError(f"{column} {row[column][:20]!r} is no whole number")
    return None if value is None else int(value)


def _add_counts(figures: dict[Key, Comparator]) -> None:
    for (measure, school_type, place, year, coverage), figure in figures.items():
        if measure in COUNTS_OF and figure.value is not None:
            above, below = (
                figures.get((name, school_type, place, year, coverage))
                for name in COUNTS_OF[measure]
            )
            if above and below and above.value is not None and below.value is not None:
                figure.numerator, figure.denominator = int(above.value), int(below.value)


def _absence_figures(row: Row) -> list[Comparator]:
    year, coverage, geography = _absence_where(row)
    found = []
    for measure, (unit, percent, above, below) in ABSENCE_MEASURES.items():
        value, symbol = _value(percent, row[percent])
        _check_percentage(percent, value)
        found.append(
            Comparator(
                measure=measure,
                school_type=AP,
                geography=geography,
                year=year,
                coverage=coverage,
                value=value,
                symbol=symbol,
                unit=unit,
                numerator=_count(row, above),
                denominator=_count(row, below),
                source=ABSENCE_SOURCE,
                note="two terms only: do not compare with full-year rates"
                if coverage == Coverage.TWO_TERMS
                else "",
                confidence="DfE data file",
            )
        )
    return found


def _absence_where(row: Row) -> tuple[int, Coverage, str]:
    for column in TYPE_COLUMNS:
        said = row.get(column, IS_AP[0])
        if not any(words in said.lower() for words in IS_AP):
            raise ValueError(f"{column} {said[:40]!r} is not alternative provision")
    found = TIME_PERIOD.fullmatch(row["time_period"])
    if not found or not _follows(*found.group(1, 2)):
        raise ValueError(f"{row['time_period'][:20]!r} is no period like 202223")
    level = row["geographic_level"]
    if level.lower() not in PLACE_COLUMNS:
        raise ValueError(f"{level[:40]!r} is no geographic level that is read here")
    geography = _words(row, PLACE_COLUMNS[level.lower()], "geography")
    return int(found[1]), _coverage(row["time_identifier"].lower()), geography
