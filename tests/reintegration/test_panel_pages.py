"""Pages of the panel: what their forms do, and what they say."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.permissions import Role
from reintegration import actions
from reintegration.models import (
    LedgerWeight,
    PanelCase,
    PanelConflict,
    PanelException,
    PanelMeeting,
    PanelMember,
)
from tests import factories
from tests.factories import returns
from tests.pupils.test_record import boxes
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import CANARY, case_at, text_of, url
from tests.reintegration.test_panel import STAYS
from tests.test_pages import MOST_QUERIES, visited

pytestmark = pytest.mark.django_db


def test_a_caseworker_builds_an_agenda(client, caseworker):
    client.force_login(caseworker)
    meeting = factories.PanelMeetingFactory()
    cases = [factories.PanelCaseFactory() for _ in range(3)]
    unready = factories.PanelCaseFactory(pupil_words="")
    path = url("panel-agenda", meeting.uid)
    assert "Missing: What the pupil wants" in text_of(client.get(path))

    for case in cases:
        client.post(path, {"do": f"on {case.pk}"})
    client.post(path, {"do": f"down {cases[0].pk}"})
    client.post(path, {"do": f"up {cases[2].pk}"})
    client.post(path, {"do": f"to {cases[0].pk}", "place": "1"})
    client.post(path, {"do": f"minutes {cases[0].pk}", f"minutes-{cases[0].pk}": "15"})
    client.post(path, {"do": f"off {cases[1].pk}"})
    assert "not ready" in text_of(client.post(path, {"do": f"on {unready.pk}"}, follow=True))

    rows = PanelCase.objects.agenda_of(meeting)
    assert list(rows.values_list("pk", "minutes")) == [(cases[0].pk, 15), (cases[2].pk, 8)]


@pytest.mark.parametrize(
    "sent", ["", "on", "on x", "on 0", "on " + "9" * 40, "up 0", "lost {pk}", "minutes {pk}"]
)
def test_an_agenda_answers_nonsense_in_words(client, caseworker, sent):
    client.force_login(caseworker)
    case = case_at(factories.PanelMeetingFactory())
    path = url("panel-agenda", case.meeting.uid)

    page = text_of(client.post(path, {"do": sent.format(pk=case.pk)}, follow=True))

    assert "no longer there" in page or "as a number" in page


def test_cases_are_put_forward_from_the_pupil_and_from_the_plan(client, caseworker, calendar):
    client.force_login(caseworker)
    version = returns.VersionFactory(
        refused_because="Too early.",
        signed_name="Robin",
        signed_position="Head",
        signed_at="2024-09-09T09:00Z",
    )
    plan, pupil = version.plan, factories.PupilFactory()
    day = boxes("agreed_on", localdate())
    client.post(url("panel-ask-place", pupil.uid), {"category": "l", "why": "No place."} | day)
    path = url("panel-ask-way-back", plan.uid)
    assert "Too early." in text_of(client.get(path))
    client.post(path, {"why": "The school says no.", "school_words": "x", "other_words": "y"})

    place, moderated = PanelCase.objects.get(pupil=pupil), PanelCase.objects.get(plan=plan)
    assert place.category_id == "l"
    assert moderated.placement == plan.placement
    page = text_of(client.get(plan.get_absolute_url()))
    assert moderated.reference in page
    client.post(url("panel-case-change", place.uid), {"why": "Still no place."})
    client.post(url("panel-case-withdraw", moderated.uid), {"because": "They agree."})
    place.refresh_from_db()
    moderated.refresh_from_db()
    assert (place.why, moderated.status) == ("Still no place.", "withdrawn")
    assert "They agree." in text_of(client.get(url("panel-case", moderated.uid)))


def test_a_child_with_an_ehc_plan_is_refused_in_words(client, caseworker):
    client.force_login(caseworker)
    pupil = factories.EhcPlanFactory().pupil
    sent = {"category": "l", "why": "x"} | boxes("agreed_on", localdate())

    page = text_of(client.post(url("panel-ask-place", pupil.uid), sent))

    assert "The SEND team names the school" in page


def test_a_meeting_is_planned_published_and_opened(client, caseworker, chair, seat):
    client.force_login(caseworker)
    sent = {"starts_at": "9:30", "minutes": "120", "place": "Town Hall", "quorum": "2"}
    client.post(url("panel-plan"), sent | boxes("held_on", localdate()))
    meeting = PanelMeeting.objects.get()
    publish = url("panel-publish", meeting.uid)
    assert "agenda is empty" in text_of(client.post(publish, follow=True))
    case_at(meeting)
    client.post(publish)

    client.force_login(chair)
    path = url("panel-open", meeting.uid)
    assert "Tick who is there" in text_of(client.post(path, {"send": ""}))
    answer = client.post(path, {"attended": [seat.pk]})
    assert answer["Location"] == url("panel-present", meeting.uid)
    client.post(path, {"attended": [seat.pk, chair.panel_seats.get().pk]})

    meeting.refresh_from_db()
    assert (meeting.status, meeting.attended.count()) == ("in session", 2)


def test_the_clerk_declares_an_interest_for_a_member(client, caseworker, seat, session, item):
    client.force_login(caseworker)
    path = url("panel-declare", item.uid)

    client.post(path, {"member": seat.pk, "reason": "Rang before the meeting"})

    assert PanelConflict.objects.get().member == seat
    assert client.get(path).status_code == 200
    assert "you have no seat" in text_of(client.post(path, {"reason": "x"}))


def test_an_interest_needs_an_agenda(client, caseworker):
    client.force_login(caseworker)

    path = url("panel-declare", factories.PanelCaseFactory().uid)

    assert client.get(path).status_code == 404


def test_the_page_says_beside_the_field_what_is_missing(client, chair, session):
    client.force_login(chair)
    case = case_at(session)
    page = url("panel-present", session.uid)

    for sent, words in (
        ({"send": ""}, "Choose what the panel decides"),
        ({"outcome": "stays"}, "A decision has its outcome and its reason."),
        ({"outcome": "allotted", "reason": "x"}, "Choose the school."),
        ({"outcome": "provision", "reason": "x"}, "Choose the provider."),
        ({"outcome": "defer", "missing": "x"}, "Choose the meeting that takes it up again."),
    ):
        assert words in text_of(client.post(page, sent | {"case": case.uid})), sent
    assert client.get(page + "?item=99").status_code == 404
    assert client.get(page + "?item=x").status_code == 404


def test_who_came_too_late_is_told_on_the_page(client, chair, session):
    client.force_login(chair)
    case = case_at(session)
    path = url("panel-reopen", case.uid)
    said = {"outcome": "stays", "reason": "It goes well.", "case": case.uid}
    client.post(url("panel-present", session.uid), said)
    assert "Take up item 1 again?" in text_of(client.get(path))
    client.post(path)
    client.post(url("panel-present", session.uid), said | {"reason": "Once more."})
    client.post(url("panel-close", session.uid))

    page = text_of(client.post(url("panel-close", session.uid), follow=True))

    assert "closed already" in page
    assert "closed already" not in text_of(client.get(url("panel-minutes", session.uid)))


def test_of_two_chairs_the_second_records_on_no_other_case_and_keeps_what_was_typed(
    client, chair, session
):
    """Both opened item 1, which stood first. When the second sends it, item 2 stands first."""
    first, next_one = case_at(session), case_at(session)
    page = url("panel-present", session.uid)
    client.force_login(factories.PanelMemberFactory(role=Role.PANEL_CHAIR).user)
    shown = " ".join(text_of(client.get(page)).split())
    assert f'name="case" value="{first.uid}"' in shown
    actions.decide(first, STAYS, by=chair)
    late = {"outcome": "stays", "reason": "Too hard for her.", "case": first.uid}

    told = text_of(client.post(page, late))

    assert "Somebody else was first" in told
    assert "Too hard for her.</textarea>" in told
    first.refresh_from_db()
    assert (first.outcome, first.reason) == (STAYS.outcome, STAYS.reason)
    assert not type(first).objects.get(pk=next_one.pk).outcome
    # A page from before, which does not say what it is about.
    told = text_of(client.post(page, {"outcome": "stays", "reason": "It goes well."}))
    assert "The panel went on meanwhile: this is item 2" in told
    assert not type(first).objects.get(pk=next_one.pk).outcome


def test_what_is_typed_when_the_meeting_is_closed_stays(client, chair, session):
    case = case_at(session)
    client.force_login(chair)
    actions.decide(case, STAYS, by=chair)
    actions.close_meeting(session, by=chair)
    sent = {"outcome": "stays", "reason": "Once more.", "case": case.uid}

    told = text_of(client.post(url("panel-present", session.uid), sent))

    assert "The meeting is not in session, so nothing is recorded." in told
    assert "Once more.</textarea>" in told


def test_without_a_quorum_the_page_says_so_and_keeps_what_was_typed(client, chair, session):
    case = case_at(session)
    session.quorum = 3
    session.save()
    client.force_login(chair)
    sent = {"outcome": "stays", "reason": "It goes well.", "case": case.uid}

    told = text_of(client.post(url("panel-present", session.uid), sent))

    words = "There is no quorum: 2 of the 3 members who are needed are there for this case."
    assert told.count(words) == 2  # above the form, and as what is wrong
    assert "It goes well.</textarea>" in told
    assert "decided" not in type(case).objects.get(pk=case.pk).status


def test_what_is_to_be_done_is_marked_as_done(client, caseworker, session):
    client.force_login(caseworker)
    row = factories.PanelActionFactory(case=case_at(session))

    client.post(url("panel-action-done", row.uid))

    row.refresh_from_db()
    assert row.done_on == localdate()


def test_a_school_reads_decisions_of_closed_meetings_and_nothing_that_was_discussed(
    client, person, school, chair, session
):
    roll = factories.EnrolmentFactory(organisation=school)
    case = case_at(session, pupil=roll.pupil, why=CANARY, parent_words=CANARY)
    client.force_login(person(Role.SCHOOL_STAFF))
    path = url("panel-decision", case.uid)
    actions.decide(case, actions.Decision("stays", "It goes well."), by=chair)
    assert client.get(path).status_code == 404

    actions.close_meeting(session, by=chair)

    page = text_of(client.get(path))
    assert "It goes well." in page
    assert CANARY not in page
    assert case.pupil.surname in text_of(client.get(url("panel-decisions")))
    assert client.get(url("panel-meeting", session.uid)).status_code == 403
    foreign = person(Role.SCHOOL_STAFF, factories.SchoolFactory())
    client.force_login(foreign)
    assert client.get(path).status_code == 404


def test_a_manager_sets_seats_weights_and_exceptions(client, manager, chair):
    client.force_login(manager)
    held = factories.MembershipFactory(role=Role.PANEL_MEMBER)
    today = localdate()
    seats = url("panel-members")
    client.post(seats, {"person": held.pk} | boxes("starts_on", today))
    seat = PanelMember.objects.get(user=held.user)
    client.post(url("panel-seat-end", seat.pk), boxes("last_day", today))
    client.post(
        url("ledger-weights"),
        {"category": "a", "weight": "1.5", "reason": "Agreed"} | boxes("starts_on", today),
    )
    school = factories.SchoolFactory()
    client.post(
        url("ledger-exceptions"),
        {"school": school.pk, "reason": "Inspected"}
        | boxes("starts_on", today)
        | boxes("last_day", today + timedelta(days=30)),
    )

    seat.refresh_from_db()
    assert seat.last_day == today
    assert str(LedgerWeight.objects.get().weight) == "1.50"
    assert PanelException.objects.get().last_day == today + timedelta(days=30)
    assert "Agreed" in text_of(client.get(url("ledger-weights")))
    assert "Inspected" in text_of(client.get(url("ledger-exceptions")))


def test_the_pack_bears_the_readers_name_and_hides_the_item_of_an_interest(
    member, session, item, monkeypatch, client
):
    made = {}

    def render(template, data, *, at):
        made.update(data)
        return b"%PDF"

    monkeypatch.setattr("reintegration.letters.render", render)
    actions.declare(item, reason="x", by=member)
    client.force_login(member)

    answer = client.get(url("panel-pack", session.uid))

    assert answer["Content-Type"] == "application/pdf"
    assert made["viewer"] == "Mo Member"
    assert [entry["number"] for entry in made["items"]] == [1]
    assert "item 2" in made["hidden"]
    assert CANARY not in str(made)


def test_a_pack_that_cannot_be_printed_says_so(client, caseworker, session):
    case_at(session, why="\U000e0041\U0001f9ff")
    client.force_login(caseworker)

    page = text_of(client.get(url("panel-pack", session.uid), follow=True))

    assert "cannot be printed" in page


def test_the_presenters_page_asks_as_often_for_many_items_and_schools(client, chair, session):
    client.force_login(chair)
    page, counts = url("panel-present", session.uid), []
    for _ in range(2):
        for _ in range(5):
            factories.PanelConflictFactory(case=case_at(session))
            factories.HeadcountFactory(school=factories.SchoolFactory(phase="all-through"))
            factories.CommissionFactory()
        counts.append(visited(client, page)[0])

    assert counts[0] == counts[1] <= MOST_QUERIES + 12  # it reads across: ledger, places, history
