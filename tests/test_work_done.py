"""Each form, filled in rightly, does what it says and shows it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from attendance.models import Mark, MarkAmendment, PartTimeTimetable
from placements.models import Objective
from pupils.models import Enrolment, Pupil
from tests import factories
from tests import world as worlds


@pytest.fixture
def world(db):
    return worlds.build()


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


PUPIL = {
    "forename": "Noor",
    "surname": "Testwick",
    "sex": "F",
    "sen_provision": "K",
    "primary_need": "SEMH",
    "secondary_need": "SLCN",
    "date_of_birth_0": 3,
    "date_of_birth_1": 2,
    "date_of_birth_2": 2013,
}


def test_a_pupil_is_added_changed_and_gets_a_contact_and_a_plan(client, world):
    client.force_login(world.people[Role.MANAGER])
    added = {
        **PUPIL,
        "upn_unknown": "UN3",
        "school": world.own.school.pk,
        **boxes("on_roll_from", localdate() - timedelta(days=9)),
    }
    page = client.post(reverse("pupils:add"), added)
    pupil = Pupil.objects.get(surname="Testwick")
    assert page["Location"] == reverse("reporting:pupil", args=[pupil.uid])

    change = reverse("pupils:change", args=[pupil.uid])
    changed = {
        **PUPIL,
        "upn": factories.valid_upn(999_999),
        "preferred_name": "Nonie",
        "seen": client.get(change).context["form"]["seen"].value(),
    }
    client.post(change, changed)
    contact = {"name": "Jo Testwick", "relationship": "Father", "phone": "020 7946 0001",
               "priority": 1}  # fmt: skip
    client.post(reverse("pupils:contact-add", args=[pupil.uid]), contact)
    plan = boxes("issued_on", localdate() - timedelta(days=100))
    client.post(reverse("pupils:plan-record", args=[pupil.uid]), plan)

    text = client.get(page["Location"]).content.decode()
    for words in (
        "Nonie",
        factories.valid_upn(999_999),
        "Jo Testwick",
        "Issued",
        "Education, health",
    ):
        assert words in text
    again = client.post(reverse("pupils:plan-record", args=[pupil.uid]), plan)
    assert "already has a plan in force" in again.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"upn": "Z205110124002"}, "first letter does not fit"),
        ({"upn": "short"}, "13 characters"),
        ({"upn": "1205110124001"}, "letter and twelve figures"),
        ({}, "choose below why it is not known"),
        ({"upn": "Z205110124001", "upn_unknown": "UN3"}, "The UPN is known"),
        ({"upn_unknown": "UN3", "secondary_need": "SEMH"}, "must be different"),
        ({"upn_unknown": "UN3", "primary_need": ""}, "primary need first"),
        ({"upn_unknown": "UN3", "primary_need": "NSA", "sen_provision": "E"}, "SEN support only"),
        ({"upn_unknown": "UN3", "date_of_birth_2": 2093}, "lies in the future"),
        ({"upn_unknown": "UN3", "date_of_birth_2": 99999}, "not a real date"),
        ({"upn_unknown": "UN3", "date_of_birth_2": 13}, "four figures"),
        ({"upn_unknown": "UN3", "on_roll_from_2": 2093}, "lies in the future"),
    ],
)
def test_a_wrong_pupil_is_told_beside_the_field_and_keeps_what_was_typed(
    client, world, wrong, words
):
    client.force_login(world.people[Role.SCHOOL_STAFF])
    sent = {**PUPIL, "school": world.own.school.pk, **boxes("on_roll_from", localdate())}

    page = client.post(reverse("pupils:add"), {**sent, **wrong}).content.decode()

    assert words in page
    assert 'value="Testwick"' in page
    assert not Pupil.objects.filter(surname="Testwick").exists()


def test_a_placement_is_opened_once_and_ended(client, world):
    client.force_login(world.people[Role.MANAGER])
    path = reverse("placements:open", args=[world.own.accepted.uid])
    other = factories.ProviderFactory(name="Elder Centre")
    uid = client.get(path).context["form"].initial["uid"]
    today = localdate()
    sent = {"uid": uid, "provider": other.pk, "weekly": ["0", "1", "2"],
            "objective_1": "Comes daily", "measure_1": "The register", "route": "mainstream",
            "returns_in": world.next_half_term.pk,
            **boxes("starts_on", today), **boxes("last_day", today + timedelta(days=20))}  # fmt: skip
    wrong = client.post(path, {**sent, **boxes("last_day", today - timedelta(days=1))})
    assert "must not be before the first day" in wrong.content.decode()

    answers = [client.post(path, sent) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {reverse("placements:detail", args=[uid])}
    text = client.get(answers[0]["Location"]).content.decode()
    assert "3 of 10: Monday, Tuesday morning" in text
    client.post(reverse("placements:accept", args=[uid]), {"lead": ""})
    end = reverse("placements:end", args=[uid])
    objective = Objective.objects.get(placement__uid=uid)
    ended = {"reason": "Back in school.", "destination": "home school", "progress": "Comes daily.",
             "pupil_words": "It helped.", f"outcome_{objective.pk}": "met"}  # fmt: skip
    early = {**ended, **boxes("last_day", today - timedelta(days=4))}
    assert "must not be before" in client.post(end, early).content.decode()
    client.post(end, {**ended, **boxes("last_day", today)})
    assert "Back in school." in client.get(answers[0]["Location"]).content.decode()
    roll = Enrolment.objects.get(organisation=other)
    assert roll.last_day == today
    stale = client.post(end, {**ended, **boxes("last_day", today)})
    assert "Somebody else was first" in stale.content.decode()


def test_a_mark_is_changed_with_a_reason_and_both_stay_visible(client, world):
    client.force_login(world.people[Role.PROVIDER_STAFF])
    rows = world.own
    later = world.school_day + timedelta(days=1)  # until then every session is expected
    PartTimeTimetable.objects.filter(pk=rows.timetable.pk).update(
        starts_on=later, part_time_since=later
    )
    path = reverse(
        "attendance:register", args=[rows.provider.uid, world.school_day.isoformat(), "am"]
    )
    key = rows.placement.pk
    sent = {f"code-{key}": "L", f"seen-{key}": rows.mark.version}
    assert "Say why I is changed to L" in client.post(path, sent).content.decode()

    client.post(path, {**sent, f"reason-{key}": "Came at 9.20"})

    assert Mark.objects.get(pk=rows.mark.pk).code_id == "L"
    history = reverse(
        "attendance:amendments", args=[rows.placement.uid, world.school_day.isoformat(), "am"]
    )
    text = client.get(history).content.decode()
    assert "Came at 9.20" in text
    assert MarkAmendment.objects.filter(mark=rows.mark).count() == 2


@pytest.mark.parametrize("asked", ["", "nobody", "zqxownforenameonezqx", "15 1 2012", "15/01/2012",
                                   "31 2 2012", "99999999"])  # fmt: skip
def test_search_answers_anything(client, world, asked):
    client.force_login(world.people[Role.CASEWORKER])

    page = client.get(reverse("reporting:search"), {"q": asked}).content.decode()

    finds = asked in {"zqxownforenameonezqx", "15 1 2012", "15/01/2012"}
    assert (reverse("reporting:pupil", args=[world.own.pupil.uid]) in page) == finds


def test_the_chronology_tells_what_happened_newest_first(client, world):
    client.force_login(world.people[Role.CASEWORKER])
    factories.PlacementFactory(
        pupil=world.own.pupil, provider=world.foreign.provider, status="ended"
    )

    path = reverse("reporting:pupil", args=[world.own.pupil.uid])
    newest, of_referrals = (
        client.get(path, asked).content.decode() for asked in ({}, {"kind": "referrals"})
    )

    starts, ended = newest.index("Placement starts"), newest.index("Placement ended")
    assert starts < ended
    assert "submitted" in of_referrals
    assert "Placement starts" not in of_referrals
