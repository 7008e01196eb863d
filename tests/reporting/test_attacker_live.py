"""An attacker reads the live pages and their files as leadership, and subtracts."""

import csv
import io
from datetime import date
from itertools import permutations

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.permissions import Role
from reporting import actions
from reporting.actions import figures
from reporting.kpis import REGISTRY
from reporting.models import Coverage, Snapshot
from reporting.views import figures as pages
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

AFTER = date(2025, 9, 1)
AUTUMN, SPRING, SUMMER = date(2024, 9, 16), date(2025, 1, 13), date(2025, 5, 12)
HEADLINES = [slug for slug, measure in REGISTRY.items() if measure.is_headline]
SUMS = [("two terms", "autumn", "spring"), ("year", "two terms", "summer")]


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (figures, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


def read(client, slug):
    """Return (above, whole) of each part of 2024/25 that leadership may read."""
    page, found = reverse("reporting:measure", args=[slug]), {}
    for part in ("year", "two terms"):
        tile = client.get(page, {"year": 2024, "part": part}).context["tile"]
        if tile["is_shown"]:
            found[part] = (tile["snapshot"].numerator, tile["snapshot"].denominator)
    file = client.get(reverse("reporting:terms-file", args=[slug]), {"year": 2024})
    lines = list(csv.reader(io.StringIO(file.content.decode())))
    for term, above, whole, *_ in lines[1 : lines.index([])]:
        name, year = term.split()
        if year == "2024/25":
            found[name.lower()] = (int(above), int(whole))
    return found


def subtracted(known):
    """Return what is known with all that follows: of a sum and two parts, two give the third."""
    known, before = dict(known), None
    while known != before:
        before = dict(known)
        for whole, *parts in SUMS:
            for one, other in permutations(parts):
                if whole in known and one in known:
                    pairs = zip(known[whole], known[one], strict=True)
                    known.setdefault(other, tuple(a - b for a, b in pairs))
            if all(part in known for part in parts):
                pairs = zip(*(known[part] for part in parts), strict=True)
                known.setdefault(whole, tuple(a + b for a, b in pairs))
    return known


def marked(children, *days):
    for row in factories.PlacementFactory.create_batch(children):
        for day in days:
            factories.write_marks(row, "////////NI", first_day=day)


@pytest.mark.parametrize("few_in", ["autumn", "spring"])
def test_a_term_of_few_children_is_not_what_is_left_of_two(client, person, few_in):
    marked(3, AUTUMN, SPRING, SUMMER)
    marked(12, SPRING if few_in == "autumn" else AUTUMN, SUMMER)
    actions.compute(AFTER)
    client.force_login(person(Role.LEADERSHIP))

    for slug in HEADLINES:
        shown = read(client, slug)
        found = subtracted(shown)
        for figure in Snapshot.objects.filter(measure=slug, year=2024, denominator__gt=0):
            if not figure.has_enough(settings.SMALLEST_COHORT):
                assert figure.coverage not in found

    shown = read(client, "attendance-ap")
    small = Snapshot.objects.get(measure="attendance-ap", year=2024, coverage=few_in)
    other = Snapshot.objects.exclude(coverage=few_in).get(
        measure="attendance-ap", year=2024, coverage__in=[Coverage.AUTUMN, Coverage.SPRING]
    )
    assert set(shown) == {"year", "two terms", "summer"}
    told = subtracted({**shown, other.coverage: (other.numerator, other.denominator)})
    assert told[few_in] == (small.numerator, small.denominator)  # shown, it would have told


def test_terms_of_enough_children_are_shown(client, person):
    marked(12, AUTUMN, SPRING, SUMMER)
    actions.compute(AFTER)
    client.force_login(person(Role.LEADERSHIP))

    assert set(read(client, "attendance-ap")) == {
        "year", "two terms", "autumn", "spring", "summer",
    }  # fmt: skip
