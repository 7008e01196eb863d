"""What marks name is there and stays, though no foreign key of PostgreSQL's own checks it."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from attendance.models import Code, Mark
from tests import factories
from tests.attendance.conftest import MONDAY
from tests.constraints import assert_refused
from tests.threads import at_once

pytestmark = pytest.mark.django_db

NOWHERE = 999_999_999
IS_THERE, STAYS = "attendance_mark_names_what_is_there", "attendance_mark_keeps_what_it_names"
MISSING = [
    ("placement_id", NOWHERE), ("pupil_id", NOWHERE), ("code_id", "Ω"), ("marked_by_id", NOWHERE)
]  # fmt: skip
NAMED = [
    ("placements_placement", "id", "placement_id"),
    ("pupils_pupil", "id", "pupil_id"),
    ("attendance_code", "code", "code"),
    ("accounts_user", "id", "marked_by_id"),
]


def run(sql, *given):
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.rowcount


def delete_w():
    assert run("DELETE FROM attendance_code WHERE code = 'W'") == 1


def only_a_mark_holds(table):
    """Drop the foreign keys to a table, so that nothing but the marks can keep its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # a table that waits for checks is not altered
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype = 'f' AND confrelid = %s::regclass",
            [table],
        )
        for holder, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {holder} DROP CONSTRAINT {name}")


@pytest.mark.parametrize(("column", "value"), MISSING)
def test_a_mark_that_names_what_is_not_there_is_refused(column, value):
    row = factories.MarkFactory()
    row.pk, row.session = None, 1
    setattr(row, column, value)

    assert_refused(IS_THERE, row.save)


@pytest.mark.parametrize(("column", "value"), MISSING)
def test_one_row_among_many_is_enough(column, value):
    right = factories.MarkFactory()
    rows = [
        Mark(placement=right.placement, pupil=right.pupil, date=MONDAY, session=1, code_id="/",
             marked_by=right.marked_by, marked_at=right.marked_at),
        Mark(placement=factories.PlacementFactory(), pupil=factories.PupilFactory(), date=MONDAY,
             session=1, code_id="L", marked_by=right.marked_by, marked_at=right.marked_at),
    ]  # fmt: skip
    setattr(rows[1], column, value)

    assert_refused(IS_THERE, lambda: Mark.objects.bulk_create(rows))


@pytest.mark.parametrize(("column", "value"), MISSING)
def test_a_mark_does_not_come_to_name_what_is_not_there(column, value):
    factories.MarkFactory(code_id="L")
    factories.MarkFactory(code_id="L", session=1)

    assert_refused(IS_THERE, lambda: Mark.objects.filter(session=1).update(**{column: value}))


@pytest.mark.parametrize(("table", "key", "column"), NAMED)
def test_what_a_mark_names_is_not_deleted(table, key, column):
    factories.MarkFactory()
    only_a_mark_holds(table)
    named = f"SELECT {column} FROM attendance_mark"

    assert_refused(STAYS, lambda: run(f"DELETE FROM {table} WHERE {key} IN ({named})"))


@pytest.mark.parametrize(("table", "key", "column"), NAMED)
def test_the_key_of_what_a_mark_names_does_not_change(table, key, column):
    factories.MarkFactory()
    only_a_mark_holds(table)
    other = "'Ω'" if key == "code" else NOWHERE
    named = f"SELECT {column} FROM attendance_mark"

    assert_refused(
        STAYS, lambda: run(f"UPDATE {table} SET {key} = {other} WHERE {key} IN ({named})")
    )


@pytest.mark.parametrize("table", [table for table, *_ in NAMED])
def test_what_marks_name_is_not_truncated(table):
    factories.MarkFactory()
    only_a_mark_holds(table)

    assert_refused(STAYS, lambda: run(f"TRUNCATE {table}"))


def test_what_no_mark_names_goes_and_changes():
    factories.MarkFactory()
    delete_w()
    assert run("UPDATE attendance_code SET code = 'Ω' WHERE code = 'K'") == 1
    assert run("UPDATE accounts_user SET name = 'Somebody Else'") > 0


@pytest.mark.django_db(transaction=True)
def test_a_mark_and_the_deletion_of_what_it_names_at_once_leave_no_mark_behind():
    mark = factories.MarkFactory()
    first = threading.Event()

    def write():
        with transaction.atomic():
            Mark.objects.filter(pk=mark.pk).update(code_id="W")
            first.set()
            threading.Event().wait(0.5)  # the deletion begins, and waits for this to end

    def delete():
        first.wait(10)
        with transaction.atomic():
            delete_w()

    found = at_once([write, delete])

    assert found[0] is None
    assert isinstance(found[1], IntegrityError)
    assert Mark.objects.get().code == Code.objects.get(pk="W")


@pytest.mark.django_db(transaction=True)
def test_a_mark_is_refused_where_the_deletion_of_what_it_names_was_quicker():
    mark = factories.MarkFactory()
    first = threading.Event()

    def delete():
        with transaction.atomic():
            delete_w()
            first.set()
            threading.Event().wait(0.5)  # the mark is written meanwhile, and waits

    def write():
        first.wait(10)
        Mark.objects.filter(pk=mark.pk).update(code_id="W")

    found = at_once([delete, write])

    assert found[0] is None
    assert isinstance(found[1], IntegrityError)
    assert Mark.objects.get().code_id == "/"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_sees_the_past_deletes_nothing_that_marks_may_name():
    def delete():
        with transaction.atomic():
            run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            delete_w()

    with pytest.raises(DatabaseError, match="repeatable read"):
        delete()

    assert Code.objects.filter(pk="W").exists()
