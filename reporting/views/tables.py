"""The monthly tables that leadership reads, and their files, each with its disclosure report."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.exports import csv_of
from apsystem.lib.pages import attachment, page_of
from reporting.kpis import REGISTRY
from reporting.kpis.disclosure import BELOW, HIDDEN, HOW, NEEDED, SHOWN, WHICH, WITHHELD
from reporting.kpis.tables import METHOD, limits_of, read, total_withheld_by
from reporting.models import MonthlyTables

HEADS = [
    *("Measure", "Counted from", "Counted up to and with", "Table", "Group"),
    *("Above the line", "Below the line", "Share (%)"),
]
REPORT_HEADS = ["Measure", "Table", SHOWN, WITHHELD, WHICH, BELOW, NEEDED, HOW]
NOT_APPLICABLE = "z"
BOROUGH, ALL = "Borough", "All"


@requires(Permission.TABLE_READ)
def index(request: Request) -> HttpResponse:
    """List the months that have tables, the newest first."""
    months = MonthlyTables.objects.as_user(request.user).order_by("-month")
    page = page_of(request, months.values_list("month", flat=True).distinct())
    return render(request, "reporting/tables.html", {"title": "Monthly tables", "page": page})


def _rows(request: Request, year: int, month: int) -> Sequence[MonthlyTables]:
    try:
        first = date(year, month, 1)
    except ValueError as error:  # there is no such month
        raise Http404 from error
    found = list(MonthlyTables.objects.as_user(request.user).filter(month=first))
    if not found:
        raise Http404
    return sorted(found, key=_title)


def _title(row: MonthlyTables) -> str:
    return REGISTRY[row.measure].title if row.measure in REGISTRY else row.measure


@requires(Permission.TABLE_READ)
def tables(request: Request, year: int, month: int) -> HttpResponse:
    """Show the tables of a month, and what is withheld of them."""
    rows = _rows(request, year, month)
    return render(
        request,
        "reporting/tables_month.html",
        {
            "title": f"Monthly tables: {date(year, month, 1):%B %Y}",
            "month": rows[0].month,
            "parts": [
                {
                    "row": row,
                    "title": _title(row),
                    "measure": REGISTRY.get(row.measure),
                    "why_hidden": rule.words(limits_of(row)) if rule else "",
                    "tables": read(row),
                }
                for row in rows
                for rule in [total_withheld_by(row)]
            ],
            "method": METHOD,
        },
    )


@requires(Permission.TABLE_READ)
def export(request: Request, year: int, month: int) -> HttpResponse:
    """Export the tables of a month with their disclosure report: two files that stay together."""
    rows = _rows(request, year, month)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parts:
        lines = [line for row in rows for line in _lines(row)]
        parts.writestr("tables.csv", csv_of(HEADS, lines))
        report = [line for row in rows for line in _report(row)]
        parts.writestr("disclosure-report.csv", csv_of(REPORT_HEADS, report))
    return attachment(stream.getvalue(), "application/zip", f"tables-{year}-{month:02d}.zip")


def _lines(row: MonthlyTables) -> list[list[Any]]:
    about = [_title(row), row.starts_on, row.as_of]
    above, whole, _ = row.total
    total = [HIDDEN, HIDDEN] if total_withheld_by(row) else [above, whole]
    found = [[*about, BOROUGH, ALL, *total, NOT_APPLICABLE]]
    for table in read(row):
        for line in table.lines:
            share = NOT_APPLICABLE if line.share is None else line.share
            counts = [HIDDEN] * 3 if line.whole is None else [line.above, line.whole, share]
            found.append([*about, table.title, line.name, *counts])
    return found


def _report(row: MonthlyTables) -> list[list[Any]]:
    limits, rule = [*limits_of(row), METHOD], total_withheld_by(row)
    total = [0, 1, f"{ALL} ({rule.words(limits_of(row))})"] if rule else [1, 0, ""]
    tables = [
        [
            *(_title(row), table.title, len(table.lines) - len(table.withheld)),
            len(table.withheld),
            "; ".join(table.withheld) if table.lines else "The table as a whole",
            *limits,
        ]
        for table in read(row)
    ]
    return [[_title(row), BOROUGH, *total, *limits], *tables]
