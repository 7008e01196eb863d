"""Plans that cannot be, sent through their pages: a sentence beside the field, nothing lost."""

from datetime import date

import pytest

from placements.models import WeekPattern
from reintegration.models import Gate, Plan, Week
from tests import factories
from tests.pupils.test_record import boxes
from tests.reintegration.conftest import FIRST
from tests.reintegration.test_pages import six_weeks, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, lead):
    client.force_login(lead)
    return client


def test_a_half_term_that_is_over_is_no_target(signed_in, plan, calendar):
    """A page that was opened on the last day of a half term still offers it on the next."""
    sent = {"target": calendar[2023][0].pk, "reason": "He was ill for weeks."}

    page = signed_in.post(url("target", plan), sent)

    assert page.context["form"].errors == {
        "target": ["Choose this half term or a later one: the others are over"]
    }
    assert "He was ill for weeks.</textarea>" in page.content.decode()
    assert Plan.objects.get().target == plan.target


def plan_form(client, plan, **changes):
    form = client.get(url("change", plan)).context["form"]
    kept = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (kept | changes).items() if value is not None}


def test_a_school_outside_the_borough_is_named_in_words_and_is_no_second_one(signed_in, plan):
    there = "Elm High School, Surrey"
    both = plan_form(signed_in, plan, receiving_school=plan.receiving_school_id or "",
                     receiving_place=there)  # fmt: skip
    both["receiving_school"] = both["receiving_school"] or factories.SchoolFactory().pk

    page = signed_in.post(url("change", plan), both)
    signed_in.post(url("change", plan), both | {"receiving_school": ""})

    assert page.context["form"].errors == {
        "receiving_place": ["Choose a school of the list or name another place, not both."]
    }
    assert f'value="{there}"' in page.content.decode()
    found = Plan.objects.get()
    assert (found.receiving_school, found.receiving_place) == (None, there)


def test_a_school_that_nobody_knows_here_is_asked_for_again(signed_in, plan):
    sent = plan_form(signed_in, plan, receiving_school=999_999, goals="A whole week of lessons.")

    page = signed_in.post(url("change", plan), sent)

    assert page.context["form"].errors == {"receiving_school": ["Choose from the list"]}
    assert "A whole week of lessons.</textarea>" in page.content.decode()


def test_the_weeks_at_a_school_outside_the_borough_lie_on_the_councils_calendar(
    signed_in, ready, on
):
    Plan.objects.update(receiving_school=None, receiving_place="Elm High School, Surrey")

    answer = signed_in.post(url("begin", ready), six_weeks())

    assert answer["Location"] == ready.get_absolute_url()
    days = list(Week.objects.order_by("number").values_list("starts_on", flat=True))
    assert (days[0], days[4]) == (FIRST, date(2024, 11, 4))  # the half term is no week
    assert WeekPattern.objects.count() == 6
    assert "Elm High School, Surrey" in signed_in.get(answer["Location"]).content.decode()


def test_a_planning_meeting_before_the_placement_is_refused(signed_in, plan):
    """The placement began on 2 September 2024."""
    sent = {"who": "The SENCO", "words": "Two days a week.", **boxes("held_on", date(2024, 9, 1))}

    page = signed_in.post(url("gate", plan, "meeting"), sent)

    assert page.context["form"].errors == {
        "held_on": ["Enter a day from 2 September 2024, the first day of the placement, to today."]
    }
    assert "Two days a week.</textarea>" in page.content.decode()
    assert not Gate.objects.exists()


def test_the_first_week_before_the_planning_meeting_is_refused_and_keeps_the_boxes(
    signed_in, ready
):
    sent = six_weeks(goal_1="Meet the tutor") | boxes("starts_on", date(2024, 9, 4))

    page = signed_in.post(url("begin", ready), sent)

    [told] = page.context["form"].errors["starts_on"]
    assert told.startswith("The first week must not be before the planning meeting, which was on")
    assert 'value="Meet the tutor"' in page.content.decode()
    assert page.context["form"]["weekly_2"].value() == sent["weekly_2"]
    assert not Week.objects.exists()
