"""Packs of a provider, for the half-termly meeting, and the annual report on the strategy."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.permissions import Role
from reporting import actions
from reporting.actions import figures, packs
from reporting.forms.packs import ProviderPackForm
from reporting.kpis import REGISTRY, STRATEGY
from reporting.models import BoardPack, Coverage, KeptRows, PackFigure, Snapshot
from reporting.views import packs as pages
from tests import factories
from tests.addresses import PACK_PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

MONDAY = date(2024, 9, 16)  # in the first half of autumn
AFTER = date(2025, 9, 10)
SLUG = "attendance-ap"


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (packs, figures, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


@pytest.fixture
def manager(person):
    return person(Role.MANAGER)


def placed(children, codes):
    """Place children at a provider of their own, with these marks each."""
    first = factories.PlacementFactory()
    more = factories.PlacementFactory.create_batch(children - 1, provider=first.provider)
    for row in (first, *more):
        factories.write_marks(row, codes, first_day=MONDAY)
    return [first, *more]


@pytest.fixture
def ours():
    """Ten children with 8 of 10 sessions attended each."""
    return placed(10, "////////NI")


@pytest.fixture
def others():
    """Ten children of another provider with 5 of 10 sessions attended each."""
    return placed(10, "/////NNNNI")


@pytest.fixture
def pack(manager, ours, others):
    return write(manager, ours[0].provider)


def write(by, provider, coverage="1", measures=(SLUG,)):
    row = BoardPack(title="Meeting", provider=provider, year=2024, coverage=coverage)
    return actions.write_pack(row, measures=measures, by=by)


def corrected(placement, by):
    mark = placement.marks.order_by("-date", "-session")[0]
    factories.MarkAmendmentFactory(mark=mark, original=mark.code_id, amended="/", by=by)
    mark.code_id = "/"
    mark.save(update_fields=["code_id"])


def page_of(client, by, pack):
    client.force_login(by)
    return " ".join(client.get(pack.get_absolute_url()).content.decode().split())


# 80 of 100 sessions at the provider, 80.0%; one mark corrected: 81 of 100. The other one's differ.
def test_a_pack_of_a_provider_and_a_half_term_shows_then_and_now(
    client, manager, pack, ours, others
):
    draft = page_of(client, manager, pack)
    asked = client.get(reverse("reporting:pack-freeze", args=[pack.uid])).content.decode()
    actions.freeze(pack, by=manager)
    figure = PackFigure.objects.select_related("snapshot").get(pack=pack)
    corrected(ours[0], manager)
    for row in others[:2]:
        corrected(row, manager)

    frozen = page_of(client, manager, pack)
    answer = client.get(reverse("reporting:since", args=[SLUG]), {"from": figure.snapshot_id})
    since, found = " ".join(answer.content.decode().split()), answer.context["found"]

    assert f"{ours[0].provider}, Autumn, first half 2024/25" in draft
    assert "80.0%" in draft
    assert "Leadership" not in asked
    assert (figure.snapshot.numerator, figure.snapshot.denominator) == (80, 100)
    assert (figure.snapshot.provider, figure.snapshot.coverage) == (ours[0].provider, "1")
    assert len(KeptRows.objects.get(snapshot=figure.snapshot).rows) == 10
    assert "80.0%" in frozen
    assert "Now 81.0%: 81 of 100" in frozen
    assert (found.numerator, found.denominator, found.units) == (81, 100, 10)
    assert "1 mark of its period was corrected since, and 0 made" in since
    assert str(ours[0].pupil) in since
    assert str(others[0].pupil) not in since


# The borough: 130 of 200 sessions, 65.0%.
def test_a_figure_of_a_provider_is_not_taken_for_the_boroughs(client, manager, ours, others):
    actions.compute(AFTER)
    for coverage in (Coverage.YEAR, Coverage.AUTUMN):
        actions.freeze(write(manager, ours[0].provider, coverage), by=manager)

    latest = Snapshot.objects.latest_of(2024, Coverage.YEAR)[SLUG]
    (term,) = [
        row
        for row in Snapshot.objects.of_terms(2024)[SLUG]
        if (row.year, row.coverage) == (2024, Coverage.AUTUMN)
    ]
    client.force_login(manager)
    page, asked = reverse("reporting:since", args=[SLUG]), {"year": 2024, "part": "year"}
    since = client.get(page, asked)
    of_provider = client.get(page, asked | {"provider": ours[0].provider.uid})

    assert (latest.numerator, latest.denominator) == (130, 200)
    assert (term.numerator, term.denominator) == (130, 200)
    assert since.context["then"] is None  # the rows of the provider's are kept, not the borough's
    assert of_provider.context["then"].provider == ours[0].provider


def test_leadership_reads_nothing_of_a_provider(client, person, manager, pack):
    actions.freeze(pack, by=manager)
    kept = PackFigure.objects.get(pack=pack).snapshot
    client.force_login(person(Role.LEADERSHIP))

    for page in ("pack", "pack-pdf", "pack-file", "pack-workbook"):
        assert client.get(reverse(f"reporting:{page}", args=[pack.uid])).status_code == 404
    assert pack.title not in client.get(reverse("reporting:packs")).content.decode()
    since = reverse("reporting:since", args=[SLUG])
    assert client.get(since, {"from": kept.pk}).status_code == 404
    assert not client.get(since).context["kept"]
    assert {"pack", "pack-pdf", "pack-file", "pack-workbook"} <= set(PACK_PAGES)


def test_a_file_of_a_frozen_pack_works_nothing_out(client, manager, pack, monkeypatch):
    actions.freeze(pack, by=manager)
    client.force_login(manager)
    monkeypatch.setattr("reporting.views.packs.figures_of_provider", None)

    for name in ("pack-file", "pack-pdf"):
        assert client.get(reverse(f"reporting:{name}", args=[pack.uid])).status_code == 200


def test_who_may_see_the_children_reads_what_is_frozen(client, person, manager, pack):
    client.force_login(person(Role.CASEWORKER))
    assert client.get(pack.get_absolute_url()).status_code == 404
    actions.freeze(pack, by=manager)
    assert client.get(pack.get_absolute_url()).status_code == 200


def test_few_children_of_a_provider_are_shown_in_no_pack(client, manager, pack, ours):
    for row in ours[1:]:
        row.marks.all().delete()
    assert "Fewer than 10 children are behind this figure" in page_of(client, manager, pack)
    actions.freeze(pack, by=manager)

    assert "Fewer than 10 children are behind this figure" in page_of(client, manager, pack)
    file = client.get(reverse("reporting:pack-file", args=[pack.uid])).content.decode()
    assert ",c,%,c,c," in file


def test_no_target_of_the_borough_stands_beside_a_provider(manager, ours):
    factories.TargetFactory(measure=SLUG, year=2024, value=50)
    factories.ComparatorFactory(year=2023)
    pack = write(manager, ours[0].provider, Coverage.YEAR)
    actions.freeze(pack, by=manager)

    said = PackFigure.objects.get(pack=pack).said

    assert (said["target"], said["gap"]) == ("", "")
    assert said["beside"][0]["value"] == "60.0%"
    assert said["beside"][0]["difference"] == ""
    assert "kept to some" in said["why_not"]


def test_a_pack_holds_only_what_can_be_kept_to_a_provider(manager, ours):
    unknown = "referrals-decided-in-time"
    with pytest.raises(ValidationError, match="can be kept to a provider"):
        write(manager, ours[0].provider, measures=[SLUG, unknown])

    offered = {measure.slug for measure in ProviderPackForm.offered()}
    assert unknown not in offered
    pack = write(manager, ours[0].provider, measures=sorted(offered))
    actions.freeze(pack, by=manager)
    assert pack.figures.filter(snapshot__provider=ours[0].provider).count() == len(offered)


def test_a_pack_of_a_provider_is_written_on_a_page(client, manager, ours, monkeypatch):
    client.force_login(manager)
    path = reverse("reporting:pack-new-provider")
    form = client.get(path).context["form"]
    proposed = {name: form[name].value() for name in ("year", "coverage", "measures")}
    sent = {**proposed, "title": "Meeting", "words": ""}
    refused = client.post(path, {**sent, "provider": ""})
    client.post(path, {**sent, "provider": ours[0].provider_id, "measures": [SLUG]})
    pack = BoardPack.objects.get()
    change = reverse("reporting:pack-change", args=[pack.uid])
    client.post(change, {**sent, "provider": ours[0].provider_id, "coverage": "2",
                         "measures": [SLUG], "seen": client.get(change).context["form"].now})  # fmt: skip
    pack.refresh_from_db()

    assert (proposed["year"], proposed["coverage"]) == (2024, "6")
    assert set(proposed["measures"]) == {row.slug for row in ProviderPackForm.offered()}
    assert "Choose the provider" in refused.content.decode()
    assert (pack.provider, pack.coverage) == (ours[0].provider, "2")


def test_the_report_on_the_strategy_proposes_a_year_and_what_it_is_judged_by(client, manager):
    client.force_login(manager)
    path = reverse("reporting:pack-new-strategy")
    form = client.get(path).context["form"]
    sent = {name: form[name].value() for name in ("title", "year", "coverage", "measures")}
    client.post(path, {**sent, "words": ""})
    pack = BoardPack.objects.get()

    assert (pack.title, pack.year, pack.coverage) == (
        "Annual strategy report 2024/25", 2024, Coverage.YEAR,
    )  # fmt: skip
    assert pack.provider is None
    assert list(pack.figures.values_list("measure", flat=True)) == STRATEGY


def test_the_strategy_names_every_measure_of_its_three_priorities_in_their_order():
    priorities = [REGISTRY[slug].priority for slug in STRATEGY]
    assert priorities == sorted(priorities)
    assert set(STRATEGY) == {slug for slug, measure in REGISTRY.items() if measure.priority}
    assert set(priorities) == {1, 2, 3}


def test_a_half_term_that_is_not_entered_has_no_figures(client, manager, pack):
    BoardPack.objects.filter(pk=pack.pk).update(year=2030)
    pack.refresh_from_db()

    assert "Not computed yet" in page_of(client, manager, pack)
    with pytest.raises(ValidationError, match="Enter the half terms of 2030/31 first"):
        actions.freeze(pack, by=manager)


def test_a_half_term_that_has_not_begun_has_no_figures(client, manager, ours, monkeypatch):
    pack = write(manager, ours[0].provider, "2")
    for module in (packs, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: MONDAY)

    assert "Not computed yet" in page_of(client, manager, pack)
    with pytest.raises(ValidationError, match="Autumn, second half 2024/25 has not begun"):
        actions.freeze(pack, by=manager)
