"""Packs for a board: written, frozen for good, read as page, PDF and file; and what changed since."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import HalfTerm
from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from apsystem.lib.calendar import academic_year
from apsystem.lib.seen import Stale, state_of
from reporting import actions, nightly
from reporting.actions import figures, packs
from reporting.kpis import REGISTRY
from reporting.kpis.bridge import CAME, CHANGED, WENT, bridge
from reporting.models import BoardPack, Coverage, KeptRows, PackFigure, Snapshot
from reporting.views import packs as pages
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

MONDAY = date(2024, 9, 16)
AFTER = date(2025, 9, 10)
THIS_YEAR = str(academic_year(localdate()))  # forms offer this year and those before it
SLUG, OTHER = "attendance-ap", "overall-absence-ap"


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (packs, figures, pages, nightly):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


@pytest.fixture
def manager(person):
    return person(Role.MANAGER)


@pytest.fixture
def placements():
    """Ten children with 8 of 10 sessions attended each."""
    found = factories.PlacementFactory.create_batch(10)
    for row in found:
        factories.write_marks(row, "////////NI", first_day=MONDAY)
    return found


@pytest.fixture
def pack(manager, placements):
    row = BoardPack(title="Board of September", year=2024, coverage=Coverage.YEAR)
    return actions.write_pack(row, measures=[SLUG, OTHER], by=manager)


def corrected(placement, by, code="/"):
    """Correct the mark of the last session, which was absent without leave."""
    mark = placement.marks.order_by("-date", "-session")[0]
    factories.MarkAmendmentFactory(mark=mark, original=mark.code_id, amended=code, by=by)
    mark.code_id = code
    mark.save(update_fields=["code_id"])


def line_of(text):
    return " ".join(text.split())


# Worked by hand: 10 children, 80 of 100 sessions, 80.0%. One mark corrected to present: 81 of 100.
def test_a_frozen_figure_stays_and_the_page_names_the_one_correction(
    client, manager, pack, placements
):
    actions.freeze(pack, by=manager)
    corrected(placements[0], manager)
    actions.compute(AFTER)

    client.force_login(manager)
    shown = line_of(client.get(reverse("reporting:pack", args=[pack.uid])).content.decode())
    figure = PackFigure.objects.get(pack=pack, measure=SLUG)
    since = line_of(
        client.get(reverse("reporting:since", args=[SLUG]), {"from": figure.snapshot_id})
        .content.decode()
    )  # fmt: skip

    assert (figure.snapshot.numerator, figure.snapshot.denominator) == (80, 100)
    assert "80.0%" in shown
    assert "Now 81.0%: 81 of 100" in shown
    assert "Counted both times, with other numbers: 1 (+1.00 points)" in shown
    assert "1 mark of its period was corrected since, and 0 made" in since
    assert "Counted both times, with other numbers: 1" in since
    assert "+1.00 points" in since
    assert str(placements[0].pupil) in since


def test_leadership_reads_the_steps_and_no_child(client, person, manager, pack, placements):
    actions.freeze(pack, by=manager)
    corrected(placements[0], manager)
    figure = PackFigure.objects.get(pack=pack, measure=SLUG)
    client.force_login(person(Role.LEADERSHIP))

    since = line_of(
        client.get(reverse("reporting:since", args=[SLUG]), {"from": figure.snapshot_id})
        .content.decode()
    )  # fmt: skip

    assert "Fewer than 5 marks of its period were corrected since, and 0 made" in since
    assert "Counted both times, with other numbers: fewer than 10" in since
    assert placements[0].pupil.surname not in since


def test_a_figure_of_few_children_is_shown_to_nobody_in_a_pack(client, manager, pack, placements):
    for row in placements[1:]:
        row.marks.all().delete()
    actions.freeze(pack, by=manager)
    client.force_login(manager)

    page = line_of(client.get(reverse("reporting:pack", args=[pack.uid])).content.decode())
    file = client.get(reverse("reporting:pack-file", args=[pack.uid])).content.decode()

    assert "Fewer than 10 children are behind this figure" in page
    assert "80.0" not in page
    assert ",c,%,c,c," in file


def test_what_stands_beside_a_figure_is_kept_with_it(client, manager, pack):
    actions.comment(
        pack.figures.get(measure=SLUG), words="=Calls every morning",
        seen=state_of(pack.figures.get(measure=SLUG)), by=manager,
    )  # fmt: skip
    actions.freeze(pack, by=manager)
    said = pack.figures.get(measure=SLUG).said
    client.force_login(manager)

    file = client.get(reverse("reporting:pack-file", args=[pack.uid]))
    printed = client.get(reverse("reporting:pack-pdf", args=[pack.uid]))

    assert said["definition"] == REGISTRY[SLUG].definition
    assert said["above"] == REGISTRY[SLUG].numerator_words
    assert ",'=Calls every morning," in file.content.decode("utf-8-sig")
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert b"/MarkInfo" in printed.content


def test_nothing_of_a_frozen_pack_changes(manager, pack):
    actions.freeze(pack, by=manager)
    figure = pack.figures.get(measure=SLUG)

    with pytest.raises(WrongStatus, match="frozen already"):
        actions.freeze(pack, by=manager)
    with pytest.raises(WrongStatus, match="frozen already"):
        actions.comment(figure, words="Later", seen=state_of(figure), by=manager)
    with pytest.raises(WrongStatus, match="frozen already"):
        actions.change_pack(pack, measures=[SLUG], seen=state_of(pack), by=manager)
    for broken in (
        lambda: BoardPack.objects.filter(pk=pack.pk).update(title="Another"),
        lambda: PackFigure.objects.filter(pk=figure.pk).update(comment="Another"),
        lambda: PackFigure.objects.filter(pk=figure.pk).delete(),
        lambda: factories.PackFigureFactory(pack=pack, measure="tier-2-within-limit"),
        lambda: KeptRows.objects.update(rows=[]),
    ):
        with pytest.raises(Exception, match=r"never change|Cannot"), transaction.atomic():
            broken()


def test_a_draft_is_deleted_after_a_question_and_a_frozen_pack_never(client, manager, pack):
    client.force_login(manager)
    kept = actions.write_pack(
        BoardPack(title="Kept", year=2024, coverage="year"), measures=[SLUG], by=manager
    )
    actions.freeze(kept, by=manager)

    asked = client.get(reverse("reporting:pack-delete", args=[pack.uid]))
    assert "Delete the draft “Board of September”" in asked.content.decode()
    assert BoardPack.objects.count() == 2
    for row in (pack, kept):
        client.post(reverse("reporting:pack-delete", args=[row.uid]))

    assert list(BoardPack.objects.values_list("title", flat=True)) == ["Kept"]
    assert kept.figures.count() == 1
    with pytest.raises(WrongStatus, match="frozen already"):
        actions.delete_pack(kept, by=manager)


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_once_freeze_it_once(manager, pack):
    answers = at_once([lambda: actions.freeze(pack, by=manager)] * 2)

    refused = [answer for answer in answers if isinstance(answer, WrongStatus)]
    assert len(refused) == 1
    assert BoardPack.objects.get().is_frozen


def test_a_figure_and_its_rows_are_of_one_moment(manager, pack, monkeypatch):
    true_compute, waiting = packs.compute, [1, 2]

    def compute(**details):
        found = true_compute(**details)
        if waiting:  # somebody writes between the figure and its rows
            waiting.pop()
            factories.write_marks(factories.PlacementFactory(), "/", first_day=MONDAY)
        return found

    monkeypatch.setattr(packs, "compute", compute)
    actions.freeze(pack, by=manager)

    figure = pack.figures.select_related("snapshot__kept").get(measure=SLUG)
    assert sum(row[4] for row in figure.snapshot.kept.rows) == figure.snapshot.denominator == 102


def test_a_period_without_half_terms_is_not_frozen(manager, pack):
    BoardPack.objects.filter(pk=pack.pk).update(year=2030)

    with pytest.raises(ValidationError, match="Enter the half terms of 2030/31 first"):
        actions.freeze(pack, by=manager)


def test_what_changed_is_not_told_without_the_half_terms(client, manager, pack):
    actions.freeze(pack, by=manager)
    HalfTerm.objects.filter(year=2024, number=6).delete()
    client.force_login(manager)

    asked = {"year": 2024, "part": Coverage.YEAR.value}
    answer = client.get(reverse("reporting:since", args=[SLUG]), asked, follow=True)

    assert "Enter the half terms of 2024/25 first" in answer.content.decode()


def test_who_may_not_write_packs_reads_frozen_ones(client, person, manager, pack):
    client.force_login(person(Role.LEADERSHIP))
    page = reverse("reporting:pack", args=[pack.uid])

    assert client.get(page).status_code == 404
    assert pack.title not in client.get(reverse("reporting:packs")).content.decode()
    actions.freeze(pack, by=manager)
    assert client.get(page).status_code == 200
    assert client.post(reverse("reporting:pack-freeze", args=[pack.uid])).status_code == 403


@pytest.mark.parametrize("role", [r for r in Role if Permission.PACK_MAKE not in GRANTS[r]])
def test_an_action_asks_for_the_permission(person, pack, role):
    with pytest.raises(PermissionDenied):
        actions.freeze(pack, by=person(role))
    with pytest.raises(PermissionDenied):
        actions.delete_pack(pack, by=person(role))


def test_a_pack_is_written_changed_and_frozen_on_pages(client, manager, placements):
    client.force_login(manager)
    sent = {
        "title": "Board",
        "year": THIS_YEAR,
        "coverage": "year",
        "words": "",
        "measures": [SLUG],
    }
    refused = client.post(reverse("reporting:pack-new"), {**sent, "measures": []})
    client.post(reverse("reporting:pack-new"), {**sent, "measures": [OTHER, SLUG]})
    found = BoardPack.objects.get()

    assert "Choose at least one figure" in refused.content.decode()
    assert set(found.figures.values_list("measure", flat=True)) == {SLUG, OTHER}

    change = reverse("reporting:pack-change", args=[found.uid])
    seen = client.get(change).context["form"].now
    client.post(change, {**sent, "words": "What happened.", "seen": seen})
    again = client.post(change, {**sent, "words": "Mine.", "seen": seen})
    found.refresh_from_db()

    assert list(found.figures.values_list("measure", flat=True)) == [SLUG]
    assert found.words == "What happened."
    assert "somebody else saved" in again.content.decode()
    assert "Mine." in again.content.decode()


def test_who_changes_the_figures_replaces_no_other_choice_unseen(manager, pack):
    pack.refresh_from_db()
    seen = state_of(pack)
    actions.change_pack(pack, measures=[SLUG], seen=seen, by=manager)

    with pytest.raises(Stale):
        actions.change_pack(pack, measures=[OTHER], seen=seen, by=manager)


def test_a_pack_that_is_sent_twice_is_one(client, manager):
    client.force_login(manager)
    path = reverse("reporting:pack-new")
    sent = {"uid": client.get(path).context["form"].initial["uid"], "title": "Board",
            "year": THIS_YEAR, "coverage": "year", "words": "", "measures": [SLUG]}  # fmt: skip
    for _ in range(2):
        client.post(path, sent)

    assert BoardPack.objects.count() == 1


def test_leadership_reads_no_figure_that_few_children_are_behind_now(
    client, person, manager, pack, placements
):
    actions.freeze(pack, by=manager)
    for row in placements[1:]:
        row.marks.all().delete()
    actions.compute(AFTER)
    figure = PackFigure.objects.get(pack=pack, measure=SLUG)
    client.force_login(person(Role.LEADERSHIP))

    page = client.get(reverse("reporting:pack", args=[pack.uid])).content.decode()
    since = client.get(reverse("reporting:since", args=[SLUG]), {"from": figure.snapshot_id})

    assert "Now so few are behind it that it is not shown" in page
    assert "8 of 10" not in page
    assert since.context["found"] is None


def test_a_stale_comment_is_refused_by_the_action(manager, pack):
    figure = pack.figures.get(measure=SLUG)
    seen = state_of(figure)
    actions.comment(figure, words="First", seen=seen, by=manager)

    with pytest.raises(Stale):
        actions.comment(figure, words="Second", seen=seen, by=manager)


def test_the_page_asks_as_often_for_all_figures_as_for_one(
    client, manager, django_assert_max_num_queries
):
    small = actions.write_pack(
        BoardPack(title="One", year=2024, coverage="year"), measures=[SLUG], by=manager
    )
    large = actions.write_pack(
        BoardPack(title="All", year=2024, coverage="year"), measures=list(REGISTRY), by=manager
    )
    client.force_login(manager)
    for row in (small, large):
        with django_assert_max_num_queries(12):
            client.get(reverse("reporting:pack", args=[row.uid]))


@pytest.mark.usefixtures("placements")
def test_rows_are_kept_once_a_month_for_every_figure():
    nightly.keep_rows()
    nightly.keep_rows()

    of_packs = Snapshot.objects.filter(coverage__in=[Coverage.TWO_TERMS, Coverage.YEAR])
    assert KeptRows.objects.count() == of_packs.count() > 0


# 60 of 100, 60%: a child with 20 of 20 comes (80 of 120, +6.67), one with 10 of 50 goes (70 of 70,
# 100%, +33.33), one has 5 fewer (65 of 70, 92.86%, -7.14).
def test_the_steps_of_a_bridge_add_up():
    then = [[1, 9, 5, 10, 50], [2, 9, 5, 50, 50]]
    now = [[2, 9, 5, 45, 50], [3, 9, 5, 20, 20]]

    steps = bridge(then, now)

    assert [(step.kind, step.units, step.numerator, step.denominator) for step in steps] == [
        (CAME, 1, 20, 20), (WENT, 1, -10, -50), (CHANGED, 1, -5, 0),
    ]  # fmt: skip
    assert [step.points.quantize(Decimal("0.01")) for step in steps] == [
        Decimal("6.67"), Decimal("33.33"), Decimal("-7.14"),
    ]  # fmt: skip
    assert bridge(now, now) == []


def test_a_frozen_pack_without_its_moment_is_refused_by_the_database(pack):
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardPack.objects.filter(pk=pack.pk).update(status="frozen")
