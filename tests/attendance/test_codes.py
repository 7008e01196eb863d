"""The codes that are shipped, held against the table of the regulations they were taken from."""

import csv
from datetime import date
from pathlib import Path

import pytest

from attendance.models.code import DATA

TABLES = Path(__file__).resolve().parent.parent / "data"
# The words of the table for what our table calls `class`.
CLASSES = {
    "attending": "attending",
    "approved educational activity": "approved activity",
    "authorised absence": "authorised",
    "unauthorised absence": "unauthorised",
    "not a possible attendance": "not required",
    "unable to attend (not a possible attendance)": "unable",
    "administrative (not a possible attendance)": "administrative",
}
NEW = "2024-08-19"  # the regulations of 2024 came into force
# Withdrawn before the first school year that can be entered, or another meaning of a living code.
NOT_SHIPPED = {
    "F": "ended in 2013, before any mark that this system takes in",
    "X (COVID use)": "the letter lives on in another meaning; what it meant until 2022 is over",
}


def table(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row for row in csv.DictReader(lines)}


LIVING, SHIPPED = table(TABLES / "attendance_codes.csv"), table(DATA)
WITHDRAWN = table(TABLES / "attendance_codes_withdrawn.csv")


def test_every_code_of_the_regulations_is_shipped_and_no_other():
    assert set(SHIPPED) == set(LIVING) | set(WITHDRAWN) - set(NOT_SHIPPED)
    assert set(NOT_SHIPPED) <= set(WITHDRAWN)


@pytest.mark.parametrize("code", LIVING)
def test_a_living_code_is_shipped_as_the_table_has_it(code):
    ours, theirs = SHIPPED[code], LIVING[code]
    is_new = theirs["in_force_from"].startswith(NEW) and "older" not in theirs["in_force_from"]

    assert ours["meaning"] == theirs["meaning"]
    assert ours["source"] == theirs["source"]
    assert ours["class"] == CLASSES[theirs["statistical_class"]]
    assert ours["is_possible"] == theirs["counts_in_possible_sessions"]
    assert ours["is_present"] == theirs["counts_as_present"]
    assert {"authorised": "yes", "unauthorised": "no"}.get(ours["class"], "na") == (
        theirs["authorised"]
    )
    assert (ours["in_force_from"], ours["in_force_to"]) == (NEW if is_new else "", "")


@pytest.mark.parametrize("code", sorted(set(WITHDRAWN) - set(NOT_SHIPPED)))
def test_a_withdrawn_code_ends_on_the_day_the_table_says(code):
    ours, theirs = SHIPPED[code], WITHDRAWN[code]

    assert (ours["meaning"], ours["source"]) == (theirs["meaning"], theirs["source"])
    assert (ours["in_force_from"], ours["in_force_to"]) == ("", theirs["withdrawn"])
    assert date.fromisoformat(ours["in_force_to"]) == date.fromisoformat(NEW)
