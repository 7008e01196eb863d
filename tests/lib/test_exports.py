"""CSV files that a spreadsheet opens as text and figures, never as formulas."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apsystem.lib.exports import cell, csv_of


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\uff1d1",
     "\uff0b1", "\uff0d1", "\uff201", "=HYPERLINK(\"https://x.example\")"],
)  # fmt: skip
def test_text_that_looks_like_a_formula_is_text(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ("", ""),
        ("O'Brien, Kim", "O'Brien, Kim"),
        (-3, "-3"),
        (Decimal("4.50"), "4.50"),
        (Decimal("1E+2"), "100"),
        (True, "Yes"),
        (False, "No"),
        (date(2026, 3, 7), "07/03/2026"),
        ("a\0b", "ab"),
        ("\0=1", "'=1"),
    ],
)
def test_a_cell_is_written_as_people_read_it(value, written):
    assert cell(value) == written


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_every_text_comes_back_whole_and_harmless(texts):
    content = csv_of(["=a", "b"], [texts]).decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(content, newline="")))

    assert rows[0] == ["'=a", "b"]
    assert rows[1] == [cell(text) for text in texts]
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r")) for one in rows[1])
