"""A change of an objective: the provider proposes it, the council answers, both versions stay."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import OutboxMessage
from accounts.permissions import Permission, Role
from accounts.workflow import WrongStatus
from placements import actions
from placements.models import Entry, Objective, ObjectiveChange
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db
OTHER = {"words": "Comes four mornings", "measure": "Six weeks", "reason": "Hospital on Mondays."}


@pytest.fixture
def objective(provider, school):
    placement = factories.PlacementFactory(provider=provider, home_school=school)
    factories.EnrolmentFactory(pupil=placement.pupil, organisation=school)
    return factories.ObjectiveFactory(placement=placement)


@pytest.fixture
def staff(person, provider):
    return person(Role.PROVIDER_STAFF, provider)


@pytest.fixture
def change(objective, staff):
    return actions.propose_change(objective, by=staff, **OTHER)


def page_of(client, objective):
    path = reverse("placements:detail", args=[objective.placement.uid])
    return client.get(path).content.decode()


def test_what_is_agreed_holds_until_the_council_answers(objective, change, caseworker):
    objective.refresh_from_db()
    assert objective.words == "Comes every morning"

    actions.answer_change(change, is_agreed=True, answer="", by=caseworker)

    objective.refresh_from_db()
    change.refresh_from_db()
    assert (objective.words, objective.measure) == ("Comes four mornings", "Six weeks")
    assert (change.words_before, change.measure_before) == ("Comes every morning", "The register")
    assert (change.is_agreed, change.answered_by) == (True, caseworker)


def test_a_change_that_is_not_agreed_leaves_the_objective_and_says_why(
    objective, change, caseworker
):
    with pytest.raises(ValidationError, match="Say why the change is not agreed"):
        actions.answer_change(change, is_agreed=False, answer="", by=caseworker)

    actions.answer_change(change, is_agreed=False, answer="Too early.", by=caseworker)

    objective.refresh_from_db()
    assert objective.words == "Comes every morning"
    told = Entry.objects.get(kind="change refused")
    assert told.words == "Comes four mornings. How we will know: Six weeks. Too early."


def test_the_officer_is_told_of_a_proposal_and_the_provider_of_the_answer(change, caseworker):
    actions.answer_change(change, is_agreed=True, answer="", by=caseworker)

    posted = OutboxMessage.objects.filter(kind="placement.changed").order_by("pk")
    told = [row.payload["told"] for row in posted]
    assert told == ["change proposed", "change agreed"]


def test_one_change_of_an_objective_waits_at_a_time(objective, change, staff, caseworker):
    with pytest.raises(ValidationError, match="waits for the council's answer already"):
        actions.propose_change(objective, by=staff, **OTHER | {"words": "Comes at all"})

    actions.answer_change(change, is_agreed=False, answer="Too early.", by=caseworker)
    actions.propose_change(objective, by=staff, **OTHER)

    assert ObjectiveChange.objects.count() == 2


def test_what_changes_nothing_is_no_change(objective, staff):
    same = {"words": objective.words, "measure": objective.measure, "reason": "So."}

    with pytest.raises(ValidationError, match="This is what is agreed already"):
        actions.propose_change(objective, by=staff, **same)


@pytest.mark.parametrize("role", [Role.PROVIDER_STAFF, Role.PROVIDER_LEAD, Role.SCHOOL_LEAD])
def test_nobody_but_the_council_answers(change, person, role):
    by = person(role)

    assert not by.can(Permission.PLACEMENT_OPEN)
    with pytest.raises(PermissionDenied):
        actions.answer_change(change, is_agreed=True, answer="", by=by)


def test_a_school_proposes_none_and_another_provider_finds_none(
    client, objective, person, school, other_provider
):
    path = reverse("placements:objective-change", args=[objective.pk])
    for by, status in (
        (person(Role.SCHOOL_LEAD, school), 403),
        (person(Role.PROVIDER_STAFF, other_provider), 404),
    ):
        client.force_login(by)
        assert client.get(path).status_code == status
        with pytest.raises((PermissionDenied, Objective.DoesNotExist,
                            type(objective.placement).DoesNotExist)):  # fmt: skip
            actions.propose_change(objective, by=by, **OTHER)


def test_a_placement_that_is_over_keeps_its_objectives(objective, change, staff, caseworker):
    placement = objective.placement
    type(placement).objects.filter(pk=placement.pk).update(
        status="ended", ends_on=localdate(), end_reason="Back.", destination="home school"
    )

    for act in (
        lambda: actions.propose_change(objective, by=staff, **OTHER),
        lambda: actions.answer_change(change, is_agreed=True, answer="", by=caseworker),
    ):
        with pytest.raises(WrongStatus, match="ended already"):
            act()


def test_the_provider_proposes_and_the_officer_answers_on_pages(
    client, objective, staff, caseworker
):
    client.force_login(staff)
    path = reverse("placements:objective-change", args=[objective.pk])
    assert path in page_of(client, objective)
    empty = client.post(path, {"words": "", "measure": "", "reason": ""}).context["form"].errors
    client.post(path, OTHER)
    change = ObjectiveChange.objects.get()
    text = page_of(client, objective)
    answer = reverse("placements:objective-answer", args=[change.pk])
    assert set(empty) == {"words", "measure", "reason"}
    assert "Comes four mornings. How we will know: Six weeks" in text
    assert "It waits for the council's answer" in text
    assert answer not in text
    assert client.get(answer).status_code == 403

    client.force_login(caseworker)
    assert answer in page_of(client, objective)
    asked = client.get(answer).content.decode()
    assert "Comes every morning. How we will know: The register" in asked
    assert "Hospital on Mondays." in asked
    refused = client.post(answer, {"decision": "no", "answer": ""})
    assert refused.context["form"].errors["answer"] == ["Say why the change is not agreed"]
    client.post(answer, {"decision": "yes", "answer": ""})
    again = client.post(answer, {"decision": "no", "answer": "No."}).content.decode()

    text = page_of(client, objective)
    assert f"{caseworker} answered this change already" in again
    assert f"Until {localdate().day} " in text
    assert "Comes every morning. How we will know: The register" in text
    assert f"Proposed by {staff}, agreed by {caseworker}" in text


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(objective, staff, caseworker, manager):
    change = actions.propose_change(objective, by=staff, **OTHER)

    found = at_once(
        [
            lambda by=by: actions.answer_change(change, is_agreed=True, answer="", by=by)
            for by in (caseworker, manager)
        ]
    )

    assert [type(row) for row in found if isinstance(row, Exception)] == [WrongStatus]
    assert Entry.objects.filter(kind="change agreed").count() == 1
