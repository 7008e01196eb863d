"""Two figures of the same interventions give no small count of each other away."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.permissions import Role
from reporting import actions
from reporting.kpis import REGISTRY
from reporting.kpis.beside import showing
from reporting.kpis.disclosure import SAME_UNITS
from reporting.kpis.outreach import IN_PROGRESS
from reporting.models import BoardPack, PackFigure
from reporting.views import figures as pages
from reporting.views import packs as pack_pages
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

AFTER = date(2025, 9, 10)
SUSPENDED, EXCLUDED = (
    "outreach-zero-suspensions-12-months", "outreach-zero-permanent-exclusions-12-months",
)  # fmt: skip
UNKNOWN = "Not known, in neither number"


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (pages, pack_pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


# Of 40 interventions 37 are known for one and 40 less `unknown` for the other. Less the known ones,
# what is not known of the other gives away the 3.
def twins(unknown):
    counts = {SUSPENDED: (40 - unknown, unknown), EXCLUDED: (37, 3)}
    return {
        slug: factories.SnapshotFactory(
            measure=slug, numerator=30, denominator=known, units=40,
            counts={IN_PROGRESS: 12, UNKNOWN: left_out},
        )
        for slug, (known, left_out) in counts.items()
    }  # fmt: skip


def page_of(client, reader, slug):
    client.force_login(reader)
    path = reverse("reporting:measure", args=[slug])
    return client.get(path, {"year": 2024, "part": "year"}).content.decode()


@pytest.mark.parametrize("unknown", [6, 0])
def test_leadership_reads_no_count_that_leads_to_a_small_one_of_the_other(client, person, unknown):
    twins(unknown)
    leader, worker = person(Role.LEADERSHIP), person(Role.CASEWORKER)

    for told in (page_of(client, leader, SUSPENDED), page_of(client, leader, EXCLUDED)):
        assert f"{IN_PROGRESS}: 12" in told
    assert f"{UNKNOWN}: not shown" in page_of(client, leader, SUSPENDED)
    assert f"{UNKNOWN}: fewer than 5" in page_of(client, leader, EXCLUDED)
    assert f"{UNKNOWN}: 3" in page_of(client, worker, EXCLUDED)
    assert (f"{UNKNOWN}: 6" in page_of(client, worker, SUSPENDED)) is (unknown == 6)


def test_small_counts_of_both_are_fewer_than_five(client, person):
    twins(4)

    assert f"{UNKNOWN}: fewer than 5" in page_of(client, person(Role.LEADERSHIP), SUSPENDED)


def test_a_pack_hides_the_same_and_keeps_it_when_it_is_frozen(client, person):
    found, manager = twins(6), person(Role.MANAGER)
    draft = actions.write_pack(
        BoardPack(title="Board", year=2024, coverage="year"), measures=[SUSPENDED], by=manager
    )
    client.force_login(manager)
    path = reverse("reporting:pack", args=[draft.uid])
    assert f"{UNKNOWN}: not shown" in client.get(path).content.decode()

    said = {"title": "Title", "beside": [], "sign": "%", "above": "Above", "below": "Below"}
    shown = showing(REGISTRY[SUSPENDED], found[SUSPENDED], found, is_of_provider=False).said()
    PackFigure.objects.update(snapshot=found[SUSPENDED], said={**said, **shown})
    BoardPack.objects.update(
        status="frozen", frozen_by=manager, frozen_at=datetime(2025, 9, 10, tzinfo=UTC)
    )
    page = client.get(path).content.decode()
    assert "30 of 34" in page
    assert f"{UNKNOWN}: not shown" in page


def test_the_figures_that_count_the_same_are_in_the_registry_and_name_each_other():
    assert set(SAME_UNITS) <= set(REGISTRY)
    assert {twin: slug for slug, twin in SAME_UNITS.items()} == SAME_UNITS
