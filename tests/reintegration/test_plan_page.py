"""The page of a plan: earlier attempts stay readable, and progress stands beside the baseline."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from reintegration import actions
from tests import factories
from tests.factories import returns
from tests.reintegration.conftest import FIRST, WEEKS

pytestmark = pytest.mark.django_db


def page_of(client, plan):
    return client.get(plan.get_absolute_url()).content.decode()


# --- earlier attempts ---


@pytest.fixture
def again(begun, on, caseworker):
    """Return a plan whose second return runs, after the first was reviewed and stopped."""
    on(FIRST)
    details = {"judgement": "worries", "note": "Much noise at lunch.", "by": caseworker}
    actions.review_week(begun, number=1, **details)
    actions.stop(begun, reason="Too early for lunch in the hall.", by=caseworker)
    begun.refresh_from_db()
    for kind in ("progress", "conversation", "meeting"):
        returns.GateFactory(plan=begun, kind=kind, words="Second time.")
    return begun


def test_what_came_before_stays_on_the_page_when_a_second_return_begins(client, again, caseworker):
    client.force_login(caseworker)
    prepared = page_of(client, again)
    later = FIRST + timedelta(weeks=5)
    actions.begin(again, starts_on=later, weeks=WEEKS, by=caseworker)
    page = page_of(client, again)

    assert prepared.count("Much noise at lunch.") == 1  # on its card, and not twice
    assert prepared.count("Too early for lunch in the hall.") == 1
    for text in (prepared, page):
        assert text.count("Earlier attempt: return 1") == 1
        assert "Begin with mornings." in text
    assert page.count("Much noise at lunch.") == 1
    assert page.count("Too early for lunch in the hall.") == 1
    assert "30 September to 4 October 2024" in page


def test_a_first_return_has_no_earlier_attempt(client, begun, caseworker):
    client.force_login(caseworker)

    assert "Earlier attempt" not in page_of(client, begun)


# --- progress ---


@pytest.fixture
def scores(plan):
    """Return a progress gate with a baseline of 7 and a later score of 4, where lower is better."""

    def scores(informant="teacher"):
        scale = factories.ScaleFactory(name="Conduct", direction="lower")
        rows = []
        for held_on, value in ((date(2024, 9, 4), 7), (date(2024, 10, 4), 4)):
            row = factories.AssessmentFactory(
                pupil=plan.pupil,
                instrument=scale.instrument,
                informant=informant,
                held_on=held_on,
            )
            factories.ScoreFactory(assessment=row, scale=scale, value=value)
            rows.append(row)
        return returns.GateFactory(
            plan=plan, kind="progress", baseline=rows[0], later=rows[1], no_scores="",
            words="Calmer in class.",
        )  # fmt: skip

    return scores


CELLS = ">Conduct</th>", ">7</td>", ">4</td>", ">3 lower: better</td>"


def test_scores_stand_side_by_side_with_the_change(client, plan, scores, lead):
    scores()
    client.force_login(lead)

    page = page_of(client, plan)

    assert [cell in page for cell in CELLS] == [True] * 4


def test_the_receiving_school_countersigns_the_progress(client, plan, scores, lead, caseworker):
    scores()
    version = actions.send(plan, to="head@school.example", by=lead)

    page = client.get(reverse("reintegration:version", args=[version.token])).content.decode()

    assert [cell in page for cell in CELLS] == [True] * 4
    assert "Calmer in class." in page
    assert version.content["progress"]["days"] == ["4 September 2024", "4 October 2024"]


def test_what_parents_answered_is_for_who_asked_them_and_goes_to_no_other_school(
    client, plan, scores, lead, caseworker
):
    scores("parent")
    version = actions.send(plan, to="head@school.example", by=lead)
    address = reverse("reintegration:version", args=[version.token])

    assert "Conduct" not in client.get(address).content.decode()
    client.force_login(lead)
    assert "Conduct" not in page_of(client, plan)
    client.force_login(caseworker)
    assert "Conduct" in page_of(client, plan)


def test_assessments_that_were_taken_back_show_no_scores(client, plan, scores, lead):
    gate = scores()
    type(gate.later).objects.filter(pk=gate.later.pk).update(removed_at=gate.recorded_at)
    client.force_login(lead)

    assert "Conduct" not in page_of(client, plan)


def test_a_version_without_scores_says_why(client, plan, lead):
    returns.GateFactory(plan=plan, kind="progress", no_scores="The test is booked.")
    version = actions.send(plan, to="head@school.example", by=lead)

    page = client.get(reverse("reintegration:version", args=[version.token])).content.decode()

    assert "No scores to compare: The test is booked." in page
    assert version.content["progress"].get("scores") is None
