"""A pack as a spreadsheet: read back from the file, cell by cell."""

import io
import xml.etree.ElementTree as ET
import zipfile
from datetime import date

import pytest
from django.urls import reverse

from accounts.permissions import Role
from apsystem.lib.seen import state_of
from reporting import actions
from reporting.actions import figures, packs
from reporting.kpis import REGISTRY
from reporting.models import BoardPack, Coverage, PackFigure
from reporting.views import packs as pages
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "over")]

AFTER = date(2025, 9, 10)
SLUG, OTHER = "attendance-ap", "overall-absence-ap"
TITLE = REGISTRY[SLUG].title
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (packs, figures, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


@pytest.fixture
def manager(person):
    return person(Role.MANAGER)


@pytest.fixture
def placements():
    """Ten children with 8 of 10 sessions attended each."""
    found = factories.PlacementFactory.create_batch(10)
    for row in found:
        factories.write_marks(row, "////////NI", first_day=date(2024, 9, 16))
    return found


@pytest.fixture
def pack(manager, placements):
    row = BoardPack(title="Board of September", year=2024, coverage=Coverage.YEAR)
    return actions.write_pack(row, measures=[SLUG, OTHER], by=manager)


def said(figure, words, by):
    actions.comment(figure, words=words, seen=state_of(figure), by=by)


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def read(content):
    """Return the rows of each sheet, by its name: what a spreadsheet program shows."""
    parts = parts_of(content)

    def tree_of(name):
        return ET.fromstring(parts[f"xl/{name}.xml"])  # noqa: S314 - our own file

    strings = ["".join(item.itertext()) for item in tree_of("sharedStrings")]
    found = {}
    for place, sheet in enumerate(tree_of("workbook").iter(f"{MAIN}sheet"), 1):
        tree = tree_of(f"worksheets/sheet{place}")
        found[sheet.get("name")] = [
            [
                strings[int(cell.find(f"{MAIN}v").text)]
                if cell.get("t") == "s"
                else float(cell.find(f"{MAIN}v").text)
                for cell in row
                if cell.find(f"{MAIN}v") is not None
            ]
            for row in tree.iter(f"{MAIN}row")
        ]
    return found


def download(client, pack, by):
    client.force_login(by)
    return client.get(reverse("reporting:pack-workbook", args=[pack.uid]))


def test_a_workbook_has_a_cover_contents_notes_and_one_table_a_sheet(client, manager, pack):
    factories.ComparatorFactory(year=2023)  # 40% absent
    said(pack.figures.get(measure=SLUG), "Calls every morning.", manager)
    actions.freeze(pack, by=manager)

    answer = download(client, pack, manager)
    parts, sheets = parts_of(answer.content), read(answer.content)

    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert list(sheets) == [
        "Cover", "Contents", "Notes", "Figures", "Published figures", "Definitions",
        "Disclosure report",
    ]  # fmt: skip
    assert "hidden" not in parts["xl/workbook.xml"]
    tables = [name for name in parts if name.startswith("xl/tables/")]
    assert len(tables) == len(sheets) - 1
    figure = next(row for row in sheets["Figures"] if row[0] == TITLE)
    assert figure[2:6] == [80.0, "%", 80.0, 100.0]
    assert figure[8:] == ["Calls every morning.", 1.0, "10 September 2025"]
    assert sheets["Cover"][0] == ["Board of September"]
    assert sheets["Published figures"][-2] == [
        TITLE, "England", "2023/24, whole year", "60.0%", "20.0 points above",
        "An invented publication",
    ]  # fmt: skip


def test_typed_text_stays_text_whatever_it_begins_with(client, manager, pack):
    odd = [
        '=HYPERLINK("https://evil.example","open")', "+1+1", "-2+3", "@SUM(1)", "{=1+1}",
        "https://evil.example", "[open](https://evil.example)", "[a](b) [c](d)", "$$value$$",
        "$$nobody$$", "…", "[c]", "a\nb\x07",
    ]  # fmt: skip
    figure = pack.figures.get(measure=SLUG)
    for words in odd:
        said(PackFigure.objects.get(pk=figure.pk), words, manager)
        BoardPack.objects.filter(pk=pack.pk).update(title=words, words=words)

        content = download(client, pack, manager).content

        row = next(row for row in read(content)["Figures"] if row[0] == TITLE)
        assert row[8].replace("_x0007_", "\x07") == words
        assert read(content)["Cover"][0][0].replace("_x0007_", "\x07") == words
        parts = parts_of(content)
        assert not any("<f>" in text or "<f " in text for text in parts.values())
        assert not any("evil.example" in text for name, text in parts.items() if "rels" in name)


def test_a_figure_of_few_children_is_confidential_in_a_workbook(client, manager, pack, placements):
    for row in placements[1:]:
        row.marks.all().delete()
    actions.freeze(pack, by=manager)

    sheets = read(download(client, pack, manager).content)

    figure = next(row for row in sheets["Figures"] if row[0] == TITLE)
    assert figure[2:6] == ["[c]", "%", "[c]", "[c]"]
    assert figure[6:8] == ["[z]", "[z]"]
    assert any("[c] is confidential" in row[0] for row in sheets["Figures"])


def test_a_figure_that_is_not_computed_and_one_of_nothing_say_so(client, manager):
    pack = actions.write_pack(
        BoardPack(title="Empty", year=2024, coverage=Coverage.YEAR), measures=[SLUG], by=manager
    )
    before = read(download(client, pack, manager).content)["Figures"][-1]
    actions.freeze(pack, by=manager)
    after = read(download(client, pack, manager).content)["Figures"][-1]

    assert before[2:6] == ["[x]", "%", "[x]", "[x]"]
    assert after[2:6] == ["[c]", "%", "[c]", "[c]"]


def test_a_draft_is_a_workbook_of_those_who_write_packs_only(client, person, manager, pack):
    assert download(client, pack, person(Role.LEADERSHIP)).status_code == 404
    assert "A draft" in read(download(client, pack, manager).content)["Cover"][2][0]
    actions.freeze(pack, by=manager)
    assert download(client, pack, person(Role.LEADERSHIP)).status_code == 200
