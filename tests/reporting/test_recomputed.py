"""Every figure of the demo borough is that of a second count, in plain Python."""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from apsystem.lib.calendar import academic_year
from reporting.kpis import REGISTRY, Period
from reporting.kpis.narrowing import COLUMNS
from reporting.models import Coverage, Snapshot
from tests.reporting.recount import COUNTED
from tests.reporting.recount.attendance import NOT_MARKED
from tests.reporting.recount.rows import HALVES, Part, by_provider, forget, summed

A_MILLIONTH, A_TENTH, A_HUNDREDTH = Decimal("0.000001"), Decimal("0.1"), Decimal("0.01")
TERMS = ("autumn", "spring", "summer")
LINE = re.compile(
    r'<th scope="row"[^>]*><a [^>]*>(.*?)</a></th>\s*' + r"<td[^>]*>(.*?)</td>\s*" * 2
)


@pytest.fixture
def demo(db, settings, capsys):
    settings.DEMO = True
    call_command("seed_demo", pupils=70, years=3)
    forget()
    yield
    forget()


def test_no_measure_is_left_out_of_the_second_count():
    assert set(COUNTED) == set(REGISTRY)


@pytest.mark.usefixtures("demo")
def test_the_figures_of_the_demo_borough_are_those_of_an_independent_count(client):
    today = localdate()
    years = range(academic_year(today) - 2, academic_year(today) + 1)
    parts = {(year, name): Part(year, name, today) for year in years for name in HALVES}
    begun = {key: part for key, part in parts.items() if part.has_begun}
    shown, counted = kept_figures(), second_count(begun)

    assert {(slug, year, "year") for slug in REGISTRY for year in years} <= set(shown)
    assert shown == {key: counted[key] for key in shown}
    for key in [(year, name) for year in years[1:] for name in ("year", *TERMS)]:
        if key in begun:
            assert worked_out(begun[key]) == counted_by_provider(begun[key])
    for slug, measure in REGISTRY.items():
        # What chance and the day of the year leave out of one year stands in another.
        assert any(counted[slug, year, "year"][1] > 0 for year in years), slug
        assert told_apart(measure) in ({None}, measure.knows & set(COLUMNS)), slug

    client.force_login(User.objects.get(email="manager@demo.example"))
    assert on_the_dashboard(client, years[1]) == {
        REGISTRY[slug].title: in_words(slug, counted[slug, years[1], "year"]) for slug in COUNTED
    }
    for slug in [slug for slug, measure in REGISTRY.items() if measure.is_headline]:
        assert in_the_file(client, slug, years[2]) == lines_of(slug, counted, parts, years[1:])


def kept_figures():
    """Return what is kept: numbers, value, how many are behind it, and what stands beside it."""
    found = {}
    for row in Snapshot.objects.filter(provider=None).order_by("computed_at", "pk"):
        beside = {words: number for words, number in row.counts.items() if number}
        sums = (row.numerator, row.denominator, row.value, row.units, beside)
        found[row.measure, row.year, row.coverage] = sums
    return found


def second_count(parts):
    found = {}
    for (year, name), part in parts.items():
        for slug, count in COUNTED.items():
            above, below, units, beside = summed(count(part))
            value = value_of(above, below, slug)
            found[slug, year, name] = (above, below, value, units, dict(beside))
    return found


def is_money(slug):
    return REGISTRY[slug].unit.startswith("pounds")


def value_of(above, below, slug):
    """Return the quotient per 100, or pounds of pence, to six places; none of nothing."""
    if not below:
        return None
    above = Decimal(above) / 100 if is_money(slug) else Decimal(above) * 100
    return (above / below).quantize(A_MILLIONTH, ROUND_HALF_UP)


# --- by provider and term ---


def worked_out(part):
    """Return each measure of a part of a year by provider, and what stands beside it."""
    period = Period.of(part.number, part.name, part.as_of)
    found = {}
    for slug, measure in REGISTRY.items():
        counts = measure.total(period).counts
        groups = {row[0]: row[1:] for row in measure.breakdown(period, "provider")}
        beside = {words: number for words, number in counts.items() if number}
        found[slug] = told(measure, groups), beside
    return found


def counted_by_provider(part):
    found = {}
    for slug, count in COUNTED.items():
        units = count(part)
        beside = dict(summed(units)[3])
        beside.pop(NOT_MARKED, None)  # counted by another measure
        found[slug] = told(REGISTRY[slug], by_provider(units)), beside
    return found


def told(measure, groups):
    """Keep the groups that hold something, with the children of each where it is of children."""
    numbers = 3 if measure.is_of_children else 2
    return {key: found[:numbers] for key, found in groups.items() if any(found[:numbers])}


def told_apart(measure):
    """Return what units with something below the line have a value of; None of nothing."""
    found, is_counted = set(), False
    for year in range(academic_year(localdate()), academic_year(localdate()) - 3, -1):
        period = Period.of(year, Coverage.YEAR, localdate())
        for name in COLUMNS:
            groups = measure.breakdown(period, name)
            found |= {name for key, _, below, _ in groups if key is not None and below}
            is_counted |= any(below for _, _, below, _ in groups)
    return found if is_counted else {None}


# --- on the page, and in a file ---


def on_the_dashboard(client, year):
    """Return value and counts of each measure, as the tables of the page show them."""
    page = client.get(reverse("reporting:dashboard"), {"year": year, "part": "year"})
    return {
        unescape(title): (unescape(value), unescape(counts))
        for title, value, counts in LINE.findall(page.content.decode())
    }


def in_words(slug, found):
    above, below, value, *_ = found
    if value is None:
        return "no data", ""
    if is_money(slug):
        pounds = value.quantize(A_HUNDREDTH, ROUND_HALF_UP)
        return f"£{pounds:,}", f"£{Decimal(above) / 100:,.2f} for {below:,}"
    sign = "%" if REGISTRY[slug].unit.startswith("percent") else " per 100 pupils"
    return f"{value.quantize(A_TENTH, ROUND_HALF_UP):,}{sign}", f"{above:,} of {below:,}"


def in_the_file(client, slug, year):
    """Return the lines of a headline's terms, read back from the file that the page offers.

    After an empty line follows the disclosure report.
    """
    sent = client.get(reverse("reporting:terms-file", args=[slug]), {"year": year, "part": "year"})
    lines = list(csv.reader(sent.content.decode("utf-8-sig").splitlines()))[1:]
    return lines[: lines.index([])]


def lines_of(slug, counted, parts, years):
    found = []
    for year, name in [(year, name) for year in years for name in TERMS]:
        above, below, value, *_ = counted.get((slug, year, name), (0, 0, None))
        if value is not None:
            share = f"{value.quantize(A_TENTH, ROUND_HALF_UP):,}"
            is_over = "Yes" if parts[year, name].is_over else "No"
            term = f"{name.title()} {year}/{(year + 1) % 100:02d}"
            found.append([term, str(above), str(below), share, is_over])
    return found
