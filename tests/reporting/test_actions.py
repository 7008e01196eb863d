"""Computing the figures, and keeping only what changed."""

import threading
from datetime import date, timedelta

import pytest

from accounts.models import Run
from reporting import actions, tasks
from reporting.kpis import REGISTRY, Period
from reporting.kpis.live import NOT_MARKED
from reporting.kpis.measure import totals
from reporting.kpis.registers import SLUG
from reporting.models import Coverage, Snapshot
from reporting.nightly import compute_figures
from tests import factories
from tests.reporting.registers import count_not_marked
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
AFTER = date(2025, 9, 10)  # 2023/24 and 2024/25 are over, 2025/26 has begun


@pytest.fixture
def placement():
    placement = factories.PlacementFactory()
    factories.write_marks(placement, "N/I/", first_day=MONDAY)
    return placement


def added(since):
    return Snapshot.objects.count() - since


NOT_BEGUN = {(2025, Coverage.SPRING), (2025, Coverage.SUMMER)}


@pytest.mark.usefixtures("placement")
def test_every_measure_is_kept_for_every_period():
    current = actions.compute(AFTER)

    kept = {(row.measure, row.year, row.coverage) for row in current}
    assert kept == {
        (slug, year, coverage)
        for slug in REGISTRY
        for year in (2023, 2024, 2025)
        for coverage in (Coverage.TWO_TERMS, Coverage.YEAR)
    } | {
        (slug, year, coverage)
        for slug, measure in REGISTRY.items()
        for year in (2023, 2024, 2025)
        for coverage in (Coverage.AUTUMN, Coverage.SPRING, Coverage.SUMMER)
        if measure.is_headline and (year, coverage) not in NOT_BEGUN
    }
    assert Snapshot.objects.count() == len(current) == len(kept)


@pytest.mark.usefixtures("placement")
def test_only_the_years_that_changed_are_computed_after_a_change():
    current = actions.compute(AFTER, years={2024})

    assert {row.year for row in current} == {2024}


def test_changes_of_two_years_compute_both(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.actions, "compute", lambda **details: asked.append(details))

    tasks.compute_after_change({"gathered": [{"day": "2024-08-31"}, {"day": "2024-09-01"}]})

    assert asked == [{"years": {2023, 2024}}]


@pytest.mark.usefixtures("placement")
def test_a_figure_is_kept_with_what_it_was_made_of():
    actions.compute(AFTER)

    kept = Snapshot.objects.get(measure="overall-absence-ap", year=2024, coverage=Coverage.YEAR)

    assert (kept.numerator, kept.denominator, kept.units, kept.value) == (2, 4, 1, 50)
    assert (kept.starts_on, kept.ends_on) == (date(2024, 9, 2), date(2025, 7, 23))
    assert kept.is_over
    assert kept.definition_version == REGISTRY["overall-absence-ap"].version


@pytest.mark.usefixtures("placement")
def test_figures_are_added_only_when_something_changed():
    first = actions.compute(AFTER)

    again = actions.compute(AFTER)

    assert [row.pk for row in again] == [row.pk for row in first]
    assert Snapshot.objects.count() == len(first)


def test_a_changed_mark_adds_the_figures_that_it_changes_and_no_others(placement):
    since = len(actions.compute(AFTER))
    mark = placement.marks.get(code="N")
    mark.code_id = "I"
    mark.save()

    actions.compute(AFTER)

    newest = Snapshot.objects.order_by("-pk")[: added(since)]
    assert {(row.measure, row.year) for row in newest} == {
        ("authorised-absence-ap", 2024),
        ("unauthorised-absence-ap", 2024),
    }
    assert {row.coverage for row in newest} == {Coverage.TWO_TERMS, Coverage.YEAR}


def test_a_figure_that_was_kept_is_never_altered(placement):
    actions.compute(AFTER)
    before = list(Snapshot.objects.order_by("pk").values())
    placement.marks.all().delete()

    actions.compute(AFTER)

    assert list(Snapshot.objects.order_by("pk").values())[: len(before)] == before


@pytest.mark.usefixtures("placement")
def test_a_period_that_is_over_adds_no_figure_on_a_later_day():
    actions.compute(AFTER)
    over = Snapshot.objects.filter(is_over=True)
    before = over.count()

    actions.compute(AFTER + timedelta(days=1))

    assert over.count() == before > 0


