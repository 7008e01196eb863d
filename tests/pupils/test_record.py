"""Rolls, plans, care, ethnicity: begun and ended, on the pages of a child's record."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.seen import state_of
from pupils import actions
from pupils.models import CareStatus, EhcPlan, Enrolment, Pupil
from tests import factories

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
START = date(2024, 9, 2)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def signed_in(client, caseworker):
    client.force_login(caseworker)
    return client


def roll(place, status="C", starts_on=START):
    return Enrolment(organisation=place, status=status, starts_on=starts_on)


@pytest.mark.parametrize("role", [r for r in Role if Permission.PUPIL_CHANGE not in GRANTS[r]])
def test_nobody_else_changes_rolls_plans_or_care(person, pupil, other_school, role):
    care, plan = factories.CareStatusFactory(pupil=pupil), factories.EhcPlanFactory(pupil=pupil)
    by = person(role)
    for change in (
        lambda: actions.move(pupil, enrolment=roll(other_school), by=by),
        lambda: actions.end_enrolment(pupil.enrolments.get(), last_day=START, by=by),
        lambda: actions.end_plan(plan.pupil, ceased_on=START, sen_provision="K", by=by),
        lambda: actions.add_care(pupil, care=CareStatus(kind="child in need"), by=by),
        lambda: actions.end_care(care, last_day=START, by=by),
    ):
        with pytest.raises(PermissionDenied):
            change()


@pytest.mark.parametrize("status", ["C", "M"])
def test_another_main_roll_ends_the_one_before_with_the_day_before(
    caseworker, pupil, school, other_school, status
):
    actions.move(pupil, enrolment=roll(other_school, status), by=caseworker)

    old = pupil.enrolments.get(organisation=school)
    assert (old.ends_on, old.last_day) == (START, START - DAY)
    new = pupil.enrolments.get(organisation=other_school)
    assert (new.status, new.starts_on, new.ends_on) == (status, START, None)


def test_a_subsidiary_roll_ends_nothing(caseworker, pupil, school, other_school):
    actions.move(pupil, enrolment=roll(other_school, "S"), by=caseworker)

    assert pupil.enrolments.get(organisation=school).ends_on is None


def test_single_registration_becomes_main_at_the_same_school(caseworker, pupil, school):
    actions.move(pupil, enrolment=roll(school, "M"), by=caseworker)

    assert list(pupil.enrolments.values_list("status", "ends_on")) == [("M", None), ("C", START)]


@pytest.mark.parametrize(
    ("place", "changes", "field"),
    [
        ("school", {}, "organisation"),
        ("other_school", {"starts_on": factories.LONG_AGO}, "starts_on"),
        ("provider", {"status": "S"}, "status"),
    ],
)
def test_a_roll_that_cannot_be_is_refused_and_nothing_ends(
    request, caseworker, place, changes, field
):
    pupil, row = request.getfixturevalue("pupil"), roll(request.getfixturevalue(place), **changes)

    with pytest.raises(ValidationError) as refused:
        actions.move(pupil, enrolment=row, by=caseworker)

    assert list(refused.value.message_dict) == [field]
    assert pupil.enrolments.get().ends_on is None


@pytest.mark.parametrize(
    ("status", "kind", "can_end"),
    [("C", "school", True), ("S", "school", True), ("C", "provider", True),
     ("S", "provider", False), ("O", "provider", False), ("T", "school", False)],
)  # fmt: skip
def test_a_roll_that_follows_a_placement_ends_with_it_only(caseworker, status, kind, can_end):
    row = factories.EnrolmentFactory(organisation__kind=kind, status=status)

    assert row.can_end == can_end
    if can_end:
        actions.end_enrolment(row, last_day=START, by=caseworker)
        row.refresh_from_db()
        assert (row.last_day, row.can_end) == (START, False)
    else:
        with pytest.raises(Enrolment.DoesNotExist):
            actions.end_enrolment(row, last_day=START, by=caseworker)


def test_neither_a_roll_nor_care_ends_before_it_began(caseworker, pupil):
    care = factories.CareStatusFactory(pupil=pupil)
    for end in (
        lambda: actions.end_enrolment(
            pupil.enrolments.get(), last_day=factories.LONG_AGO - DAY, by=caseworker
        ),
        lambda: actions.end_care(care, last_day=care.starts_on - DAY, by=caseworker),
    ):
        with pytest.raises(ValidationError) as refused:
            end()
        assert "must not be before" in refused.value.message_dict["last_day"][0]


@pytest.mark.parametrize(("provision", "needs"), [("K", ["SEMH"]), ("N", [])])
def test_a_plan_ends_with_the_provision_that_follows(caseworker, provision, needs):
    plan = factories.EhcPlanFactory()
    factories.NeedFactory(pupil=plan.pupil)

    actions.end_plan(plan.pupil, ceased_on=START, sen_provision=provision, by=caseworker)

    pupil = Pupil.objects.get(pk=plan.pupil_id)
    assert pupil.sen_provision == provision
    assert [need.need_type for need in pupil.needs.all()] == needs
    assert pupil.ehc_plans.get().ceased_on == START
    with pytest.raises(EhcPlan.DoesNotExist):
        actions.end_plan(pupil, ceased_on=START, sen_provision="K", by=caseworker)


@pytest.mark.parametrize(
    ("ceased_on", "provision", "field"),
    [
        (localdate() + DAY, "K", "ceased_on"),
        (date(2020, 1, 1), "K", "ceased_on"),
        (START, "E", "sen_provision"),
    ],
)
def test_a_plan_that_cannot_end_so_stays(caseworker, ceased_on, provision, field):
    plan = factories.EhcPlanFactory()

    with pytest.raises(ValidationError) as refused:
        actions.end_plan(plan.pupil, ceased_on=ceased_on, sen_provision=provision, by=caseworker)

    said = {error.code for error in refused.value.error_dict.get("__all__", [])}
    assert field in said | set(refused.value.error_dict)
    assert EhcPlan.objects.get().ceased_on is None
    assert Pupil.objects.get().sen_provision == "E"


def test_a_pupil_is_put_on_another_roll_and_taken_off_on_the_pages(
    signed_in, pupil, other_school, provider
):
    path = reverse("pupils:roll-add", args=[pupil.uid])
    form = signed_in.get(path).context["form"]
    assert [place.name for place in form.fields["organisation"].queryset] == [
        "Ash School",
        "Beech School",
    ]
    assert not form.initial
    sent = {"organisation": other_school.pk, "status": "C",
            **boxes("starts_on", factories.LONG_AGO)}  # fmt: skip
    wrong = signed_in.post(path, sent)
    assert "Choose a later day" in wrong.context["form"].errors["starts_on"][0]

    signed_in.post(path, sent | boxes("starts_on", START))

    new = pupil.enrolments.get(organisation=other_school)
    page = signed_in.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()
    assert "last day 1 September 2024" in page
    assert page.count("the time on the roll of") == 1
    path = reverse("pupils:roll-end", args=[pupil.uid, new.pk])
    last = boxes("last_day", localdate() - DAY)
    assert "left_because" in signed_in.post(path, last).context["form"].errors
    signed_in.post(path, last | {"left_because": "not known"})
    assert signed_in.get(path).status_code == 404
    leavers = reverse("pupils:leavers")
    listed = signed_in.get(leavers).content.decode()
    assert "Left the roll of Beech School" in listed
    assert "recorded as not known" in listed
    path = reverse("pupils:roll-destination", args=[pupil.uid, new.pk])
    signed_in.post(path, {"left_because": "left england", "left_for": "Cardiff"})
    assert "Beech School" not in signed_in.get(leavers).content.decode()
    page = signed_in.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()
    assert page.count("Moved out of England: Cardiff") == 2  # at the roll and in the chronology


def test_care_is_added_and_ended_on_the_pages(signed_in, pupil):
    path = reverse("pupils:care-add", args=[pupil.uid])
    sent = {"kind": "looked after", **boxes("starts_on", START), "responsible_authority": "205"}
    for change, field in (
        ({"kind": ""}, "kind"),
        ({"responsible_authority": "LBHF"}, "responsible_authority"),
        (boxes("starts_on", localdate() + DAY), "starts_on"),
        (boxes("last_day", START - DAY), "last_day"),
    ):
        assert field in signed_in.post(path, sent | change).context["form"].errors

    signed_in.post(path, sent)
    again = signed_in.post(path, sent)
    assert "already has this care status" in again.context["form"].errors["kind"][0]

    care = pupil.care.get()
    path = reverse("pupils:care-end", args=[pupil.uid, care.pk])
    other = factories.PupilFactory()
    assert signed_in.get(reverse("pupils:care-end", args=[other.uid, care.pk])).status_code == 404
    signed_in.post(path, boxes("last_day", localdate() - DAY))
    care.refresh_from_db()
    assert care.is_over
    assert signed_in.get(path).status_code == 404


def test_a_plan_is_ended_on_its_page(signed_in, pupil):
    path = reverse("pupils:plan-end", args=[pupil.uid])
    assert signed_in.get(path).status_code == 404
    factories.EhcPlanFactory(pupil=pupil)
    sent = boxes("ceased_on", date(2020, 1, 1))
    assert "sen_provision" in signed_in.post(path, sent).context["form"].errors
    early = signed_in.post(path, sent | {"sen_provision": "N"})
    assert "ceases after" in early.context["form"].errors["ceased_on"][0]

    signed_in.post(path, {**boxes("ceased_on", START), "sen_provision": "N"})

    page = signed_in.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()
    assert "ceased 2 September 2024" in page
    assert "No special educational need" in page


@pytest.mark.parametrize("kept", ["", "WENG"])
def test_ethnicity_and_what_staff_need_to_know_are_changed_and_a_finer_code_is_kept(
    signed_in, pupil, school_staff, kept
):
    Pupil.objects.filter(pk=pupil.pk).update(ethnicity=kept)
    path = reverse("pupils:change", args=[pupil.uid])
    choices = [
        value for value, _ in signed_in.get(path).context["form"].fields["ethnicity"].choices
    ]
    assert (kept in choices, len(choices)) == (True, 22 if kept else 21)
    born = pupil.date_of_birth
    sent = {"forename": "Kim", "surname": "Pupil", **boxes("date_of_birth", born), "sex": "F",
            "upn": pupil.upn, "sen_provision": "N", "staff_need_to_know": "Carries an inhaler."}  # fmt: skip

    def save(ethnicity):
        seen = signed_in.get(path).context["form"]["seen"].value()
        return signed_in.post(path, sent | {"ethnicity": ethnicity, "seen": seen})

    save(kept)
    assert Pupil.objects.get().ethnicity == kept
    save("BCRB")
    assert "ethnicity" in save("X").context["form"].errors

    page = reverse("reporting:pupil", args=[pupil.uid])
    text = signed_in.get(page).content.decode()
    assert "Carries an inhaler." in text
    assert "Black: Caribbean" in text
    signed_in.force_login(school_staff)
    text = signed_in.get(page).content.decode()
    assert "Carries an inhaler." in text
    assert "Black: Caribbean" not in text


def test_a_contact_is_changed_and_told_of_absence_by_a_way_that_is_known(signed_in, pupil):
    contact = factories.ContactFactory(pupil=pupil)
    path = reverse("pupils:contact-change", args=[pupil.uid, contact.pk])
    seen = signed_in.get(path).context["form"]["seen"].value()
    sent = {"name": "Jo", "relationship": "Mother", "phone": "1", "priority": "1", "seen": seen}

    wrong = signed_in.post(path, sent | {"absence_channel": "email"}).content.decode()
    done = signed_in.post(path, sent | {"absence_channel": "text"})
    lost = signed_in.post(path, sent | {"phone": "", "email": "jo@x.example",
                                        "absence_channel": "phone"})  # fmt: skip

    assert "Enter the e-mail address to which the notice goes" in wrong
    assert done.status_code == 302
    assert "Enter the phone number for the notice" in lost.content.decode()
    contact.refresh_from_db()
    assert (contact.phone, contact.absence_channel) == ("1", "text")


def test_only_who_may_change_a_pupil_changes_a_contact(person, pupil):
    contact = factories.ContactFactory(pupil=pupil)

    with pytest.raises(PermissionDenied):
        actions.change_contact(contact, seen=state_of(contact), by=person(Role.PROVIDER_LEAD))
