"""The figures of outreach on the dashboard of the demo borough are those of a second count."""

import pytest
from django.core.management import call_command
from django.utils.timezone import localdate

from apsystem.lib.calendar import academic_year
from reporting.kpis import REGISTRY, Period
from reporting.kpis.narrowing import COLUMNS
from reporting.models import Coverage, Snapshot
from tests.reporting.recount import COUNTED, Year


@pytest.fixture
def demo(db, settings, capsys):
    settings.DEMO = True
    call_command("seed_demo", pupils=70, years=3)


@pytest.mark.usefixtures("demo")
def test_the_figures_of_the_demo_borough_are_those_of_an_independent_count():
    shown, counted = {}, {}
    for figure in Snapshot.objects.filter(measure__in=COUNTED):
        of = (figure.measure, figure.year, figure.coverage)
        shown[of] = (figure.numerator, figure.denominator)
        counted[of] = tuple(map(int, COUNTED[figure.measure](Year(figure))))

    assert shown == counted
    for measure in COUNTED:
        whole = [sums for (name, _, coverage), sums in shown.items()
                 if (name, coverage) == (measure, "year")]  # fmt: skip
        assert len(whole) == 3, measure
        # What chance and the day of the year leave out of one year stands in another.
        assert any(below > 0 for _, below in whole), f"{measure} counts something"
    for measure in REGISTRY.values():
        assert told_apart(measure) in ({None}, measure.knows & set(COLUMNS)), measure.slug


def told_apart(measure):
    """Return what units with something below the line have a value of; None where there is none."""
    found, is_counted = set(), False
    for year in range(academic_year(localdate()), academic_year(localdate()) - 3, -1):
        period = Period.of(year, Coverage.YEAR, localdate())
        for name in COLUMNS:
            groups = measure.breakdown(period, name)
            found |= {name for key, _, below, _ in groups if key is not None and below}
            is_counted |= any(below for _, _, below, _ in groups)
    return found if is_counted else {None}
