"""Pages of the weeks of return: the sessions at the provider, chosen and told."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from placements.models import Placement
from reintegration import actions
from reintegration.models import Week
from tests import factories
from tests.reintegration.conftest import FIRST
from tests.reintegration.test_at_provider import MON, MONDAYS, WED, asked
from tests.reintegration.test_pages import six_weeks

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, lead):
    client.force_login(lead)
    return client


def test_the_sessions_of_a_week_are_ticked_on_a_page(signed_in, begun, monkeypatch):
    monkeypatch.setattr("reporting.views.way_back.localdate", lambda: FIRST)
    address = reverse("reintegration:week-sessions", args=[begun.uid, 2])
    plan_page = signed_in.get(begun.get_absolute_url()).content.decode()
    form = signed_in.get(address).context["form"]

    answer = signed_in.post(address, {"weekly": ["0", "1"]})

    assert address in plan_page
    assert "at the provider: Wednesday, Thursday, Friday</p>" in plan_page
    assert form["weekly"].value() == ["4", "5", "6", "7", "8", "9"]
    assert answer["Location"] == begun.get_absolute_url()
    assert Week.objects.get(number=2).at_provider == MON
    family = signed_in.get(reverse("reintegration:family", args=[begun.uid]))
    assert "2 half days: Monday" in family.content.decode()


def test_the_sessions_at_the_provider_are_agreed_where_the_return_begins(signed_in, ready, on):
    """The first sessions of each week are ticked; offered were the last ones of the placement."""
    Placement.objects.filter(pk=ready.placement_id).update(sessions=MON | WED)
    address = reverse("reintegration:begin", args=[ready.uid])
    form = signed_in.get(address).context["form"]

    answer = signed_in.post(address, six_weeks(weekly_1=["0", "5"], weekly_2=["1"]))

    assert [bit for bit, _ in form.fields["weekly_1"].choices] == ["0", "1", "4", "5"]
    assert form["weekly_4"].value() == ["4", "5"]
    assert "weekly_3" in answer.context["form"].errors  # a Tuesday, which the placement has not
    none = {f"weekly_{number}": [] for number in range(3, 7)}
    signed_in.post(address, six_weeks(weekly_1=["0", "5"], weekly_2=["1"], **none))
    rows = Week.objects.order_by("number").values_list("at_provider", "ap_sessions")
    assert list(rows) == [(0b100001, 2), (0b10, 1), (0, 0), (0, 0), (0, 0), (0, 0)]
    assert [asked(ready, monday) for monday in MONDAYS[:3]] == [0b100001, 0b10, 0]


def test_a_week_more_has_boxes_too(signed_in, begun):
    address = reverse("reintegration:week-add", args=[begun.uid])
    sent = {"school_sessions": "9", "weekly": ["8", "9"], "goal": "", "reason": "Not sure yet."}

    page = signed_in.post(address, sent).content.decode()
    signed_in.post(address, sent | {"weekly": ["9"]})

    assert "Together that is 11 sessions" in page
    assert Week.objects.get(number=7).sessions_words == "Friday afternoon"


def test_too_many_sessions_are_said_beside_the_boxes(signed_in, begun):
    address = reverse("reintegration:week-sessions", args=[begun.uid, 4])

    page = signed_in.post(address, {"weekly": [str(bit) for bit in range(10)]})

    assert page.context["form"].errors["weekly"] == [
        "Choose 2 sessions at most: 8 are at the school."
    ]


@pytest.mark.parametrize("role", [Role.PROVIDER_STAFF, Role.SCHOOL_STAFF])
def test_provider_and_school_see_that_it_is_a_week_of_return(
    client, person, begun, monkeypatch, role
):
    for module in ("reporting.views.pupil", "placements.views.following"):
        monkeypatch.setattr(f"{module}.localdate", lambda: MONDAYS[1])
    factories.EnrolmentFactory(pupil=begun.pupil, organisation=begun.receiving_school)
    client.force_login(person(role))

    child = client.get(reverse("reporting:pupil", args=[begun.pupil.uid])).content.decode()
    placement = client.get(reverse("placements:detail", args=[begun.placement.uid]))

    said = "Week 2 of 6 of the return: here on Wednesday, Thursday, Friday"
    assert said in child
    assert f"7 October 2024 to 11 October 2024. {said}" in placement.content.decode()
    assert "Week 1 of 6" not in placement.content.decode()
    assert "Week 5 of 6 of the return: not here" in placement.content.decode()


def test_another_provider_of_the_child_is_not_told_of_the_week(
    client, person, begun, other_provider, monkeypatch
):
    monkeypatch.setattr("reporting.views.pupil.localdate", lambda: MONDAYS[1])
    factories.PlacementFactory(pupil=begun.pupil, provider=other_provider)
    client.force_login(person(Role.PROVIDER_STAFF, other_provider))

    page = client.get(reverse("reporting:pupil", args=[begun.pupil.uid]))

    assert page.status_code == 200
    assert "of the return" not in page.content.decode()


def test_the_page_of_another_week_says_nothing_of_it(client, lead, begun):
    client.force_login(lead)

    page = client.get(reverse("reporting:pupil", args=[begun.pupil.uid])).content.decode()

    assert "This week" not in page


def test_the_receiving_school_is_told_the_days_with_the_version(begun, lead):
    version = actions.send(begun, to="head@school.example", by=lead)

    assert version.content["weeks"][1]["at_provider"] == "Wednesday, Thursday, Friday"
