"""An attacker keeps all that leadership downloads of a small borough, month by month, two years.

The rows of the tables are read from the file; every other total that a page, a pack or a file gives
of the same measure and the same days is one more equation.
"""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest
from django.urls import reverse

from accounts.models import HalfTerm
from accounts.permissions import Role
from apsystem.lib.calendar import academic_year, months_after
from attendance.models import Mark
from reintegration.models import Plan
from reporting import actions
from reporting.actions import figures, packs
from reporting.kpis import REGISTRY, Period
from reporting.kpis.tables import DIMENSIONS, MEASURES, months_of
from reporting.kpis.withholding import withhold
from reporting.models import BoardPack, MonthlyTables
from reporting.views import figures as pages
from reporting.views import packs as pack_pages
from tests import factories
from tests.reporting.attacker import LINES, attack
from tests.reporting.test_attacker import recovered

# What it runs other tests hold; with coverage it takes minutes instead of seconds.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.no_cover,
    pytest.mark.django_db,
    pytest.mark.usefixtures("calendar"),
]

MONTHS = [months_after(date(2024, 9, 1), number) for number in range(24)]
PARTS = ("year", "two terms", "autumn", "spring")
HEADLINES = [slug for slug, measure in REGISTRY.items() if measure.is_headline]
SLUGS = {measure.title: slug for slug, measure in REGISTRY.items()}
OF_PROVIDERS, OF_YEARS = (9, 6, 4, 2, 1), (1, 2, 4, 6, 7)  # how often children come to each


class Borough:
    """Children who come, are marked, and go back, a few each month."""

    def __init__(self):
        self.chance = Random(11)  # noqa: S311 - invented children, the same each time
        self.providers = factories.ProviderFactory.create_batch(len(OF_PROVIDERS))
        self.school = factories.SchoolFactory()
        self.by = factories.UserFactory()
        self.half_terms = list(HalfTerm.objects.order_by("starts_on"))
        self.placements = []

    def live(self, month):
        """Let a month pass: some come with a plan or without, some go back, all are marked."""
        for _ in range(self.chance.randrange(5, 11)):
            self.begin(month + timedelta(days=self.chance.randrange(27)))
        waiting = [row.plan for row in self.placements if hasattr(row, "plan")]
        for plan in self.chance.sample(waiting, len(waiting) // 6):
            if plan.status != "closed":
                plan.status, plan.closed_on = "closed", month + timedelta(days=27)
                plan.outcome = self.chance.choices(
                    ("mainstream", "special", "post-16"), (5, 2, 2)
                )[0]
                Plan.objects.filter(pk=plan.pk).update(
                    status=plan.status, closed_on=plan.closed_on, outcome=plan.outcome
                )
        self.mark(month)

    def begin(self, day):
        age = 11 + self.chance.choices(range(5), OF_YEARS)[0]
        row = factories.PlacementFactory(
            pupil__date_of_birth=date(academic_year(day) - age, 1, 15),
            provider=self.chance.choices(self.providers, OF_PROVIDERS)[0],
            tier=self.chance.choice((2, 3, 3)),
            home_school=self.school,
            opened_by=self.by,
            starts_on=day,
        )
        self.placements.append(row)
        if self.chance.random() < 0.7:
            late = self.chance.choice((-2, -1, 3))
            moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=late)
            ahead = [one for one in self.half_terms if one.starts_on > day]
            factories.PlanFactory(
                placement=row, made_at=moment, first_target=self.chance.choice(ahead[:2])
            )

    def mark(self, month):
        term = [one for one in self.half_terms if one.starts_on <= month < one.ends_on]
        first = term[0].starts_on if term else month
        days = [max(first, month) + timedelta(days=number) for number in (14, 15)]
        there = [row for row in self.placements if row.starts_on <= days[0]]
        Mark.objects.bulk_create(
            Mark(
                placement=row, pupil_id=row.pupil_id, date=day, session=session, marked_by=self.by,
                marked_at=datetime(2026, 11, 1, tzinfo=UTC),
                code_id=self.chance.choices(("/\\"[session], "N", "I"), (6, 3, 1))[0],
            )
            for row, day, session in product(there, days, (0, 1))
            if any(one.starts_on <= day < one.ends_on for one in self.half_terms)
        )  # fmt: skip


@pytest.fixture
def today(monkeypatch):
    """Let the first of a month be today, which the test moves on."""
    now = [MONTHS[0]]
    for module in (figures, packs, pages, pack_pages):
        monkeypatch.setattr(module, "localdate", lambda *args: now[0])
    return now


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def tables_of(client, month):
    """Return the tables of a month's file: what an attacker reads."""
    path = reverse("reporting:tables-export", args=[month.year, month.month])
    with zipfile.ZipFile(io.BytesIO(client.get(path).content)) as parts:
        lines = list(csv.reader(io.StringIO(parts.read("tables.csv").decode("utf-8-sig"))))[1:]
    totals = {line[0]: line[5:7] for line in lines if line[3] == "Borough"}
    found = {}
    for title, _, _, dimension, group, above, whole, _ in lines:
        if dimension != "Borough":
            top, bottom = map(int, totals[title])  # a table of a total that is not read is a leak
            series = (academic_year(month), SLUGS[title], dimension)
            table = found.setdefault(
                series, {"series": series, "above": top, "whole": bottom, "rows": {}}
            )
            table["rows"][group] = None if above == "c" else (int(above), int(whole))
    return list(found.values())


