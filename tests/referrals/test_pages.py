"""A referral as its people meet it: written in pieces, followed, and dealt with at the desk."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from referrals import actions
from referrals.forms import section_of
from referrals.models import ANSWERS, DecisionRead, Entry, Referral, Status
from tests import factories
from tests.referrals.pages import *  # noqa: F403 - fixtures
from tests.referrals.pages import DATE, text, url

pytestmark = pytest.mark.django_db


def test_a_draft_is_a_task_list_that_says_what_is_left(school, world):
    draft = world.own.draft
    Referral.objects.filter(pk=draft.pk).update(concern="", tried="", basis="public task")

    page = school.get(draft.get_absolute_url())

    assert {task["key"]: task["status"] for task in page.context["tasks"]} == {
        "why": "Completed",
        "happening": "Not started",
        "outcome": "Completed",
        "views": "Completed",
        "sharing": "Completed",
    }
    Referral.objects.filter(pk=draft.pk).update(tried="x", hoped="", basis="", consent_from="")
    tasks = {
        task["key"]: task["status"]
        for task in school.get(draft.get_absolute_url()).context["tasks"]
    }
    assert (tasks["happening"], tasks["outcome"], tasks["sharing"]) == (
        "Incomplete",
        "Optional",
        "Optional",
    )


def test_a_part_is_saved_by_its_button_and_i_do_not_know_is_an_answer(school, world):
    draft = world.own.draft

    answer = school.post(
        url("section", draft, "happening"),
        {"concern": "Leaves lessons.", "tried": "", "not_known": "tried", "revision": 0},
    )

    assert answer["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.concern, draft.tried, draft.not_known) == ("Leaves lessons.", "", ["tried"])
    assert "The school does not know" in text(school.get(url("check", draft)))


def test_what_is_typed_is_saved_while_it_is_typed(school, world):
    path, quiet = url("section", world.own.draft, "happening"), {"HTTP_X_AUTOSAVE": "1"}

    first = school.post(path, {"concern": "One", "revision": 0}, **quiet)
    second = school.post(
        path, {"concern": "One two", "revision": first.json()["revision"]}, **quiet
    )

    assert second.json()["revision"] == 2
    assert Referral.objects.get(pk=world.own.draft.pk).concern == "One two"


def test_a_half_typed_date_does_not_keep_the_rest_from_being_saved(school, world):
    answer = school.post(
        url("section", world.own.draft, "why"),
        {"reason": "suspension", "event_on_0": "3", "event_on_1": "", "event_on_2": ""},
        HTTP_X_AUTOSAVE="1",
    )

    assert answer.status_code == 200
    assert Referral.objects.get(pk=world.own.draft.pk).reason == "suspension"


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("tried", {"tried": "x" * 4_001}, "at most 4000 characters"),
        ("event_on", dict(zip(DATE, ("31", "2", "2026"), strict=True)), "not a real date"),
        ("event_on", {"event_on_0": "3"}, "Enter the month"),
    ],
)
def test_what_cannot_be_saved_is_named_while_the_rest_is_saved(school, world, name, typed, words):
    draft, part = world.own.draft, section_of(name)
    was = getattr(draft, name)
    rest = {"concern": "Kept.", "reason": "suspension"}

    told = school.post(url("section", draft, part), typed | rest, HTTP_X_AUTOSAVE="1").json()

    assert list(told["refused"]) == [name]
    assert words in told["refused"][name]["words"]
    assert told["refused"][name]["label"] == ANSWERS[name]
    draft.refresh_from_db()
    assert getattr(draft, name) == was
    assert "Kept." in draft.concern or draft.reason == "suspension"
    fine = school.post(url("section", draft, part), rest, HTTP_X_AUTOSAVE="1").json()
    assert fine["refused"] == {}


def test_a_colleague_who_saved_first_is_shown_beside_what_was_typed(school, world):
    draft = world.own.draft
    path = url("section", draft, "happening")
    actions.change(draft, by=world.people[Role.SCHOOL_LEAD], concern="Theirs.")

    quiet = school.post(path, {"concern": "Mine.", "revision": 0}, HTTP_X_AUTOSAVE="1")
    assert quiet.status_code == 409
    page = school.post(path, {"concern": "Mine.", "revision": 0})

    assert "Theirs." in text(page)
    assert "Mine.</textarea>" in text(page)
    assert "Somebody else saved this referral" in text(page)
    again = page.context["form"]["revision"].value()
    school.post(path, {"concern": "Mine.", "revision": again})
    assert Referral.objects.get(pk=draft.pk).concern == "Mine."


def test_what_is_missing_is_named_with_a_link_to_its_part(school, world):
    draft = world.own.draft
    Referral.objects.filter(pk=draft.pk).update(concern="", reason="")

    page = text(school.post(url("check", draft)))

    assert "<title>Error: Check the answers" in page
    assert "Say what is happening" in page
    assert url("section", draft, "why") in page
    assert Referral.objects.get(pk=draft.pk).status == Status.DRAFT
    Referral.objects.filter(pk=draft.pk).update(concern="x", reason="permanent exclusion")
    assert "sixth school day" in text(school.post(url("check", draft)))
    Referral.objects.filter(pk=draft.pk).update(reason="semh", basis="consent", consent_from="")
    page = text(school.post(url("check", draft)))
    assert "Enter who gave consent" in page
    assert f'<a href="{url("section", draft, "sharing")}">Enter who' in page


def test_sending_leads_to_a_receipt_that_stays(school, world):
    draft = world.own.draft
    path = url("check", draft)

    answers = [school.post(path), school.post(path), school.get(path)]

    receipt = url("receipt", draft)
    assert [answer["Location"] for answer in answers] == [receipt] * 3
    page = text(school.get(receipt))
    assert draft.reference in page
    assert "the council has set no target" in page
    Referral.objects.filter(pk=draft.pk).update(decide_by="2026-11-30", day_six_on="2026-11-25")
    page = text(school.get(receipt))
    assert "30 November 2026" in page
    assert "25 November 2026" in page


def test_the_council_is_told_that_a_read_decision_stands(client, world):
    client.force_login(world.people[Role.CASEWORKER])
    page = url("detail", world.own.accepted)
    assert "Take the decision back" in text(client.get(page))

    factories.DecisionReadFactory(referral=world.own.accepted)

    assert "has read the decision, so it stands" in text(client.get(page))
    assert "Take the decision back" not in text(client.get(page))


def test_a_colleague_takes_a_referral_over(school, world):
    colleague = world.people[Role.SCHOOL_LEAD]

    page = school.post(url("hand-over", world.own.draft), {"colleague": colleague.pk}, follow=True)

    assert "has the referral now" in text(page)
    stranger = factories.UserFactory()
    assert "from the list" in text(
        school.post(url("hand-over", world.own.draft), {"colleague": stranger.pk})
    )


def test_a_sent_referral_is_added_to_and_amended_with_the_old_answer_beside(school, world):
    sent = world.own.submitted

    school.post(url("add", sent), {"words": "The class has changed."})
    page = school.post(url("amend", sent, "hoped"), {"hoped": "Back by Easter."}, follow=True)

    assert "The class has changed." in text(page)
    assert "Before: " in text(page)
    assert "Back by Easter." in text(page)
    assert "Choose why help is needed" in text(
        school.post(url("amend", sent, "reason"), {"send": ""})
    )
    assert school.get(url("amend", sent, "nothing")).status_code == 404


def test_what_was_decided_meanwhile_is_said_in_words(school, world):
    sent, officer = world.own.submitted, world.people[Role.CASEWORKER]
    waiting = world.own.waiting
    late = {"add": ({"words": "x"}, sent), "withdraw": ({}, sent)}
    for row in (sent, waiting):
        actions.decide(row, verb="decline", reason="No.", by=officer)

    assert school.post(url("add", sent), late["add"][0]).status_code == 404
    assert "Somebody else was first" in text(school.post(url("withdraw", sent), follow=True))
    assert school.get(url("section", sent, "why")).status_code == 404
    assert school.get(url("documents", sent)).status_code == 404
    assert school.get(url("hand-over", sent)).status_code == 404


def test_only_the_school_that_opens_a_decision_has_read_it(client, world):
    sent, officer = world.own.submitted, world.people[Role.CASEWORKER]
    actions.decide(sent, verb="decline", reason="No.", by=officer)
    client.force_login(officer)
    client.get(sent.get_absolute_url())
    assert not DecisionRead.objects.exists()

    client.force_login(world.people[Role.SCHOOL_STAFF])
    client.get(sent.get_absolute_url())
    client.get(sent.get_absolute_url())

    assert DecisionRead.objects.get().by == world.people[Role.SCHOOL_STAFF]
    client.force_login(officer)
    assert "has read the decision" in text(client.post(url("undo", sent), follow=True))


def test_a_decision_is_taken_back_on_its_page(council, world):
    sent = world.own.submitted
    actions.decide(sent, verb="decline", reason="No.", by=world.people[Role.CASEWORKER])

    page = council.post(url("undo", sent), follow=True)

    assert "is taken back" in text(page)
    assert Referral.objects.get(pk=sent.pk).status == Status.SUBMITTED


def test_the_desk_goes_on_to_the_next_and_keeps_its_filter(council, world):
    both = list(Referral.objects.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk"))
    path = reverse("referrals:desk")

    page = council.get(path, {"sort": "waiting", "chosen": both[0].uid})
    action = page.context["decision"].action
    assert f"chosen={both[1].uid}" in action
    answer = council.post(action, {"decision": "2", "reason": "The need is clear."})

    assert answer["Location"].startswith(path)
    assert "sort=waiting" in answer["Location"]
    assert "desk" not in answer["Location"].split("?")[1]
    assert council.get(answer["Location"]).context["chosen"] == both[1]


def test_the_desk_asks_for_what_is_missing(council, world):
    sent = world.own.submitted
    Referral.objects.filter(pk=sent.pk).update(hoped="")
    assert council.get(url("ask", sent)).context["form"].initial["questions"] == ["hoped", "basis"]
    assert "Choose a question" in text(council.post(url("ask", sent), {"send": ""}))

    answer = council.post(url("ask", sent) + "?desk=1&sort=due", {"questions": ["hoped"]})

    assert answer["Location"] == reverse("referrals:desk") + "?sort=due"
    assert Referral.objects.get(pk=sent.pk).status == Status.WAITING
    late = council.post(url("ask", sent), {"questions": ["hoped"]})
    assert "Somebody else was first" in text(late)


def test_the_desk_says_what_may_be_the_same_child_a_sibling_or_an_earlier_case(council, world):
    child = world.own.pupil
    factories.PupilFactory(surname=child.surname, date_of_birth=child.date_of_birth)
    child.postcode = "DE1 0MO"
    child.save()
    factories.PupilFactory(address=child.address, postcode="DE1 0MO")
    factories.ReferralFactory(pupil=child, status=Status.WITHDRAWN)

    desk = text(council.get(reverse("referrals:desk"), {"chosen": world.own.submitted.uid}))
    beside_the_decision = text(council.get(url("decide", world.own.submitted)))

    for words in ("Possibly the same child", "Same address", "Referred before"):
        assert words in desk
        assert words in beside_the_decision


@pytest.mark.parametrize("everything", [True, False])
def test_the_desk_assigns_the_ticked_or_all_that_the_filter_keeps(council, world, everything):
    officer = world.people[Role.MANAGER]
    ticked = world.own.submitted
    sent = {"to": officer.uid, "referral": [ticked.uid, "not a uid"]}

    page = council.post(
        reverse("referrals:assign"), sent | ({"all": "1"} if everything else {}), follow=True
    )

    number = 2 if everything else 1
    assert f"{number} assigned to {officer}: " in text(page)
    assert ticked.reference in text(page).partition("</main>")[0]
    assert Referral.objects.filter(assigned_to=officer).count() == number


def test_the_desk_assigns_nothing_without_an_officer_and_takes_back_with_nobody(council, world):
    ticked = {"referral": [world.own.submitted.uid]}
    path = reverse("referrals:assign")
    Referral.objects.update(assigned_to=world.people[Role.MANAGER])

    assert "Nothing was assigned" in text(council.post(path, ticked, follow=True))
    council.post(path, ticked | {"nobody": "1"})

    assert Entry.objects.get(kind="assigned").after == "nobody"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"whose": "nobody"}, 2),
        ({"reason": "medical"}, 0),
        ({"status": "waiting"}, 2),
        ({"q": "zqxownforenameonezqx"}, 1),
        ({"status": "rubbish", "whose": "x", "sort": "x"}, 2),
    ],
)
def test_the_desk_shows_what_the_filter_keeps(council, asked, found):
    page = council.get(reverse("referrals:desk"), asked)

    assert page.context["page"].paginator.count == found


@pytest.mark.parametrize("sort", ["waiting", "newest", "due", "school"])
def test_the_desk_sorts(council, sort):
    assert council.get(reverse("referrals:desk"), {"sort": sort}).status_code == 200


def test_the_desk_narrows_to_an_officer_and_a_school(council, world):
    Referral.objects.filter(pk=world.own.submitted.pk).update(
        assigned_to=world.people[Role.CASEWORKER]
    )
    asked = {"whose": world.people[Role.CASEWORKER].pk, "school": world.own.school.pk}

    page = council.get(reverse("referrals:desk"), asked)

    assert [row["referral"] for row in page.context["rows"]] == [world.own.submitted]


def test_the_chronology_tells_what_was_asked_and_amended(council, world):
    sent = world.own.submitted
    actions.ask(sent, questions=["hoped"], words="", by=world.people[Role.CASEWORKER])

    page = text(council.get(reverse("reporting:pupil", args=[sent.pupil.uid])))

    assert f"Referral {sent.reference}: more was asked for" in page
    assert f"Referral {sent.reference}: answer amended" in page
    assert "assigned to an officer" not in page


def test_the_chronology_tells_a_decision_that_was_made_and_taken_back(council, world):
    sent, officer = world.own.submitted, world.people[Role.CASEWORKER]

    def told():
        events = council.get(reverse("reporting:pupil", args=[sent.pupil.uid])).context["events"]
        titles = [event.title for event in events]
        return [title for title in titles if sent.reference in title and "submitted" not in title]

    actions.undo(
        actions.decide(sent, verb="accept", tier=2, reason="Yes.", by=officer), by=officer
    )
    actions.decide(sent, verb="decline", reason="No.", by=officer)

    assert told()[:3] == [
        f"Referral {sent.reference} declined",
        f"Referral {sent.reference}: decision taken back before it was read",
        f"Referral {sent.reference} accepted; the decision was taken back before it was read",
    ]
    assert len([title for title in told() if "accepted" in title]) == 1
