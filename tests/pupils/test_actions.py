"""Adding and changing a child's record."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.seen import state_of
from pupils import actions
from pupils.models import Contact, Pupil
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2024, 9, 2)


def refused(permission):
    return sorted(role for role in Role if permission not in GRANTS[role])


def test_a_pupil_is_added_with_a_roll_and_ranked_needs(school, school_staff):
    pupil = factories.PupilFactory.build(sen_provision="K")

    actions.add(pupil, school=school, on_roll_from=DAY, by=school_staff, needs=["SEMH", "ASD"])

    enrolment = pupil.enrolments.get()
    assert (enrolment.organisation, enrolment.starts_on, enrolment.status) == (school, DAY, "C")
    assert list(pupil.needs.values_list("rank", "need_type")) == [(1, "SEMH"), (2, "ASD")]
    assert Pupil.objects.as_user(school_staff).get() == pupil


def test_a_pupil_with_a_wrong_upn_is_not_added(school, school_staff):
    pupil = factories.PupilFactory.build(upn="A205110124001")

    with pytest.raises(ValidationError):
        actions.add(pupil, school=school, on_roll_from=DAY, by=school_staff)

    assert not Pupil.objects.exists()


def test_a_pupil_whose_roll_is_refused_is_not_added(school, school_staff):
    pupil = factories.PupilFactory.build(sen_provision="K")

    with pytest.raises(ValidationError):
        actions.add(pupil, school=school, on_roll_from=DAY, by=school_staff, needs=["X"])

    assert not Pupil.objects.exists()


@pytest.mark.parametrize("role", refused(Permission.PUPIL_ADD))
def test_nobody_else_adds_a_pupil(person, school, role):
    with pytest.raises(PermissionDenied):
        actions.add(
            factories.PupilFactory.build(), school=school, on_roll_from=DAY, by=person(role)
        )


@pytest.mark.parametrize("role", refused(Permission.PUPIL_CHANGE))
def test_nobody_else_changes_a_pupil(person, role):
    pupil = factories.PupilFactory()
    contact = factories.ContactFactory.build(pupil=None)

    for change in (
        lambda by: actions.change(pupil, seen=state_of(pupil), needs=[], by=by),
        lambda by: actions.add_contact(contact, pupil=pupil, by=by),
        lambda by: actions.record_plan(pupil, issued_on=DAY, reviewed_on=None, by=by),
    ):
        with pytest.raises(PermissionDenied):
            change(person(role))


def test_a_change_replaces_the_needs(caseworker):
    need = factories.NeedFactory(need_type="SEMH")

    actions.change(need.pupil, seen=state_of(need.pupil), needs=["ASD", "SEMH"], by=caseworker)

    assert [row.need_type for row in need.pupil.needs.all()] == ["ASD", "SEMH"]


def test_a_change_that_keeps_the_needs_leaves_their_rows_alone(caseworker):
    need = factories.NeedFactory(need_type="SEMH")

    actions.change(need.pupil, seen=state_of(need.pupil), needs=["SEMH", ""], by=caseworker)

    assert need.pupil.needs.get() == need


def test_a_pupil_without_special_needs_has_no_types_of_need(caseworker):
    need = factories.NeedFactory()
    seen = state_of(need.pupil)
    need.pupil.sen_provision = "N"

    actions.change(need.pupil, seen=seen, needs=["SEMH"], by=caseworker)

    assert not need.pupil.needs.exists()


def test_a_changed_name_is_found_by_the_search(caseworker):
    pupil = factories.PupilFactory(surname="Lee")
    pupil.refresh_from_db()
    seen = state_of(pupil)
    pupil.surname = "Núñez"

    actions.change(pupil, seen=seen, needs=[], by=caseworker)

    assert Pupil.objects.matching("nunez").get() == pupil


def test_a_second_roll_at_one_place_at_one_time_is_refused(caseworker):
    enrolment = factories.EnrolmentFactory()

    with pytest.raises(ValidationError, match="already enrolled there"):
        actions.enrol(
            enrolment.pupil,
            at=enrolment.organisation,
            status="C",
            starts_on=DAY,
            by=caseworker,
        )


@pytest.mark.parametrize(
    "role",
    sorted(
        role
        for role in Role
        if not GRANTS[role] & {Permission.PUPIL_ADD, Permission.PLACEMENT_ANSWER}
    ),
)
def test_nobody_else_puts_a_pupil_on_a_roll(person, school, role):
    with pytest.raises(PermissionDenied):
        actions.enrol(
            factories.PupilFactory(), at=school, status="C", starts_on=DAY, by=person(role)
        )


def test_a_contact_needs_a_way_to_be_reached(caseworker):
    pupil, contact = factories.PupilFactory(), Contact(name="Jo", relationship="Aunt")

    with pytest.raises(ValidationError, match="phone number or an e-mail"):
        actions.add_contact(contact, pupil=pupil, by=caseworker)

    contact.phone = "1"
    actions.add_contact(contact, pupil=pupil, by=caseworker)
    assert pupil.contacts.get().name == "Jo"


def test_a_plan_in_force_sets_the_provision(caseworker):
    pupil = factories.PupilFactory(sen_provision="K")

    actions.record_plan(pupil, issued_on=DAY, reviewed_on=None, by=caseworker)

    pupil.refresh_from_db()
    assert pupil.sen_provision == "E"


def test_a_second_plan_in_force_is_refused(caseworker):
    plan = factories.EhcPlanFactory()

    with pytest.raises(ValidationError, match="already has a plan"):
        actions.record_plan(plan.pupil, issued_on=DAY, reviewed_on=None, by=caseworker)
