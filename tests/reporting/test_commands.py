"""The commands that take in published figures and compute ours."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Run
from apsystem.lib.calendar import academic_year, year_label
from apsystem.pages import FIGURES_TASK
from reporting.kpis import REGISTRY
from reporting.management.commands import import_comparators
from reporting.models import Comparator, Snapshot
from reporting.nightly import compute_figures
from tests.factories import MarkFactory, PlacementFactory, ProviderFactory, PupilFactory

OUR_FILE = Path(__file__).parent.parent.parent / "reporting" / "data" / "comparators.csv"

HEADLINES = [measure for measure in REGISTRY.values() if measure.is_headline]
KEPT = 2 * len(REGISTRY) + 3 * len(HEADLINES)  # of a year: the whole, two terms, and single terms

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


# --- import_comparators --------------------------------------------------------------------


def test_our_own_file_is_taken_in_and_names_each_rate_without_counts():
    lines = run("import_comparators", str(OUR_FILE)).splitlines()

    assert lines[-1] == "395 added, 0 changed, 0 unchanged."
    assert len(lines) == 1 + 171
    assert all("its counts are not published" in line for line in lines[:-1])
    assert Comparator.objects.count() == 395


def test_a_dry_run_of_figures_saves_nothing():
    lines = run("import_comparators", str(OUR_FILE), "--dry-run").splitlines()

    assert lines[-1] == "Nothing was saved. It would be: 395 added, 0 changed, 0 unchanged."
    assert not Comparator.objects.exists()


def test_a_refused_file_is_told_on_stderr_and_fails(tmp_path, capsys, monkeypatch):
    file = tmp_path / "figures.csv"
    file.write_bytes(OUR_FILE.read_bytes().replace(b",London,", b",London", 1))
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's transaction is open

    with pytest.raises(SystemExit) as ended:
        import_comparators.Command().run_from_argv(["", "import_comparators", str(file)])

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert said.err.startswith("CommandError: Nothing was saved.\nRow ")
    assert "fewer cells than columns." in said.err


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv: No such file or directory\."):
        run("import_comparators", str(tmp_path / "none.csv"))


# --- compute_kpis --------------------------------------------------------------------------


@pytest.fixture
def last_year() -> int:
    """Last academic year: half terms, and a child who came three sessions of four."""
    year = academic_year(localdate()) - 1
    starts = [
        date(year, 9, 2), date(year, 11, 3), date(year + 1, 1, 6),
        date(year + 1, 2, 23), date(year + 1, 4, 14), date(year + 1, 6, 2),
    ]  # fmt: skip
    for number, start in enumerate(starts, start=1):
        end = start + timedelta(days=40)
        HalfTerm.objects.create(year=year, number=number, starts_on=start, ends_on=end)
    child = PupilFactory(date_of_birth=date(year - 12, 1, 15))
    placement = PlacementFactory(
        pupil=child, provider=ProviderFactory(), starts_on=date(year, 9, 2)
    )
    for day, session, code in [(8, 0, "/"), (8, 1, "/"), (9, 0, "L"), (9, 1, "O")]:
        MarkFactory(placement=placement, date=date(year, 9, day), session=session, code_id=code)
    return year


def entry(entries: list[dict], slug: str, period: str) -> dict:
    return next(e for e in entries if (e["slug"], e["period"]) == (slug, period))


def test_json_gives_every_measure_of_every_period(last_year):
    entries = json.loads(run("compute_kpis", "--json"))

    assert len(entries) == KEPT
    ours = entry(entries, "attendance-ap", f"whole year {year_label(last_year)}")
    assert (ours["value"], ours["numerator"], ours["denominator"]) == (75.0, 3, 4)
    assert (ours["children"], ours["is_over"]) == (1, True)
    assert (ours["title"], ours["unit"]) == (
        "Attendance in alternative provision",
        "percent of possible sessions",
    )
    assert ours["as_of"] == localdate().isoformat()
    assert ours["definition_version"] == REGISTRY["attendance-ap"].version
    assert ours["counts"]["Marks that are no possible attendance (D, X, Q, Y, Z, #)"] == 0
    assert ours["comparators"] == []
    assert ours["why_not_compared"] == "No figure is published for this part of the year."


def test_json_sets_a_figure_beside_the_published_one_with_its_source(last_year):
    run("import_comparators", str(OUR_FILE))

    entries = json.loads(run("compute_kpis", "--json"))

    beside = entry(
        entries, "overall-absence-ap", f"autumn and spring terms {year_label(last_year)}"
    )["comparators"]
    published = Comparator.objects.get(
        measure="overall_absence_rate",
        geography="England",
        coverage="two terms",
        year=2024,
    )
    assert [row["geography"] for row in beside] == [
        "England",
        "Inner London",
        "Hammersmith and Fulham",
    ]
    assert beside[0]["value"] == float(published.value)
    assert beside[0]["difference"] == pytest.approx(25 - float(published.value))
    assert beside[0]["source"] == published.source
    assert (beside[0]["numerator"], beside[0]["denominator"]) == (
        published.numerator,
        published.denominator,
    )


def test_the_table_for_people_says_the_same(last_year):
    run("import_comparators", str(OUR_FILE))

    text = run("compute_kpis")

    assert f"Autumn and spring terms {year_label(last_year)}, as of {localdate()}" in text
    assert "75.00   3 of 4, percent of possible sessions, children: 1, definition 1" in text
    assert "England, 2024/25, autumn and spring terms" in text


def test_a_period_without_marks_has_no_value():
    year = academic_year(localdate()) - 1
    for number, month in enumerate([9, 11, 1, 2, 4, 6], start=1):
        start = date(year + (month < 9), month, 1)
        HalfTerm.objects.create(
            year=year, number=number, starts_on=start, ends_on=start + timedelta(days=20)
        )

    assert {e["value"] for e in json.loads(run("compute_kpis", "--json"))} == {None}
    assert "no data" in run("compute_kpis")


def test_figures_as_of_a_past_day_are_printed_and_not_kept(last_year):
    as_of = date(last_year, 9, 8)

    entries = json.loads(run("compute_kpis", "--as-of", as_of.isoformat(), "--json"))

    ours = entry(entries, "attendance-ap", f"whole year {year_label(last_year)}, so far")
    assert (ours["numerator"], ours["denominator"], ours["as_of"]) == (2, 2, as_of.isoformat())
    assert not Snapshot.objects.exists()
    assert not Run.objects.exists()


def test_a_day_ahead_is_refused(last_year):
    ahead = localdate() + timedelta(days=1)

    with pytest.raises(CommandError, match="lies ahead"):
        run("compute_kpis", "--as-of", ahead.isoformat())


def test_a_day_that_is_none_is_refused():
    with pytest.raises(CommandError, match="'2026-02-30' is no day like 2026-03-31"):
        run("compute_kpis", "--as-of", "2026-02-30")


def test_the_run_of_the_day_is_written_down_for_the_health_page(last_year):
    run("compute_kpis")

    row = Run.objects.get()
    assert (row.task, row.period) == (FIGURES_TASK, localdate().isoformat())
    assert row.done_at is not None
    assert Snapshot.objects.count() == KEPT
    says = Client().get(reverse("healthz")).json()["figures"]
    took = round((row.done_at - row.started_at).total_seconds(), 1)
    told = {"ok": True, "says": f"computed at {row.done_at.isoformat()}", "seconds": took}
    assert says == told


def test_the_command_computes_again_where_the_nightly_run_was_there_before(last_year):
    early = timezone.now() - timedelta(hours=5)
    Run.objects.create(task=compute_figures.name, period=localdate().isoformat(), done_at=early)
    Run.objects.update(started_at=early)

    run("compute_kpis")

    row = Run.objects.get()
    assert row.done_at > row.started_at > early
    assert Snapshot.objects.exists()


def test_without_half_terms_the_command_fails_and_no_run_is_done():
    with pytest.raises(CommandError, match="half terms of these years are not entered"):
        run("compute_kpis", "--json")

    assert not Run.objects.exclude(done_at=None).exists()
