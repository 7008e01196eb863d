"""Two people change one child's record, and a form is sent twice."""

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

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
    mine = sent(signed_in.get(page).context["form"], surname="Mine")
    theirs = sent(signed_in.get(page).context["form"], postcode="W6 9JU", address="Their Road 1")
    signed_in.post(page, theirs)

    answer = signed_in.post(page, mine)

    form = answer.context["form"]
    pupil.refresh_from_db()
    assert (pupil.surname == "Mine", pupil.postcode) == (False, "W6 9JU")
    assert form["surname"].value() == "Mine"
    assert form.errors["postcode"] == ["Saved by somebody else: W6 9JU"]
    assert "somebody else saved changes" in answer.content.decode().lower()
    assert signed_in.post(page, mine | {"seen": form["seen"].value()}).status_code == 302
    pupil.refresh_from_db()
    assert (pupil.surname, pupil.postcode) == ("Mine", mine.get("postcode", ""))


def test_needs_that_were_changed_meanwhile_count_as_a_change(signed_in, pupil):
    page = reverse("pupils:change", args=[pupil.uid])
    mine = sent(signed_in.get(page).context["form"], surname="Mine")
    need = {"sen_provision": "K", "primary_need": "SEMH"}
    signed_in.post(page, sent(signed_in.get(page).context["form"], **need))

    answer = signed_in.post(page, mine)

    assert list(pupil.needs.values_list("need_type", flat=True)) == ["SEMH"]
    [said] = answer.context["form"].errors["primary_need"]
    assert said.startswith("Saved by somebody else: Social, Emotional")


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
    assert form.errors["phone"] == ["Saved by somebody else: 020 7946 0002"]
    signed_in.post(page, mine | {"seen": form["seen"].value(), "phone": "020 7946 0002"})
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