def test_a_year_that_has_not_begun_has_no_figures():
    actions.compute(date(2025, 8, 31))

    assert set(Snapshot.objects.values_list("year", flat=True)) == {2023, 2024}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_read_first_does_not_save_last(placement, monkeypatch):
    """The first has read and not saved while a mark is written and a second computes."""
    begun, done = threading.Event(), threading.Event()

    def read_and_wait(*given):
        found = totals(*given)
        if not begun.is_set():
            begun.set()
            done.wait(3)
        return found

    def second():
        begun.wait(20)
        placement.marks.filter(code="N").update(code="/")
        actions.compute(AFTER, years={2024})
        done.set()

    quick = {slug: REGISTRY[slug] for slug in ("attendance-ap", SLUG)}
    monkeypatch.setattr("reporting.actions.figures.REGISTRY", quick)
    monkeypatch.setattr("reporting.kpis.live.totals", read_and_wait)
    found = at_once([lambda: actions.compute(AFTER, years={2024}), second])

    assert isinstance(found[0], list)
    assert found[1] is None
    period = Period.of(2024, Coverage.TWO_TERMS, AFTER)
    latest = Snapshot.objects.latest_of(2024, Coverage.TWO_TERMS)["attendance-ap"]
    assert latest.numerator == REGISTRY["attendance-ap"].total(period).numerator


def test_the_clock_computes_once_a_day(placement):
    compute_figures()
    placement.marks.all().delete()
    since = Snapshot.objects.count()

    compute_figures()

    assert added(since) == 0
    assert Run.objects.get().done_at is not None


def one_week(as_of, **details):
    """Make a placement for the week from Monday on; return how many sessions are unmarked."""
    factories.PlacementFactory(
        **{"starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=7)} | details
    )
    return count_not_marked(as_of)


@pytest.mark.parametrize(
    ("days", "unmarked"),
    [
        (0, 0),  # the as-of day itself is not over, so nothing is missing yet
        (1, 2),
        (2, 4),
        (5, 10),
        (30, 10),  # the placement has ended
    ],
)
def test_sessions_that_were_expected_and_not_marked_are_counted(days, unmarked):
    assert one_week(MONDAY + timedelta(days=days)) == unmarked


def test_only_the_weekly_pattern_is_expected():
    # Monday morning, Tuesday both, Friday afternoon.
    assert one_week(AFTER, sessions=1 + 12 + 512) == 4


def test_marked_sessions_are_not_missing(placement):
    everything = count_not_marked(AFTER)

    placement.marks.all().delete()

    assert count_not_marked(AFTER) == everything + 4


def test_closed_days_are_not_missing():
    provider = factories.ProviderFactory()
    factories.ClosureFactory(organisation=provider, starts_on=MONDAY)
    factories.ClosureFactory(organisation=None, starts_on=MONDAY + timedelta(days=1))
    factories.ClosureFactory(
        organisation=factories.ProviderFactory(), starts_on=MONDAY + timedelta(days=2)
    )

    assert one_week(AFTER, provider=provider) == 6


def test_what_pauses_and_timetables_leave_out_is_not_missing_and_hides_nothing(provider):
    """Ten sessions: two fall on a closed day, two in a pause; of six the afternoons are left out."""
    week = {"starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=7)}
    placement = factories.PlacementFactory(provider=provider, **week)
    days = [MONDAY + timedelta(days=number) for number in range(5)]
    factories.ClosureFactory(organisation=provider, starts_on=days[1])
    factories.PauseFactory(placement=placement, starts_on=days[2], ends_on=days[3])
    factories.TimetableFactory(placement=placement, starts_on=MONDAY)  # mornings
    for session, code in ((0, "/"), (1, "C2")):  # the second is a mark at a session left out
        factories.MarkFactory(placement=placement, date=MONDAY, session=session, code_id=code)

    total = REGISTRY[SLUG].total(Period.of(2024, Coverage.YEAR, AFTER))

    assert (total.numerator, total.denominator) == (1, 3)


@pytest.mark.parametrize("details", [{"status": "cancelled"}, {"tier": 1}])
def test_nothing_is_missing_where_nothing_is_expected(details):
    assert one_week(AFTER, **details) == 0


def test_unmarked_sessions_stand_in_the_small_print():
    one_week(AFTER)

    actions.compute(AFTER)

    kept = Snapshot.objects.get(measure="attendance-ap", year=2024, coverage=Coverage.YEAR)
    assert kept.counts[NOT_MARKED] == 10
    assert (kept.value, kept.denominator) == (None, 0)
