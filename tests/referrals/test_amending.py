"""What a school amends and answers after it has sent a referral."""

from datetime import date

import pytest

from accounts.permissions import Role
from referrals import actions
from referrals.models import Entry, Referral, Status
from tests.referrals.pages import *  # noqa: F403 - fixtures
from tests.referrals.pages import DATE, text, url

pytestmark = pytest.mark.django_db


def test_a_reason_is_amended_to_an_exclusion_together_with_its_date(school, world):
    sent, path = world.own.submitted, url("amend", world.own.submitted, "reason")
    Referral.objects.filter(pk=sent.pk).update(reason="semh", event_on=None)
    assert 'name="event_on_0"' in text(school.get(path))
    refused = school.post(path, {"reason": "permanent exclusion"})
    assert "sixth school day" in refused.context["form"].errors["event_on"][0]

    school.post(
        path, {"reason": "permanent exclusion"} | dict(zip(DATE, (3, 9, 2025), strict=True))
    )

    sent.refresh_from_db()
    assert (sent.reason, sent.event_on) == ("permanent exclusion", date(2025, 9, 3))
    told = Entry.objects.filter(referral=sent, kind="amended")
    assert ("reason", "Unmet social, emotional and mental health need") in told.values_list(
        "answer", "before"
    )
    assert told.get(answer="event_on").after == "3 September 2025"
    cleared = school.post(url("amend", sent, "event_on"), {"send": ""})
    assert "event_on" in cleared.context["form"].errors


def test_sharing_is_amended_to_consent_together_with_who_gave_it_and_when(school, world):
    sent, path = world.own.submitted, url("amend", world.own.submitted, "basis")
    Referral.objects.filter(pk=sent.pk).update(
        basis="public task", consent_from="", consent_on=None
    )
    form = school.post(path, {"basis": "consent"}).context["form"]
    assert set(form.errors) == {"consent_from", "consent_on"}
    given = {"consent_on_0": "3", "consent_on_1": "9", "consent_on_2": "2025"}

    school.post(path, {"basis": "consent", "consent_from": "The mother"} | given)

    sent.refresh_from_db()
    assert (sent.basis, sent.consent_from) == ("consent", "The mother")
    assert sent.consent_on == date(2025, 9, 3)
    told = Entry.objects.get(referral=sent, answer="basis")
    assert told.before == "The school's and council's duties; the parents were told"


def test_the_school_answers_exactly_what_was_asked(school, world):
    waiting = world.own.waiting
    page = school.get(url("answer", waiting))
    assert set(page.context["form"].fields) == {"tried", "not_known", "words", "revision"}
    assert "Answer the question" in text(school.post(url("answer", waiting), {"tried": "x"}))

    page = school.post(url("answer", waiting), {"tried": "x", "words": "Yes."}, follow=True)

    assert "Your answers are with the SEND team" in text(page)
    assert Referral.objects.get(pk=waiting.pk).status == Status.SUBMITTED
    assert school.get(url("answer", waiting)).status_code == 404


def test_an_answer_that_a_colleague_amended_meanwhile_is_shown_beside_what_was_typed(
    school, world
):
    sent, path = world.own.submitted, url("amend", world.own.submitted, "hoped")
    seen = school.get(path).context["form"]["revision"].value()
    actions.amend(sent, by=world.people[Role.SCHOOL_LEAD], hoped="Theirs.")

    page = school.post(path, {"hoped": "Mine.", "revision": seen})

    assert Referral.objects.get(pk=sent.pk).hoped == "Theirs."
    assert "Somebody else saved this referral" in text(page)
    assert "Mine.</textarea>" in text(page)
    assert "<strong>A good outcome:</strong> Theirs." in text(page)
    again = page.context["form"]["revision"].value()
    school.post(path, {"hoped": "Mine.", "revision": again})
    assert Referral.objects.get(pk=sent.pk).hoped == "Mine."


def test_an_assigned_officer_makes_no_amendment_stale(school, world):
    sent, path = world.own.submitted, url("amend", world.own.submitted, "hoped")
    seen = school.get(path).context["form"]["revision"].value()
    officer = world.people[Role.CASEWORKER]
    actions.assign(sent, to=officer, by=officer)

    school.post(path, {"hoped": "Mine.", "revision": seen})

    assert Referral.objects.get(pk=sent.pk).hoped == "Mine."


def test_an_answer_to_the_team_over_a_colleagues_is_not_sent_and_keeps_every_tick(
    school, world, asked
):
    path = asked("hoped", "tried", "pupil_view")
    seen = school.get(path).context["form"]["revision"].value()
    actions.amend(world.own.waiting, by=world.people[Role.SCHOOL_LEAD], pupil_view="Theirs.")
    typed = {"pupil_view": "Mine.", "not_known": ["hoped", "tried"], "revision": seen}

    page = school.post(path, typed)

    row = Referral.objects.get(pk=world.own.waiting.pk)
    assert (row.status, row.pupil_view) == (Status.WAITING, "Theirs.")
    form = page.context["form"]
    assert (form["pupil_view"].value(), form["not_known"].value()) == ("Mine.", ["hoped", "tried"])
    school.post(path, typed | {"revision": form["revision"].value()})
    row.refresh_from_db()
    assert (row.status, row.pupil_view) == (Status.SUBMITTED, "Mine.")


@pytest.fixture
def asked(world):
    """Ask for some answers, none of which is given so far."""

    def ask(*questions):
        row = world.own.waiting
        Referral.objects.filter(pk=row.pk).update(
            hoped="", tried="", basis="", event_on=None, reason="semh", not_known=[]
        )
        row.requests.update(questions=list(questions), words="")
        return url("answer", row)

    return ask


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hoped", "Answer this, or tick that you do not know"),
        ("basis", "Choose an answer"),
        ("event_on", "Answer this, or say below why there is no answer"),
    ],
)
def test_a_question_is_not_answered_by_nothing(school, asked, name, words):
    refused = school.post(asked(name), {"send": ""})

    assert refused.context["form"].errors == {name: [words]}
    assert Referral.objects.filter(status=Status.WAITING).count() == 2


def test_i_do_not_know_answers_a_question_and_is_told(school, world, asked):
    path = asked("hoped", "tried")

    school.post(path, {"tried": "A mentor.", "not_known": ["hoped", "tried"]})

    row = Referral.objects.get(pk=world.own.waiting.pk)
    assert (row.status, row.hoped, row.tried) == (Status.SUBMITTED, "", "A mentor.")
    assert row.not_known == ["hoped"], "what is answered is known"
    told = Entry.objects.filter(referral=row, kind="amended")
    assert told.filter(answer="hoped").latest("pk").after == "The school does not know"
    assert told.filter(answer="tried").latest("pk").after == "A mentor."


def test_a_question_about_nothing_is_answered_in_words(school, world, asked):
    school.post(asked("event_on"), {"words": "There was no suspension."})

    assert Referral.objects.get(pk=world.own.waiting.pk).status == Status.SUBMITTED
