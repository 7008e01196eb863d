"""Two people change one child's record, and a form is sent twice."""

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from pupils.actions import record
from pupils.models import Contact, Pupil
from tests import factories

pytestmark = pytest.mark.django_db

BORN = {"date_of_birth_0": "27", "date_of_birth_1": "3", "date_of_birth_2": "2012"}


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def signed_in(client, caseworker):
    client.force_login(caseworker)
    return client


def sent(form, **changes):
    """Return what a browser sends for a form as it was opened."""
    values = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if name == "date_of_birth":
            values |= {f"{name}_{i}": getattr(value, part) for i, part in DAY_PARTS}
        elif value not in (None, False):
            values[name] = value
    return values | changes


DAY_PARTS = [(0, "day"), (1, "month"), (2, "year")]


def test_a_pupil_who_was_changed_meanwhile_is_not_overwritten_unseen(signed_in, pupil):
    page = reverse("pupils:change", args=[pupil.uid])
    mine = sent(signed_in.get(page).context["form"], surname="Mine", preferred_name="Me")
    theirs = sent(signed_in.get(page).context["form"], surname="Theirs", postcode="W6 9JU",
                  date_of_birth_0=1, has_free_meals="on")  # fmt: skip
    signed_in.post(page, theirs)

    answer = signed_in.post(page, mine)

    form = answer.context["form"]
    pupil.refresh_from_db()
    assert (pupil.surname, pupil.preferred_name, pupil.postcode) == ("Theirs", "", "W6 9JU")
    assert "somebody else saved changes" in answer.content.decode().lower()
    told = "was changed by somebody else. The box shows what is saved now"
    assert {name: errors for name, errors in form.errors.items() if name != "__all__"} == {
        "surname": ["Last name: somebody else saved “Theirs”. Yours is in the box"],
        "postcode": [f"Postcode: {told}"],
        "date_of_birth": [f"Date of birth: {told}"],
        "has_free_meals": [f"Eligible for free school meals: {told}"],
    }
    boxes = ["surname", "preferred_name", "postcode", "has_free_meals", "date_of_birth"]
    again = {name: form[name].value() for name in boxes}
    assert again == {
        "surname": "Mine", "preferred_name": "Me", "postcode": "W6 9JU", "has_free_meals": True,
        "date_of_birth": ["1", *again["date_of_birth"][1:]],
    }  # fmt: skip
    resent = {name: form.data[name] for name in form.data}
    assert signed_in.post(page, resent).status_code == 302
    pupil.refresh_from_db()
    assert (pupil.surname, pupil.preferred_name, pupil.postcode) == ("Mine", "Me", "W6 9JU")
    assert (pupil.date_of_birth.day, pupil.has_free_meals) == (1, True)


def test_a_change_in_the_same_moment_is_found_with_the_row_locked(signed_in, pupil, monkeypatch):
    page = reverse("pupils:change", args=[pupil.uid])
    mine = sent(signed_in.get(page).context["form"], surname="Mine")
    lock = record._lock

    def other_first(found, *, by):
        Pupil.objects.filter(pk=found.pk).update(postcode="W6 9JU")
        return lock(found, by=by)

    monkeypatch.setattr(record, "_lock", other_first)
    form = signed_in.post(page, mine).context["form"]

    assert form["postcode"].value() == "W6 9JU"
    assert form["surname"].value() == "Mine"
    monkeypatch.undo()
    Pupil.objects.filter(pk=pupil.pk).update(postcode="W6 9JU")  # went back with the refusal
    signed_in.post(page, {name: form.data[name] for name in form.data})
    pupil.refresh_from_db()
    assert (pupil.surname, pupil.postcode) == ("Mine", "W6 9JU")


def test_needs_that_were_changed_meanwhile_count_as_a_change(signed_in, pupil):
    page = reverse("pupils:change", args=[pupil.uid])
    mine = sent(signed_in.get(page).context["form"], surname="Mine")
    need = {"sen_provision": "K", "primary_need": "SEMH"}
    signed_in.post(page, sent(signed_in.get(page).context["form"], **need))

    answer = signed_in.post(page, mine)

    assert list(pupil.needs.values_list("need_type", flat=True)) == ["SEMH"]
    [said] = answer.context["form"].errors["primary_need"]
    assert said.startswith("Primary need: was changed by somebody else")
    assert answer.context["form"]["primary_need"].value() == "SEMH"


def test_a_form_that_says_nothing_of_what_was_seen_saves_nothing(signed_in, pupil):
    page = reverse("pupils:change", args=[pupil.uid])
    mine = sent(signed_in.get(page).context["form"], surname="Mine", seen="")

    signed_in.post(page, mine)

    assert not Pupil.objects.filter(surname="Mine").exists()


def test_a_contact_that_was_changed_meanwhile_is_not_overwritten_unseen(signed_in, pupil):
    contact = factories.ContactFactory(pupil=pupil, phone="020 7946 0001")
    page = reverse("pupils:contact-change", args=[pupil.uid, contact.pk])
    mine = sent(signed_in.get(page).context["form"], relationship="Aunt")
    signed_in.post(page, sent(signed_in.get(page).context["form"], phone="020 7946 0002"))

    answer = signed_in.post(page, mine)

    contact.refresh_from_db()
    assert (contact.relationship == "Aunt", contact.phone) == (False, "020 7946 0002")
    form = answer.context["form"]
    assert form["phone"].value() == "020 7946 0002"
    signed_in.post(page, {name: form.data[name] for name in form.data})
    contact.refresh_from_db()
    assert (contact.relationship, contact.phone) == ("Aunt", "020 7946 0002")


@pytest.mark.parametrize("upn", [True, False])
def test_a_new_pupil_who_is_sent_twice_is_one(client, school, school_staff, upn):
    client.force_login(school_staff)
    page = reverse("pupils:add")
    new = model_to_dict(factories.PupilFactory.build(), ["forename", "surname", "sex", "upn"])
    if not upn:
        new |= {"upn": "", "upn_unknown": "UN1"}
    on_roll = {"on_roll_from_0": "1", "on_roll_from_1": "9", "on_roll_from_2": "2025"}
    uid = client.get(page).context["form"]["uid"].value()
    typed = {**new, **BORN, **on_roll, "sen_provision": "N", "school": school.pk, "uid": uid}

    first, second = client.post(page, typed), client.post(page, typed)

    pupil = Pupil.objects.get()
    assert pupil.enrolments.count() == 1
    assert first.url == second.url == reverse("reporting:pupil", args=[pupil.uid])
    other = client.post(page, typed | {"forename": "Another", "upn": "", "upn_unknown": "UN3"})
    assert "was sent already" in str(other.context["form"].errors)


def test_a_new_contact_who_is_sent_twice_is_one(signed_in, pupil):
    page = reverse("pupils:contact-add", args=[pupil.uid])
    typed = {"name": "Jo", "relationship": "Aunt", "phone": "020 7946 0003", "priority": "1"}

    answers = [signed_in.post(page, typed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Contact.objects.get().name == "Jo"
