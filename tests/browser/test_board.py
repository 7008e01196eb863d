"""The head of service before the board: a figure, whom it is of, a pack, and what changed since."""

from datetime import date
from itertools import pairwise

import pytest

from accounts.permissions import Role
from reporting import actions
from tests import factories
from tests.browser.test_journey import press, press_link

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLUG = "attendance-ap"
COLUMNS = "main table a[href*='/pupils/']"


@pytest.fixture
def last_year(world):
    """Ten children with 8 of 10 sessions attended each, and one boy with 0 of 10."""
    year = world.half_term.year - 1
    edges = [date(year, 9, 1), date(year, 10, 25), date(year, 12, 20), date(year + 1, 2, 14),
             date(year + 1, 4, 1), date(year + 1, 5, 25), date(year + 1, 7, 20)]  # fmt: skip
    for number, (start, end) in enumerate(pairwise(edges), start=1):
        factories.HalfTermFactory(year=year, number=number, starts_on=start, ends_on=end)
    monday = date(year, 9, 21 - date(year, 9, 14).weekday())
    found = [
        factories.PlacementFactory(
            pupil=factories.PupilFactory(sex=sex), provider=world.own.provider,
            starts_on=date(year, 9, 2), ends_on=date(year + 1, 6, 1), status="ended",
        )
        for sex in "F" * 10 + "M"
    ]  # fmt: skip
    for row in found:
        codes = "////////NN" if row.pupil.sex == "F" else "N" * 10
        factories.write_marks(row, codes, first_day=monday)
    actions.compute()
    return year, found


def test_a_fall_is_explained_and_a_frozen_pack_stays(world, page_of, last_year):
    year, placements = last_year
    head = page_of(world.people[Role.MANAGER])
    head.goto("/reporting/")
    head.select_option("[name=year]", str(year))
    head.select_option("[name=part]", "year")
    with head.expect_navigation():
        head.click("main button:text-is('Show')")
    assert "80 of 110 possible sessions, of 11 children" in head.inner_text("main")

    # From the figure to the children behind it: three presses.
    head.click("summary:has-text('Keep the figures to a group')")
    head.select_option("[name=sex]", "M")
    press(head, "Show this group")
    assert "0 of 10 possible sessions, of 1 child" in head.inner_text("main")
    head.click(f"main a[href^='/reporting/measures/{SLUG}/']:has-text('How is this worked out')")
    head.wait_for_url(f"**/measures/{SLUG}/**")
    press_link(head, "The children behind this figure")
    assert head.locator(COLUMNS).all_inner_texts() == [
        f"{placements[-1].pupil.surname}, {placements[-1].pupil.forename}"
    ]
    colleague = page_of(world.people[Role.CASEWORKER])
    colleague.goto(head.url)
    assert colleague.locator(COLUMNS).count() == 1, "the address holds what was asked"

    head.goto("/reporting/packs/new/")
    head.fill("[name=title]", "Partnership Board")
    head.select_option("[name=year]", str(year))
    head.select_option("[name=coverage]", "year")
    head.check(f"[name=measures][value={SLUG}]")
    press(head, "Save the pack")
    press_link(head, "Partnership Board")
    press_link(head, "Freeze the pack")
    press(head, "Freeze")
    pack = head.url
    assert "72.7%" in head.inner_text("main")

    mark = placements[-1].marks.earliest("date", "session")
    factories.MarkAmendmentFactory(
        mark=mark, original="N", amended="/", by=world.people[Role.MANAGER]
    )
    mark.code_id = "/"
    mark.save(update_fields=["code_id"])
    actions.compute()

    head.reload()
    told = head.inner_text("main")
    assert "72.7%" in told
    assert "Now 73.6%: 81 of 110" in told
    press_link(head, "What changed")
    assert "1 mark of its period was corrected since, and 0 made" in head.inner_text("main")
    assert str(placements[-1].pupil) in head.inner_text("main")

    leader = page_of(world.people[Role.LEADERSHIP], width=360)
    leader.goto(pack)
    assert "72.7%" in leader.inner_text("main")
    assert placements[-1].pupil.surname not in leader.content()
