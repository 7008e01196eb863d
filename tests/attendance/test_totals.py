"""Weekly totals: always what the marks of the week add up to, whoever writes them, however."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from attendance import actions, nightly
from attendance.models import Code, Kind, Mark, WeekTotal, Window
from attendance.models.code import PRESENT_KINDS
from placements.models import Placement
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MONDAY = date(2024, 9, 16)
WEEK = timedelta(days=7)
MOMENT = datetime(2024, 9, 16, 9, tzinfo=UTC)


def totals(placement=None):
    rows = WeekTotal.objects.order_by("week")
    if placement is not None:
        rows = rows.filter(placement=placement)
    return [
        (row.week, row.present, row.authorised, row.unauthorised, row.late, row.not_possible)
        for row in rows
    ]


def test_marks_are_added_up_by_week():
    placement = factories.PlacementFactory()

    # Monday to Friday, then Monday: present / \ L V, authorised I C2, unauthorised N, neither D X #.
    factories.write_marks(placement, ["/", "/", "L", "V", "I", "C2", "N", "D", "X", "#", "N", "L"], first_day=MONDAY)  # fmt: skip

    assert totals(placement) == [(MONDAY, 4, 2, 1, 1, 3), (MONDAY + WEEK, 1, 0, 1, 1, 0)]
    row = WeekTotal.objects.earliest("week")
    assert (row.possible, row.year, row.provider) == (7, 2024, placement.provider)
    assert str(row) == "Week from 16 September 2024: 7 possible sessions"


@pytest.mark.parametrize("kind", Kind)
def test_every_code_counts_by_its_class_in_the_table(kind):
    for code in Code.objects.filter(kind=kind):
        mark = factories.MarkFactory(code_id=code.pk)

        expected = (
            int(kind in PRESENT_KINDS),
            int(kind == Kind.AUTHORISED),
            int(kind == Kind.UNAUTHORISED),
            int(code.pk == "L"),
            int(kind in {Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE}),
        )
        assert totals(mark.placement) == [(MONDAY, *expected)]


def test_an_amended_mark_takes_its_old_count_away():
    mark = factories.MarkFactory(code_id="N")
    Mark.objects.update(code="L", version=2)

    assert totals() == [(MONDAY, 1, 0, 0, 1, 0)]
    Mark.objects.update(version=3)
    assert totals() == [(MONDAY, 1, 0, 0, 1, 0)]
    mark.delete()
    assert totals() == [(MONDAY, 0, 0, 0, 0, 0)]
    assert actions.differences() == []


def test_a_mark_that_moves_is_counted_where_it_goes():
    mark, other = factories.MarkFactory(code_id="I"), factories.PlacementFactory()

    Mark.objects.filter(pk=mark.pk).update(placement=other, date=MONDAY + WEEK)

    assert totals(mark.placement) == [(MONDAY, 0, 0, 0, 0, 0)]
    assert totals(other) == [(MONDAY + WEEK, 0, 1, 0, 0, 0)]
    assert WeekTotal.objects.get(placement=other).provider == other.provider


@pytest.mark.parametrize(
    ("monday", "year"),
    [
        (date(2025, 8, 25), 2024),
        (date(2025, 9, 1), 2025),
        (date(2026, 8, 31), 2025),
        (date(2026, 1, 5), 2025),
    ],
)
def test_a_week_belongs_to_the_academic_year_of_its_monday(monday, year):
    factories.MarkFactory(date=monday + timedelta(days=2))

    row = WeekTotal.objects.get()

    assert (row.week, row.year) == (monday, year)


def test_marks_loaded_in_bulk_are_counted(person, provider):
    placements = factories.PlacementFactory.create_batch(3, provider=provider)
    rows = [
        (row.pk, MONDAY + timedelta(days=day), session, "N" if day else "B")
        for day in (0, 1, 7)
        for row in placements
        for session in (0, 1)
    ]
    lead = person(Role.PROVIDER_LEAD)

    actions.load_marks(rows, by=lead, at=MOMENT, today=MONDAY + 2 * WEEK)

    for row in placements:
        assert totals(row) == [(MONDAY, 2, 0, 2, 0, 0), (MONDAY + WEEK, 0, 0, 2, 0, 0)]
    assert actions.differences() == []


def test_a_placement_with_totals_keeps_its_provider(other_provider):
    mark = factories.MarkFactory()

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Placement.objects.filter(pk=mark.placement_id).update(provider=other_provider)


def test_only_those_who_reach_every_child_read_the_totals(caseworker, school_staff, person):
    mark = factories.MarkFactory()
    lead = person(Role.PROVIDER_LEAD, mark.placement.provider)

    assert WeekTotal.objects.as_user(caseworker).count() == 1
    assert not WeekTotal.objects.as_user(lead).exists()
    assert not WeekTotal.objects.as_user(school_staff).exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_people_who_save_at_once_lose_no_count_and_never_wait_for_each_other(provider):
    """Each writes new marks of some children, then amends those of others, the other way round."""
    placements = factories.PlacementFactory.create_batch(6, provider=provider)
    for row in placements:
        factories.write_marks(row, "NNNN", first_day=MONDAY + timedelta(days=3))
    by = placements[0].opened_by

    def save(place):
        mine, others = placements[place % 2 :: 2], placements[(place + 1) % 2 :: 2]
        day, session = timedelta(days=place // 2), place % 2
        new = [
            Mark(placement=row, pupil_id=row.pupil_id, date=MONDAY + day, session=session,
                 code_id="I", marked_by=by, marked_at=MOMENT)
            for row in mine
        ]  # fmt: skip
        known = Mark.objects.filter(date=MONDAY + timedelta(days=3) + day, session=session)
        with transaction.atomic():
            Mark.objects.bulk_create(new)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.1)")
            known.filter(placement__in=others).update(code="L", version=2)

    found = at_once([lambda place=place: save(place) for place in range(4)])

    assert found == [None] * 4
    assert actions.differences() == []
    # 24 marks that said N, of which 12 say L now, and 12 new ones that say I.
    assert [sum(row[place] for row in totals()) for place in range(1, 6)] == [12, 12, 12, 12, 0]


def spoil():
    """Change a total behind the back of the triggers, and forget another."""
    first, second = factories.MarkFactory(code_id="N"), factories.MarkFactory(code_id="I")
    WeekTotal.objects.filter(placement=first.placement).update(unauthorised=7)
    WeekTotal.objects.filter(placement=second.placement).delete()
    return first.placement_id, second.placement_id


def test_the_command_says_that_all_is_right(capsys):
    factories.MarkFactory()

    call_command("verify_rollups")

    assert "Every weekly total is what its marks add up to." in capsys.readouterr().out


def test_the_command_prints_differences_and_repairs_only_where_it_is_told(capsys):
    first, second = spoil()

    with pytest.raises(SystemExit) as ended:
        call_command("verify_rollups")

    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert f"placement {first}, week of 2024-09-16: unauthorised 7 instead of 1" in said
    assert f"placement {second}, week of 2024-09-16: authorised 0 instead of 1" in said
    assert len(actions.differences()) == 2

    call_command("verify_rollups", repair=True)

    assert "2 weekly totals put right" in capsys.readouterr().out
    assert actions.differences() == []
    assert totals() == [(MONDAY, 0, 0, 1, 0, 0), (MONDAY, 0, 1, 0, 0, 0)]


def test_a_long_list_of_differences_is_cut_short(capsys, monkeypatch):
    monkeypatch.setattr("attendance.management.commands.verify_rollups.MOST_SHOWN", 1)
    spoil()

    with pytest.raises(SystemExit):
        call_command("verify_rollups")

    assert "and 1 more" in capsys.readouterr().out


def test_the_night_tells_the_log_once_and_changes_nothing(caplog):
    spoil()

    with caplog.at_level(logging.ERROR):
        nightly.verify_totals()
        nightly.verify_totals()

    assert len(caplog.records) == 1
    assert "verify_rollups --repair" in caplog.text
    assert len(actions.differences()) == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.dates(MONDAY, MONDAY + 5 * WEEK),
    length=st.integers(0, 60),
    cuts=st.lists(st.dates(MONDAY - WEEK, MONDAY + 12 * WEEK), max_size=3),
)
def test_a_window_holds_each_day_once_and_mixes_no_side_of_a_cut(start, length, cuts):
    end = start + timedelta(days=length)

    window = Window.of(start, end, cuts)

    weeks = [
        monday
        for monday in (
            window.first + WEEK * n for n in range((window.last - window.first).days // 7)
        )
        if monday not in window.broken
    ]
    from_weeks = [monday + timedelta(days=n) for monday in weeks for n in range(7)]
    assert sorted(from_weeks + window.days) == [start + timedelta(days=n) for n in range(length)]
    for cut in cuts:
        assert not any(monday < cut < monday + WEEK for monday in weeks)
