"""What nobody meant to ask: a period without a school day, and a group of three children."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.permissions import Role
from pupils.models.codes import Sex
from reporting import actions
from tests import factories

pytestmark = [pytest.mark.django_db]

MONDAY = date(2024, 9, 16)
SLUG = "attendance-ap"


def shown(client, slug, **asked):
    page = client.get(reverse("reporting:measure", args=[slug]), {"year": 2024, **asked})
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize("slug", [SLUG, "registers-complete", "cost-per-attended-session"])
def test_a_period_with_no_school_days_has_no_rate_and_says_so(client, person, calendar, slug):
    first, second = calendar[2024][:2]
    factories.ClosureFactory(
        organisation=None, starts_on=first.starts_on, ends_on=first.ends_on
    )  # fmt: skip
    placement = factories.PlacementFactory(starts_on=first.starts_on)
    factories.MarkFactory(placement=placement, date=second.starts_on)
    client.force_login(person(Role.MANAGER))

    closed, opened = shown(client, slug, part="1"), shown(client, slug, part="2")

    assert "No data: nothing stands below the line." in closed
    assert "app-figure__value" not in closed
    if slug == SLUG:
        assert "100.0%" in opened


@pytest.mark.usefixtures("calendar")
def test_a_filter_that_leaves_three_children_tells_leadership_nothing_of_them(client, person):
    for number in range(12):
        sex = Sex.FEMALE if number < 3 else Sex.MALE
        placement = factories.PlacementFactory(pupil=factories.PupilFactory(sex=sex))
        factories.write_marks(placement, "//" if number < 3 else "NN", first_day=MONDAY)
    actions.compute()
    asked = {"part": "year", "sex": Sex.FEMALE.value}

    client.force_login(person(Role.MANAGER))
    ours = shown(client, SLUG, **asked)
    client.force_login(person(Role.LEADERSHIP))
    theirs = shown(client, SLUG, **asked)

    assert "100.0%" in ours
    assert "6 of 6" in ours
    assert "25.0%" in theirs  # the whole borough's, as without the filter
    assert "6 of 24" in theirs
    assert "100.0%" not in theirs


@pytest.mark.usefixtures("calendar")
def test_a_borough_of_three_children_is_withheld_from_who_may_not_see_them(client, person):
    for _ in range(3):
        factories.write_marks(factories.PlacementFactory(), "//NN", first_day=MONDAY)
    actions.compute()

    client.force_login(person(Role.LEADERSHIP))
    theirs = shown(client, SLUG, part="year")
    client.force_login(person(Role.MANAGER))
    ours = shown(client, SLUG, part="year")

    assert "Fewer than 10 children are behind this figure, so it is not shown." in theirs
    assert "6 of 12" in ours
    assert "6 of 12" not in theirs