def totals_of(client, pack, year):
    """Return every total of a measure that a page, a pack or a file gives: (slug, part, counts)."""
    return [*of_pages(client, year), *of_terms(client, year), *of_pack(client, pack)]


def of_pages(client, year):
    for part in PARTS[:2]:
        page = client.get(reverse("reporting:dashboard"), {"year": year, "part": part}).context
        for tile in [*page["headlines"], *(one for g in page["groups"] for one in g["tiles"])]:
            if tile["is_shown"] and tile["snapshot"]:
                counts = tile["snapshot"].numerator, tile["snapshot"].denominator
                yield tile["measure"].slug, part, counts


def of_terms(client, year):
    for slug in HEADLINES:
        lines = rows_of(client.get(reverse("reporting:terms-file", args=[slug]), {"year": year}))
        for term, above, whole, *_ in lines[1 : lines.index([])]:
            name, label = term.split()
            if label.startswith(str(year)):
                yield slug, name.lower(), (int(above), int(whole))


def of_pack(client, pack):
    lines = rows_of(client.get(reverse("reporting:pack-file", args=[pack.uid])))
    for title, _, _, _, above, whole, *_ in lines[1 : lines.index([])]:
        if above not in {"", "c"}:
            yield SLUGS[title], "year", (int(above), int(whole))


def equations_of(tables, totals, month, first):
    """Return the totals that are of the same measure and days as a table: sums of its rows."""
    year, as_of = academic_year(month), months_after(month, 1) - timedelta(days=1)
    periods = {part: Period.of(year, part, as_of) for part in PARTS}
    days = {part: (one.start, one.until, one.days) for part, one in periods.items()}
    told = {
        (place, line, total)
        for place, table in enumerate(tables)
        for slug, part, (above, whole) in totals
        if slug == table["series"][1] and days.get(part) == days["year"]
        for line, total in zip(LINES, (above, whole - above, whole), strict=True)
    }
    return [
        ({(first + place, group, line): 1 for group in tables[place]["rows"]}, total)
        for place, line, total in told
    ]


def test_nothing_withheld_is_found_in_all_that_leadership_downloads_in_24_months(
    client, person, today
):
    borough, manager = Borough(), person(Role.MANAGER)
    client.force_login(person(Role.LEADERSHIP))
    tables, equations = [], []
    for month in MONTHS:
        borough.live(month)
        today[0] = months_after(month, 1)
        year = academic_year(month)
        actions.publish_tables(today[0])
        pack = actions.write_pack(
            BoardPack(title="Board", year=year, coverage="year"),
            measures=[*MEASURES, "overall-absence-ap"], by=manager,
        )  # fmt: skip
        actions.freeze(pack, by=manager)
        read = tables_of(client, month)
        totals = totals_of(client, pack, year)
        equations += equations_of(read, totals, month, len(tables))
        tables += [{**table, "month": month} for table in read]

    found = attack(tables, more=equations)
    true = {(row.month, row.measure): row for row in MonthlyTables.objects.all()}
    for (place, group, line), (low, high) in found.items():
        year, slug, dimension = tables[place]["series"]
        assert low <= counts_of(true[tables[place]["month"], slug], dimension, group, line) <= high
    widths = [high - low for low, high in found.values()]
    shown = sum(row is not None for table in tables for row in table["rows"].values())

    assert len(equations) == 3 * len(tables)  # all told the same, and nobody less
    assert len(widths) > 100
    assert shown > 100
    assert (widths.count(0), sum(width < 4 for width in widths)) == (0, 0)
    _, exact, narrow = recovered(without_secondary_suppression())
    assert exact > 0
    assert narrow > exact


def counts_of(row, dimension, group, line):
    name = next(key for key, title in DIMENSIONS.items() if title == dimension)
    rows = row.tables[name]["rows"]
    above, whole = next(counts[:2] for _, known, *counts in rows if known == group)
    return {"above": above, "below": whole - above, "whole": whole}[line]


def without_secondary_suppression():
    """Return the same months with nothing withheld but the small numbers: (series, month)."""
    found = []
    for slug, dimension, year in product(MEASURES, DIMENSIONS, (2024, 2025)):
        earlier = []
        for row in MonthlyTables.objects.filter(measure=slug, year=year).order_by("month"):
            month = months_of(row)[dimension]
            made = withhold(
                month.total, month.rows, earlier, smallest=5, cohort=10, is_secondary=False
            )
            earlier.append(made)
        found += [(f"{year} {slug} {dimension}", made) for made in earlier]
    return found
