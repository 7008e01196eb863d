"""Which kept figure "What changed since" begins with: the one that was on the screen."""

from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from reporting import actions
from reporting.models import Coverage, KeptRows, Snapshot
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

SLUG = "attendance-ap"
PARTS = (Coverage.YEAR, Coverage.TWO_TERMS)


@pytest.fixture
def kept():
    """Keep the rows of two parts of two years; the newest are of a part of the year before."""
    factories.write_marks(factories.PlacementFactory(), "N/I/", first_day=date(2024, 9, 16))
    actions.compute(date(2025, 9, 10))
    found = {}
    for year in (2024, 2023):
        for part in PARTS:
            row = Snapshot.objects.latest_of(year, part)[SLUG]
            row.pk = None
            row.save()
            KeptRows.objects.create(snapshot=row, rows=[])
            found[year, part] = row
    return found


@pytest.mark.parametrize("of", [(year, part) for year in (2024, 2023) for part in PARTS])
def test_the_link_on_a_figure_leads_to_the_same_part_of_the_same_year(
    client, person, kept, of, monkeypatch
):
    monkeypatch.setattr("reporting.views.figures.localdate", lambda: date(2025, 9, 10))
    client.force_login(person(Role.MANAGER))
    of_figure = reverse("reporting:measure", args=[SLUG])
    shown = client.get(of_figure, {"year": of[0], "part": of[1].value}).content.decode()
    path = reverse("reporting:since", args=[SLUG])
    (link,) = [part for part in unescape(shown).split('"') if part.startswith(path)]

    answer = client.get(link)

    assert answer.context["then"] == kept[of]
    assert list(answer.context["kept"]) == [kept[of]]


def test_where_nothing_of_the_part_is_kept_another_one_is_not_taken_for_it(client, person, kept):
    client.force_login(person(Role.MANAGER))
    asked = {"year": academic_year(localdate()), "part": Coverage.YEAR.value}

    answer = client.get(reverse("reporting:since", args=[SLUG]), asked)

    assert answer.context["then"] is None
    assert "Nothing of this part of a year to compare with yet" in answer.content.decode()
    back = reverse("reporting:measure", args=[SLUG]) + f"?year={asked['year']}"
    assert back in answer.content.decode()
