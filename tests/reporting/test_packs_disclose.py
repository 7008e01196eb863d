"""What is not shown in a pack is not to be worked out from what is."""

import dataclasses
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.permissions import Role
from reporting import actions
from reporting.actions import figures, packs
from reporting.kpis import REGISTRY
from reporting.kpis.beside import counted_apart
from reporting.models import BoardPack, Coverage, PackFigure, Snapshot
from reporting.views import packs as pages
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

AFTER = date(2025, 9, 10)
MONDAY = date(2024, 9, 16)
SLUG = "attendance-ap"
CELL = re.compile(r'__cell--numeric">(.*?)</td>')


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (packs, figures, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


@pytest.fixture
def manager(person):
    return person(Role.MANAGER)


def frozen(manager):
    pack = actions.write_pack(
        BoardPack(title="Board", year=2024, coverage=Coverage.YEAR), measures=[SLUG], by=manager
    )
    return actions.freeze(pack, by=manager)


# Nine children, 72 of 90 sessions: 80.0%, 20.0 points above England's 60.0%, and above the target.
def test_no_difference_leads_back_to_a_figure_of_few_children(client, person, manager):
    for row in factories.PlacementFactory.create_batch(9):
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    factories.ComparatorFactory(year=2023)
    factories.TargetFactory(measure=SLUG, year=2024, value=50)
    pack = frozen(manager)
    kept = PackFigure.objects.get(pack=pack).said
    client.force_login(person(Role.LEADERSHIP))

    told = [
        client.get(reverse(f"reporting:{page}", args=[pack.uid])).content.decode()
        for page in ("pack", "pack-file")
    ]

    assert kept["gap"] == "30.0 points above it"
    assert kept["beside"][0]["difference"] == "20.0 points above"
    for text in told:
        assert "60.0%" in text  # what is published is no secret
        assert "points" not in text
        assert "80.0" not in text


def test_a_small_count_apart_is_in_no_pack(settings):
    few = settings.SMALLEST_COUNT - 1
    figure = Snapshot(counts={"Not known": few, "In progress": 1234, "Left out": 0})

    assert counted_apart(figure, (), settings.SMALLEST_COUNT) == [
        ("Not known", "fewer than 5"), ("In progress", "1,234"),
    ]  # fmt: skip


def test_leadership_reads_no_small_count_apart(client, person, manager):
    for row in factories.PlacementFactory.create_batch(10):
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    pack = frozen(manager)
    Snapshot.objects.update(counts={"Not known": 3})
    client.force_login(person(Role.LEADERSHIP))

    page = client.get(reverse("reporting:pack", args=[pack.uid])).content.decode()

    assert "Not known: fewer than 5" in page
    assert "Not known: 3" not in page


def since_of(client, reader, pack):
    """Return the numbers of the table of what changed, line by line."""
    figure = PackFigure.objects.get(pack=pack, measure=SLUG)
    client.force_login(reader)
    answer = client.get(reverse("reporting:since", args=[SLUG]), {"from": figure.snapshot_id})
    return CELL.findall(" ".join(answer.content.decode().split()))


def attended(placement):
    """Let a child attend the last session, which was missed without leave."""
    mark = placement.marks.order_by("-date", "-session")[0]
    mark.code_id = "/"
    mark.save(update_fields=["code_id"])


# One step, 80 of 100 then and 81 of 100 now: the two ends would give away the one child's mark.
def test_a_step_of_few_children_is_not_what_the_ends_leave(client, person, manager):
    rows = factories.PlacementFactory.create_batch(10)
    for row in rows:
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    pack = frozen(manager)
    attended(rows[0])

    assert since_of(client, manager, pack) == [
        "80.0%", "80", "100", "+1.00 points", "+1", "0", "81.0%", "81", "100",
    ]  # fmt: skip
    assert since_of(client, person(Role.LEADERSHIP), pack) == [
        "80.0%", *["not shown"] * 5, "81.0%", *["not shown"] * 2,
    ]  # fmt: skip


def now_of(client, reader, pack):
    """Return what the page of a pack says of now."""
    client.force_login(reader)
    page = client.get(reverse("reporting:pack", args=[pack.uid])).content.decode()
    return " ".join(strip_tags(page[page.index("govuk-inset-text") + 18 :]).split())


def test_the_page_of_a_pack_says_what_changed_and_to_leadership_no_small_step(
    client, person, manager
):
    rows = factories.PlacementFactory.create_batch(10)
    for row in rows:
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    pack = frozen(manager)
    attended(rows[0])
    actions.compute(AFTER)
    leader, changed = person(Role.LEADERSHIP), "Counted both times, with other numbers:"

    assert f"{changed} 1 (+1.00 points)" in now_of(client, manager, pack)
    hidden = now_of(client, leader, pack)
    assert f"{changed} fewer than 10" in hidden
    assert "81 of 100" not in hidden
    assert "points)" not in hidden

    for row in rows[1:]:
        attended(row)
    actions.compute(AFTER)
    told = now_of(client, leader, pack)
    assert told.startswith("Now 90.0%: 90 of 100.")
    assert f"{changed} 10 (+10.00 points)" in told


def test_the_page_of_a_pack_says_that_the_definition_changed(client, manager, monkeypatch):
    for row in factories.PlacementFactory.create_batch(10):
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    pack = frozen(manager)
    factories.write_marks(factories.PlacementFactory(), "//", first_day=MONDAY)
    measure = dataclasses.replace(REGISTRY[SLUG], version=REGISTRY[SLUG].version + 1)
    monkeypatch.setitem(REGISTRY, SLUG, measure)
    actions.compute(AFTER)

    told = now_of(client, manager, pack)

    assert "The definition changed meanwhile, so the rows are not compared." in told
    assert "Counted" not in told.split("How is this worked out?")[0]


def test_a_step_of_enough_children_keeps_its_numbers(client, person, manager):
    rows = factories.PlacementFactory.create_batch(10)
    for row in rows:
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    pack = frozen(manager)
    for row in rows:
        attended(row)

    assert since_of(client, person(Role.LEADERSHIP), pack) == [
        "80.0%", "80", "100", "+10.00 points", "+10", "0", "90.0%", "90", "100",
    ]  # fmt: skip


# Nine children, one of them at two providers: ten rows.
def test_two_rows_of_one_child_are_one_child(client, person, manager):
    rows = factories.PlacementFactory.create_batch(10)
    for row in rows:
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    frozen(manager)
    rows[0].marks.all().delete()
    other = factories.PlacementFactory(
        pupil=rows[1].pupil, starts_on=date(2024, 11, 4), status="ended", ends_on=date(2025, 4, 1)
    )
    factories.write_marks(other, "//", first_day=date(2024, 11, 4))
    client.force_login(person(Role.LEADERSHIP))

    then = Snapshot.objects.with_rows().get(measure=SLUG)
    page = client.get(reverse("reporting:since", args=[SLUG]), {"from": then.pk})

    assert len(page.context["then"].kept.rows) == 10
    assert page.context["found"] is None
