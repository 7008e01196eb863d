"""Published figures and snapshots: what is true of their rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reporting.models import Comparator, Snapshot
from tests import factories
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

DAY = date(2024, 9, 2)
MOMENT = datetime(2024, 9, 2, 9, tzinfo=UTC)


def comparator(**details):
    return lambda: factories.ComparatorFactory(**details)


def snapshot(**details):
    return lambda: factories.SnapshotFactory(**details)


BREAKERS = {
    "reporting_comparator_one_of_a_kind": lambda: factories.ComparatorFactory.create_batch(2),
    "reporting_comparator_coverage_is_known": comparator(coverage="half"),
    "reporting_comparator_value_or_symbol": comparator(symbol="c"),
    "reporting_comparator_has_a_source": comparator(source=""),
    "reporting_snapshot_no_value_without_denominator": snapshot(denominator=0),
    "reporting_failedfigure_one_of_a_figure": lambda: factories.FailedFigureFactory.create_batch(
        2
    ),
    "reporting_lastlook_one_for_a_person_and_child": lambda: [
        factories.LastLookFactory(user=look.user, pupil=look.pupil)
        for look in [factories.LastLookFactory()]
    ],
    "reporting_lastlook_before_the_last": lambda: factories.LastLookFactory(
        at=MOMENT, before=MOMENT
    ),
    "reporting_target_is_not_below_nothing": lambda: factories.TargetFactory(value=-1),
    "reporting_target_baseline_says_where_it_is_from": lambda: factories.TargetFactory(baseline=1),
    "reporting_boardpack_frozen_says_when_and_by_whom": lambda: factories.BoardPackFactory(
        status="frozen"
    ),
    "reporting_packfigure_once_in_a_pack": lambda: [
        factories.PackFigureFactory(pack=row.pack) for row in [factories.PackFigureFactory()]
    ],
    "reporting_monthlytables_one_of_a_measure_and_month": lambda: (
        factories.MonthlyTablesFactory.create_batch(2, month=date(2024, 10, 1))
    ),
    "reporting_monthlytables_month_is_its_first_day": lambda: factories.MonthlyTablesFactory(
        month=date(2024, 10, 2)
    ),
    "reporting_snapshot_half_term_is_of_a_provider": snapshot(coverage="1"),
    "reporting_boardpack_half_term_is_of_a_provider": lambda: factories.BoardPackFactory(
        coverage="1"
    ),
    "reporting_snapshot_dates_in_order": snapshot(starts_on=DAY, ends_on=DAY),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("reporting") == set(BREAKERS)


def test_a_figure_with_neither_value_nor_symbol_is_refused():
    assert_refused("reporting_comparator_value_or_symbol", comparator(value=None))


def test_a_computed_figure_without_its_value_is_refused():
    assert_refused("reporting_snapshot_no_value_without_denominator", snapshot(value=None))


def test_a_suppressed_figure_has_a_symbol_instead_of_a_value():
    row = factories.ComparatorFactory(value=None, symbol="c")

    assert row.complement() is None


def test_attendance_is_the_complement_of_absence():
    assert Comparator(value=Decimal("40.5")).complement() == Decimal("59.5")


def test_the_newest_published_figure_with_a_value_is_taken_for_each_place():
    factories.ComparatorFactory(year=2022)
    newest = factories.ComparatorFactory(year=2023)
    factories.ComparatorFactory(year=2024, value=None, symbol="x")
    london = factories.ComparatorFactory(geography="Inner London", year=2021)
    factories.ComparatorFactory(coverage="autumn", year=2025)

    found = Comparator.objects.newest(newest.measure, newest.school_type, "year")

    assert found == {"England": newest, "Inner London": london}


def test_the_latest_snapshot_of_each_measure_and_period_is_shown():
    factories.SnapshotFactory()
    latest = factories.SnapshotFactory(value=Decimal(31))
    other = factories.SnapshotFactory(measure="attendance-ap")
    factories.SnapshotFactory(year=2023)
    factories.SnapshotFactory(coverage="two terms")
    Snapshot.objects.filter(pk=latest.pk).update(computed_at=datetime(2030, 1, 1, tzinfo=UTC))

    assert Snapshot.objects.latest_of(2024, "year") == {
        "overall-absence-ap": Snapshot.objects.get(pk=latest.pk),
        "attendance-ap": other,
    }


@pytest.mark.parametrize(("units", "is_shown"), [(9, False), (10, True)])
def test_a_figure_of_few_children_is_not_shown_to_all(units, is_shown):
    assert Snapshot(denominator=0, units=units).has_enough(10) is is_shown


def test_a_difference_is_in_points_and_needs_both_figures():
    ours = Snapshot(value=Decimal(30))

    assert ours.difference(Decimal("40.5")) == Decimal("-10.5")
    assert ours.difference(None) is None
    assert Snapshot(value=None).difference(Decimal(1)) is None


def test_a_figure_says_its_period():
    assert str(factories.SnapshotFactory.build()) == "overall-absence-ap 2024/25, whole year"
