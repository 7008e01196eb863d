"""The history of marks: each new mark has its row, however many a statement writes."""

from datetime import time
from itertools import groupby

import pghistory
import pghistory.models
import pghistory.trigger
import pgtrigger
import pytest

from attendance import actions
from attendance.models import Mark
from tests import factories
from tests.attendance.conftest import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

EVENTS = Mark.pgh_event_model.objects


@pytest.fixture
def row_by_row():
    """Have the history written a second time, as pghistory writes it: row by row."""
    trigger = pghistory.trigger.Event(
        event_model=Mark.pgh_event_model,
        label="insert",
        name="row_by_row",
        row="NEW",
        operation=pgtrigger.Insert,
        level=pgtrigger.Row,
    )
    trigger.install(Mark)
    yield
    trigger.uninstall(Mark)


def pairs():
    """Return what history says of each mark, leaving out the number of the row."""
    rows = [{**row, "pgh_id": None} for row in EVENTS.order_by("id", "pgh_id").values()]
    return [list(group) for _, group in groupby(rows, key=lambda row: row["id"])]


def by_import(placement, by):
    rows = "".join(f"{placement.pupil.upn},{day}/09/2024,AM,N\n" for day in range(16, 21))
    text = f"UPN,Date,Session,Mark\n{rows}".encode()
    actions.import_file(text, name="a.csv", provider=placement.provider, by=by)
    return 5


def by_register(placement, by):
    entries = [actions.Entry(placement.pk, "L", details=actions.Details(9, None, "Stayed calm"))]
    actions.mark(placement.provider, MONDAY, 0, entries, by=by)
    return 1


def one_by_one(placement, by):
    factories.MarkFactory(placement=placement, marked_by=by)
    return 1


@pytest.mark.parametrize("context", [{}, {"task": "import_marks", "user": 7}])
@pytest.mark.parametrize("write", [by_import, by_register, one_by_one])
def test_new_marks_enter_history_as_if_written_row_by_row(
    row_by_row, provider, provider_staff, write, context
):
    placement = factories.PlacementFactory(
        provider=provider, pupil__upn=factories.valid_upn(99_007)
    )

    if context:
        with pghistory.context(**context):
            written = write(placement, provider_staff)
    else:
        written = write(placement, provider_staff)

    found = pairs()
    assert len(found) == written
    assert all(first == second for first, second in found)
    assert all(first["pgh_context"] == (context or None) for first, _ in found)
    assert not pghistory.models.Context.objects.exists()


def test_the_history_of_a_new_mark_holds_each_of_its_columns():
    factories.MarkFactory(code_id="L", minutes_late=9, left_at=time(11, 30), note="Stayed calm")

    mark, event = Mark.objects.values().get(), EVENTS.values().get()

    assert {name: event[name] for name in mark} == mark
    assert (event["pgh_label"], event["pgh_obj_id"]) == ("insert", mark["id"])
