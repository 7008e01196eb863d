"""Writing a CSV file that a spreadsheet opens as text and figures, never as formulas. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# What a spreadsheet takes for the beginning of a formula, full-width signs too (ASVS V1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
MARK = "\ufeff"  # tells a spreadsheet that the file is UTF-8


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file in UTF-8. Text that looks like a formula gets an apostrophe before it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([cell(head) for head in heads])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return (MARK + stream.getvalue()).encode("utf-8")


def cell(value: Any) -> str:
    """Write one cell: figures as figures, days as 27/03/2026, text that does nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, (int, float, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, (date, datetime)):
        return f"{value:%d/%m/%Y}"
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text
