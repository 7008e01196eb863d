"""A school that does not agree with a return says so itself, and the panel is asked."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from reintegration import actions
from reintegration.models import CaseKind, PanelCase, Plan
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = "The class is full, and nobody can teach in small groups."


@pytest.fixture
def own(plan, school):
    factories.EnrolmentFactory(pupil=plan.pupil, organisation=school)
    return plan


@pytest.fixture
def teacher(person):
    return person(Role.SCHOOL_STAFF)


def test_the_panel_is_asked_in_the_words_of_the_school(own, teacher):
    case = actions.disagree(own, words=WORDS, by=teacher)

    assert (case.kind, case.plan, case.pupil) == (CaseKind.MODERATION, own, own.pupil)
    assert (case.school_words, case.put_by, case.status) == (WORDS, teacher, "waiting")
    assert case.placement == own.placement


def test_words_are_added_to_a_case_that_waits_and_replace_none(own, teacher):
    waiting = factories.PanelCaseFactory(moderated=True, plan=own, why="It stalls.")

    actions.disagree(own, words=WORDS, by=teacher)

    case = PanelCase.objects.get()
    assert (case, case.why, case.school_words) == (waiting, "It stalls.", WORDS)
    with pytest.raises(ValidationError, match="has words of the school already"):
        actions.disagree(own, words="Other words.", by=teacher)
    case.refresh_from_db()
    assert case.school_words == WORDS


def test_the_receiving_school_of_an_open_plan_says_it_too(plan, person, other_school):
    head = person(Role.SCHOOL_LEAD, other_school)
    with pytest.raises(Plan.DoesNotExist):
        actions.disagree(plan, words=WORDS, by=head)
    Plan.objects.filter(pk=plan.pk).update(receiving_school=other_school)

    assert actions.disagree(plan, words=WORDS, by=head).put_by == head


def test_a_closed_plan_is_not_put_forward(own, teacher, caseworker):
    actions.close(own, outcome="not back", words="Stays.", by=caseworker)

    with pytest.raises(WrongStatus, match="closed"):
        actions.disagree(own, words=WORDS, by=teacher)
    assert not PanelCase.objects.exists()


@pytest.mark.parametrize("role", [r for r in Role if Permission.PLAN_DISAGREE not in GRANTS[r]])
def test_nobody_else_speaks_for_the_school(own, person, role):
    with pytest.raises(PermissionDenied):
        actions.disagree(own, words=WORDS, by=person(role))


def test_a_school_puts_no_other_case_forward(own, teacher):
    with pytest.raises(PermissionDenied):
        actions.put_forward(PanelCase(pupil=own.pupil), by=teacher)


def test_it_is_said_from_the_page_of_the_plan(client, own, teacher, caseworker):
    client.force_login(teacher)
    address = reverse("reintegration:disagree", args=[own.uid])
    assert address in client.get(own.get_absolute_url()).content.decode()

    empty = client.post(address, {"words": " "})
    sent = client.post(address, {"words": WORDS}, follow=True)

    assert empty.context["form"].errors["words"] == ["Say why your school does not agree"]
    assert "The Fair Access Panel is asked." in sent.content.decode()
    assert PanelCase.objects.get().school_words == WORDS
    client.force_login(caseworker)
    assert address not in client.get(own.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 403


def test_a_stranger_finds_no_plan(client, own, person, other_school):
    client.force_login(person(Role.SCHOOL_STAFF, other_school))

    answer = client.post(reverse("reintegration:disagree", args=[own.uid]), {"words": WORDS})

    assert answer.status_code == 404
    assert not PanelCase.objects.exists()
