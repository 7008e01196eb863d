"""The tables of each month: made once, in turn, and never altered."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import HalfTerm
from accounts.permissions import Role
from reporting import actions
from reporting.kpis.disclosure import Rule
from reporting.kpis.tables import MEASURES, read, total_withheld_by
from reporting.models import MonthlyTables
from tests import factories

pytestmark = pytest.mark.django_db

FIRST = datetime(2024, 9, 2, 9, tzinfo=UTC)
# (provider, tier, with a plan, without one)
BEGUN = [(0, 2, 9, 8), (0, 3, 3, 6), (1, 2, 6, 5), (1, 3, 8, 7), (2, 2, 7, 9)]


def begin(provider, tier, planned, unplanned, on=date(2024, 9, 16)):
    for number in range(planned + unplanned):
        placement = factories.PlacementFactory(provider=provider, tier=tier, starts_on=on)
        if number < planned:
            factories.PlanFactory(placement=placement, made_at=FIRST)


@pytest.fixture
def borough(calendar):
    providers = [factories.ProviderFactory(name=name) for name in ("Ash", "=Birch", "Cedar")]
    for place, *counts in BEGUN:
        begin(providers[place], *counts)
    return providers


def of(slug, month):
    return MonthlyTables.objects.get(measure=slug, month=month)


def test_the_last_month_is_made_once_and_what_was_missed_afterwards(borough):
    made = actions.publish_tables(date(2024, 10, 1))
    assert {(row.measure, row.month) for row in made} == {
        (slug, date(2024, 9, 1)) for slug in MEASURES
    }
    assert actions.publish_tables(date(2024, 10, 30)) == []

    late = actions.publish_tables(date(2025, 1, 2))
    assert {row.month.month for row in late} == {10, 11, 12}
    assert of("plan-on-day-one", date(2024, 12, 1)).as_of == date(2024, 12, 31)


def test_a_made_table_is_neither_altered_nor_deleted(borough):
    actions.publish_tables(date(2024, 10, 1))
    row = of("plan-on-day-one", date(2024, 9, 1))
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        row.delete()


def test_the_borough_is_exact_and_the_rows_are_rounded_or_withheld(borough):
    actions.publish_tables(date(2024, 10, 1))
    row = of("plan-on-day-one", date(2024, 9, 1))
    assert total_withheld_by(row) is None
    assert row.total == [33, 68, 68]
    providers, tiers, _ = read(row)
    assert [line[1:] for line in tiers.lines] == [(20, 45, 44), (10, 25, 40)]
    assert [line.name for line in providers.lines] == ["=Birch", "Ash", "Cedar"]
    assert all(line.above is None or line.above % 5 == 0 for line in providers.lines)


def test_a_row_of_few_children_is_withheld_from_the_month_they_come(borough):
    actions.publish_tables(date(2024, 10, 1))
    begin(factories.ProviderFactory(name="Dogwood"), 2, 2, 1, on=date(2024, 10, 14))
    actions.publish_tables(date(2024, 11, 1))
    (before, *_), (after, *_) = (
        read(of("plan-on-day-one", date(2024, month, 1))) for month in (9, 10)
    )
    assert before.withheld == []
    assert after.withheld == ["Dogwood"]


def test_a_borough_of_few_has_neither_figure_nor_tables(calendar):
    begin(factories.ProviderFactory(), 2, 5, 4)
    actions.publish_tables(date(2024, 10, 1))
    row = of("plan-on-day-one", date(2024, 9, 1))
    assert total_withheld_by(row) == Rule.COHORT
    assert [table.lines for table in read(row)] == [[], [], []]


def test_a_year_without_half_terms_waits(calendar):
    HalfTerm.objects.all().delete()
    assert actions.publish_tables(date(2024, 10, 1)) == []


def test_leadership_reads_and_downloads_a_month_without_what_is_withheld(client, person):
    factories.MonthlyTablesFactory(month=date(2024, 10, 1))
    client.force_login(person(Role.LEADERSHIP))

    assert "October 2024" in client.get(reverse("reporting:tables")).content.decode()
    page = client.get(reverse("reporting:tables-month", args=[2024, 10])).content.decode()
    assert "24 of 40 in the borough" in page
    assert "Withheld: Tier 2; Tier 3." in page

    answer = client.get(reverse("reporting:tables-export", args=[2024, 10]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        tables, report = (
            list(csv.reader(io.StringIO(parts.read(name).decode("utf-8-sig"))))
            for name in ("tables.csv", "disclosure-report.csv")
        )
    assert [line[3:] for line in tables[1:]] == [
        ["Borough", "All", "24", "40", "z"],
        ["Tier", "Tier 1", "10", "15", "z"],
        ["Tier", "Tier 2", "c", "c", "c"],
        ["Tier", "Tier 3", "c", "c", "c"],
    ]
    assert [line[1:7] for line in report[1:]] == [
        ["Borough", "1", "0", "", "5", "10"],
        ["Tier", "1", "2", "Tier 2; Tier 3", "5", "10"],
    ]


def test_a_name_like_a_formula_does_nothing_in_the_file(client, person, borough):
    actions.publish_tables(date(2024, 10, 1))
    client.force_login(person(Role.MANAGER))
    answer = client.get(reverse("reporting:tables-export", args=[2024, 9]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        assert ",'=Birch," in parts.read("tables.csv").decode()


def test_a_month_without_tables_is_not_there(client, person):
    client.force_login(person(Role.LEADERSHIP))
    for name, when in product(("month", "export"), ((2024, 9), (2024, 13), (0, 0))):
        assert client.get(reverse(f"reporting:tables-{name}", args=when)).status_code == 404
