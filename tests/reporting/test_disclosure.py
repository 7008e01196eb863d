"""Which figures leadership reads, and what each of its files says of those that it does not."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.permissions import Role
from reporting import actions, board
from reporting.actions import figures, packs
from reporting.kpis import REGISTRY
from reporting.kpis.disclosure import ADD_UP, LIES_WITHIN, Limits, Rule, withheld_by
from reporting.models import BoardPack, PackFigure, Snapshot
from reporting.views import figures as pages
from reporting.views import packs as pack_pages
from tests import factories
from tests.reporting.test_workbook import read as read_workbook

LIMITS = Limits(5, 10)
AFTER = date(2025, 9, 10)
FIRST = datetime(2024, 9, 2, 9, tzinfo=UTC)
PLANS, ON_TIME = "plan-on-day-one", "reintegration-on-time"
SIDE = "Fewer than 5 stand on one side of the line of this figure"


@pytest.fixture
def over(calendar, monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (figures, packs, pages, pack_pages):
        monkeypatch.setattr(module, "localdate", lambda *args: AFTER)


def figure_of(slug, above, whole, children):
    return Snapshot(measure=slug, numerator=above, denominator=whole, units=children)


@pytest.mark.parametrize(
    ("slug", "numbers", "rule"),
    [
        (PLANS, (3, 12, 12), Rule.SIDE),
        (PLANS, (9, 12, 12), Rule.SIDE),
        (PLANS, (0, 12, 12), None),
        (PLANS, (12, 12, 12), None),
        (PLANS, (5, 12, 12), None),
        (PLANS, (7, 12, 12), None),
        (PLANS, (6, 9, 9), Rule.COHORT),
        (ON_TIME, (3, 12, 12), None),  # a headline
        (ON_TIME, (6, 9, 9), Rule.COHORT),
        ("unauthorised-absence-ap", (3, 900, 30), Rule.SIDE),  # of three children at most
        ("unauthorised-absence-ap", (90, 900, 9), Rule.COHORT),
        ("suspension-rate-ap", (12, 13, 12), None),  # suspensions are no part of the pupils
        ("suspension-rate-ap", (12, 11, 12), None),
        ("schools-at-or-below-national-suspensions", (2, 12, 12), None),  # no children
        ("places-filled", (12, 14, 12), None),
        ("cost-per-attended-session", (3, 900, 30), None),
    ],
)
def test_one_to_four_children_on_either_side_withhold_what_is_no_headline(slug, numbers, rule):
    assert withheld_by(REGISTRY[slug], figure_of(slug, *numbers), {}, LIMITS) == rule


@pytest.mark.parametrize(
    ("slug", "above", "beside", "rule"),
    [
        # 20 sessions missed are known from the headline: 17 with leave give away 3 without.
        ("authorised-absence-ap", 17, ("unauthorised-absence-ap", 3), Rule.SIDE),
        ("unauthorised-absence-ap", 17, ("authorised-absence-ap", 3), Rule.SIDE),
        ("authorised-absence-ap", 20, ("unauthorised-absence-ap", 0), None),
        ("authorised-absence-ap", 15, ("unauthorised-absence-ap", 5), None),
        # Of 12 who missed a tenth 9 missed half: 3 missed between a tenth and a half.
        ("severe-absence-ap", 9, ("persistent-absence-ap", 12), Rule.SIDE),
        ("severe-absence-ap", 9, ("persistent-absence-ap", 14), None),
        ("severe-absence-ap", 9, ("persistent-absence-ap", 9), None),
    ],
)
def test_a_figure_that_gives_another_one_away_is_withheld(slug, above, beside, rule):
    others = {beside[0]: figure_of(beside[0], beside[1], 40, 40)}

    assert withheld_by(REGISTRY[slug], figure_of(slug, above, 40, 40), others, LIMITS) == rule


def test_the_figures_that_give_others_away_are_in_the_registry():
    named = {*ADD_UP, *ADD_UP.values(), *LIES_WITHIN, *LIES_WITHIN.values()}
    assert named <= set(REGISTRY)


def begin(planned, unplanned):
    for number in range(planned + unplanned):
        placement = factories.PlacementFactory(starts_on=date(2024, 9, 16), tier=2)
        if number < planned:
            factories.PlanFactory(placement=placement, made_at=FIRST)


def frozen(manager, measures=(PLANS,)):
    pack = BoardPack(title="Board", year=2024, coverage="year")
    pack = actions.write_pack(pack, measures=list(measures), by=manager)
    return actions.freeze(pack, by=manager)


def lines_of(answer):
    """Return the table and the disclosure report of a CSV file."""
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    end = lines.index([])
    assert lines[end + 1] == ["Disclosure report"]
    return lines[1:end], dict(lines[end + 2 :])


@pytest.mark.usefixtures("over")
def test_leadership_reads_no_three_of_twelve_on_the_pages_of_figures(client, person):
    begin(3, 9)
    actions.compute(AFTER)
    asked = {"year": 2024, "part": "year"}
    told = {}
    for role in (Role.CASEWORKER, Role.LEADERSHIP):
        client.force_login(person(role))
        told[role] = [
            " ".join(client.get(path, asked).content.decode().split())
            for path in (
                reverse("reporting:measure", args=[PLANS]),
                reverse("reporting:dashboard"),
            )
        ]

    assert all("25.0%" in page and "3 of 12" in page for page in told[Role.CASEWORKER])
    assert not any("25.0%" in page or "3 of 12" in page for page in told[Role.LEADERSHIP])
    assert SIDE in told[Role.LEADERSHIP][0]
    assert "not shown" in told[Role.LEADERSHIP][1]


@pytest.mark.django_db
@pytest.mark.usefixtures("over")
def test_a_pack_withholds_it_in_every_file_and_says_so(client, person):
    begin(3, 9)
    manager = person(Role.MANAGER)
    pack = frozen(manager, [PLANS, "attendance-ap"])
    client.force_login(person(Role.LEADERSHIP))

    page = client.get(reverse("reporting:pack", args=[pack.uid])).content.decode()
    table, report = lines_of(client.get(reverse("reporting:pack-file", args=[pack.uid])))
    workbook = client.get(reverse("reporting:pack-workbook", args=[pack.uid]))
    sheets = read_workbook(workbook.content)

    assert SIDE in page
    assert "3 of 12" not in page
    assert table[0][2:6] == ["c", "%", "c", "c"]
    assert [report[name] for name in ("Rows shown", "Rows withheld", "Cells withheld")] == [
        "0", "2", "6",
    ]  # fmt: skip
    assert f"{REGISTRY[PLANS].title} ({SIDE}" in report["Which rows are withheld"]
    assert report["Which rows are withheld"].endswith(
        "(Fewer than 10 children are behind this figure)"
    )
    assert report["Counts hidden below"] == "5"
    assert report["Children needed for a figure"] == "10"
    assert report["As at"].startswith("Frozen ")
    said = {row[0]: row[1] for row in sheets["Disclosure report"] if len(row) == 2}
    assert {name: str(said[name]).removesuffix(".0") for name in report} == report
    figure = next(row for row in sheets["Figures"] if row[0] == REGISTRY[PLANS].title)
    assert figure[2:6] == ["[c]", "%", "[c]", "[c]"]


@pytest.mark.usefixtures("over")
def test_a_pack_on_paper_ends_with_its_disclosure_report(client, person, monkeypatch):
    begin(3, 9)
    printed = []
    monkeypatch.setattr(board, "render", lambda path, data, at: printed.append(data) or b"%PDF")
    pack = frozen(person(Role.MANAGER))
    client.force_login(person(Role.LEADERSHIP))

    client.get(reverse("reporting:pack-pdf", args=[pack.uid]))

    assert dict(printed[0]["report"])["Rows withheld"] == "1"
    assert printed[0]["figures"][0]["value"].startswith(SIDE)
    assert printed[0]["figures"][0]["made_of"] == ""


@pytest.mark.usefixtures("over")
def test_a_frozen_pack_keeps_what_was_said_when_the_rules_change(client, person, settings):
    begin(3, 9)
    manager = person(Role.MANAGER)
    before = frozen(manager)
    settings.SMALLEST_COUNT = 1
    after = frozen(manager)
    settings.SMALLEST_COUNT, settings.SMALLEST_COHORT = 5, 100
    client.force_login(person(Role.LEADERSHIP))

    for pack, is_shown, limits in ((before, False, ["5", "10"]), (after, True, ["1", "10"])):
        page = client.get(reverse("reporting:pack", args=[pack.uid])).content.decode()
        _, report = lines_of(client.get(reverse("reporting:pack-file", args=[pack.uid])))
        assert ("3 of 12" in page) is is_shown
        told = [report[name] for name in ("Counts hidden below", "Children needed for a figure")]
        assert told == limits


@pytest.mark.usefixtures("over")
def test_a_pack_from_before_the_rule_keeps_its_figures(client, person):
    begin(3, 9)
    new = PackFigure.objects.select_related("snapshot").get(pack=frozen(person(Role.MANAGER)))
    old = factories.BoardPackFactory()
    said = {key: words for key, words in new.said.items() if key not in {"withheld", "limits"}}
    factories.PackFigureFactory(pack=old, measure=PLANS, snapshot=new.snapshot, said=said)
    BoardPack.objects.filter(pk=old.pk).update(
        status="frozen", frozen_by=old.made_by, frozen_at=FIRST
    )
    client.force_login(person(Role.LEADERSHIP))

    page = client.get(reverse("reporting:pack", args=[old.uid])).content.decode()
    _, report = lines_of(client.get(reverse("reporting:pack-file", args=[old.uid])))

    assert "3 of 12" in page
    assert report["Counts hidden below"] == "Not asked of this file"


@pytest.mark.usefixtures("over")
def test_a_draft_withholds_what_the_frozen_pack_will(client, person):
    begin(3, 9)
    actions.compute(AFTER)
    manager = person(Role.MANAGER)
    draft = actions.write_pack(
        BoardPack(title="Board", year=2024, coverage="year"), measures=[PLANS], by=manager
    )
    client.force_login(manager)

    assert SIDE in client.get(reverse("reporting:pack", args=[draft.uid])).content.decode()


def test_the_form_of_a_pack_says_why_it_offers_no_shorter_part(client, person):
    client.force_login(person(Role.MANAGER))
    of_borough, of_provider = (
        client.get(reverse(f"reporting:{name}")).content.decode()
        for name in ("pack-new", "pack-new-provider")
    )

    assert "Shorter parts are not offered: leadership could work small numbers out" in of_borough
    assert "Shorter parts are not offered" not in of_provider


@pytest.mark.usefixtures("over")
def test_the_file_of_terms_says_which_it_withholds(client, person):
    for children, day in ((12, date(2024, 9, 16)), (3, date(2025, 5, 12))):
        for row in factories.PlacementFactory.create_batch(children):
            factories.write_marks(row, "////////NI", first_day=day)
    actions.compute(AFTER)
    path = reverse("reporting:terms-file", args=["attendance-ap"])

    client.force_login(person(Role.LEADERSHIP))
    table, report = lines_of(client.get(path, {"year": 2024}))
    client.force_login(person(Role.CASEWORKER))
    whole, nothing = lines_of(client.get(path, {"year": 2024}))

    assert [line[0] for line in whole] == ["Autumn 2024/25", "Summer 2024/25"]
    assert nothing["Rows withheld"] == "0"
    assert nothing["Method"].startswith("Nothing is withheld")
    assert [report[name] for name in ("Rows shown", "Rows withheld", "Cells withheld")] == [
        str(len(table)), str(2 - len(table)), str(6 - 3 * len(table)),
    ]  # fmt: skip
    assert "Summer 2024/25 (Fewer than 10 children" in report["Which rows are withheld"]
    assert report["As at"] == "Counted up to 10 September 2025"


@pytest.mark.django_db
def test_a_monthly_total_of_three_is_read_by_nobody_and_reported(client, person):
    rows = [["1", "Tier 1", 3, 40, 40, True]]
    for slug in (PLANS, ON_TIME):
        factories.MonthlyTablesFactory(
            month=date(2024, 10, 1), measure=slug, total=[3, 40, 40],
            tables={"tier": {"is_read": False, "rows": rows}},
        )  # fmt: skip
    client.force_login(person(Role.LEADERSHIP))

    page = client.get(reverse("reporting:tables-month", args=[2024, 10])).content.decode()
    answer = client.get(reverse("reporting:tables-export", args=[2024, 10]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        tables, report = (
            list(csv.reader(io.StringIO(parts.read(name).decode("utf-8-sig"))))
            for name in ("tables.csv", "disclosure-report.csv")
        )

    assert page.count("3 of 40 in the borough") == 1  # the headline
    told = {line[0]: line[5:] for line in tables[1:]}
    assert told == {
        REGISTRY[PLANS].title: ["c", "c", "z"], REGISTRY[ON_TIME].title: ["3", "40", "z"],
    }  # fmt: skip
    of_borough = {line[0]: line[2:5] for line in report[1:] if line[1] == "Borough"}
    assert of_borough[REGISTRY[ON_TIME].title] == ["1", "0", ""]
    assert of_borough[REGISTRY[PLANS].title][:2] == ["0", "1"]
    assert of_borough[REGISTRY[PLANS].title][2].startswith(f"All ({SIDE}")
