"""The calendar feed: a secret address that acts as its person, and names no child."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from icalendar import Calendar

from accounts import actions
from accounts.models import Feed, SchoolCalendar, ViewEntry
from accounts.models.personal import hash_of
from accounts.permissions import Role
from pupils.models import PermanentExclusion, Suspension
from referrals.models import Referral, Status
from reporting.views.home import FEED_READS_AN_HOUR
from tests import factories
from tests import world as worlds


@pytest.fixture(autouse=True)
def _fresh_hour():
    cache.clear()


@pytest.fixture
def world(db):
    return worlds.build_with_a_case()


def read(client, token=worlds.FEED_TOKEN, **headers):
    return client.get(reverse("reporting:feed", args=[token]), **headers)


def events(answer):
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def decisions(answer):
    return [event for event in events(answer) if event["summary"].startswith("Decision")]


def test_the_feed_holds_the_own_due_dates_and_no_child(client, world):
    answer = read(client)

    (event,) = decisions(answer)
    referral = world.own.submitted
    due = Referral.objects.get(pk=referral.pk).decide_by
    assert str(event["summary"]) == f"Decision: {referral.reference}"
    assert event.decoded("dtstart") == due  # a date, not a moment: all day
    assert event["dtstamp"] is not None
    assert "school day" in str(event["description"])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    text = answer.content.decode().replace("\r\n ", "").lower()
    assert not worlds.TOKEN.search(text)
    for name in (referral.pupil.forename, referral.pupil.surname, referral.school.name):
        assert name.lower() not in text
    assert not ViewEntry.objects.exists()


def test_who_offered_a_placement_or_leads_it_has_its_days_in_the_feed(client, world):
    placement, today = world.own.placement, localdate()
    lead = world.people[Role.PROVIDER_LEAD]
    type(placement).objects.filter(pk=placement.pk).update(
        opened_by=world.people[Role.CASEWORKER],
        lead=lead,
        next_review_on=today,
        ends_on=today + timedelta(days=8),
    )

    for token in (worlds.FEED_TOKEN, actions.make_feed(by=lead)):
        found = {
            str(event["summary"]): event.decoded("dtstart")
            for event in events(read(client, token))
            if placement.reference in event["summary"]
        }
        assert found == {
            f"Review: {placement.reference}": today,
            f"Last day: {placement.reference}": today + timedelta(days=7),
        }
    school = actions.make_feed(by=world.people[Role.SCHOOL_STAFF])
    assert placement.reference not in read(client, school).content.decode()


def told(client, person):
    found = events(read(client, actions.make_feed(by=person)))
    return {str(event["summary"]): event.decoded("dtstart") for event in found}


COUNTED = re.compile(r"\d+ school days? (after|before) \d|\d weeks after|not counted")


def test_every_entry_says_how_its_day_was_counted_or_that_it_was_agreed(client, world):
    officer, today = world.people[Role.CASEWORKER], localdate()
    type(world.own.placement).objects.filter(pk=world.own.placement.pk).update(
        opened_by=officer, next_review_on=today, ends_on=today + timedelta(days=8)
    )
    row, _ = excluded(world)
    suspended = {"starts_on": today, "sessions": 14, "back_on": today + timedelta(days=9)}
    factories.SuspensionFactory(
        pupil=row.pupil, school=world.own.school, day_six_on=today, board_by=today,
        **suspended,
    )  # fmt: skip
    worker, coach = (world.people[role] for role in (Role.OUTREACH_WORKER, Role.TRANSITION_COACH))
    factories.CycleFactory(support__worker=worker, review_on=today)
    factories.LogEntryFactory(worker=worker, status="planned", on=today)
    factories.StayCheckFactory(plan__coordinator=coach, due_on=today)
    factories.PanelMeetingFactory(status="published", held_on=today)

    found = {
        str(event["summary"]).split(":")[0]: str(event["description"])
        for person in world.people.values()
        for event in events(read(client, actions.make_feed(by=person)))
    }

    assert {"Decision", "Review", "Last day", "Attendance review", "Day-6 duty", "Visit",
            "Education from day 6", "Governing board", "Review of a cycle"} <= set(found)  # fmt: skip
    assert {title: words for title, words in found.items() if not COUNTED.search(words)} == {}


def test_a_review_is_counted_from_the_last_one(client, world):
    placement, today = world.own.placement, localdate()
    type(placement).objects.filter(pk=placement.pk).update(
        opened_by=world.people[Role.CASEWORKER], next_review_on=today, ends_on=None
    )
    held_on = max(row.held_on for row in placement.reviews.all())

    (event,) = (one for one in events(read(client)) if placement.reference in one["summary"])

    counted = SchoolCalendar(held_on, today).between(
        held_on + timedelta(days=1), today + timedelta(days=1), placement.provider_id
    )
    assert f"{counted} school days after {held_on.day} {held_on:%b}" in str(event["description"])


def test_planned_outreach_and_cycles_to_review_are_in_the_workers_feed(client, world):
    worker, today = world.people[Role.OUTREACH_WORKER], localdate()
    support = factories.SupportFactory(worker=worker, pupil=world.own.pupil)
    factories.CycleFactory(support=support, review_on=today)
    factories.LogEntryFactory(worker=worker, status="planned", on=today, kind="visit")
    factories.LogEntryFactory(worker=worker, on=today)
    factories.LogEntryFactory(status="planned", on=today)

    assert told(client, worker) == {
        f"Review of a cycle: {support.reference}": today,
        "Visit": today,
    }


def test_steps_of_a_return_are_in_the_feed_until_they_are_tried(client, world):
    officer, today = world.people[Role.ATTENDANCE_OFFICER], localdate()
    pathway = factories.EbsaPathwayFactory(opened_by=officer)
    factories.ReturnStepFactory(pathway=pathway, position=1, planned_on=today)
    factories.ReturnStepFactory(
        pathway=pathway, position=2, planned_on=today, tried_on=today, went="well",
        went_words="Easy", recorded_by=officer, recorded_at=timezone.now(),
    )  # fmt: skip
    factories.ReturnStepFactory(planned_on=today)
    factories.ReturnStepFactory(pathway__opened_by=officer, pathway__status="closed")

    found = {title: on for title, on in told(client, officer).items() if "of a return" in title}
    assert found == {"Step 1 of a return": today}


def test_checks_are_in_the_feed_of_who_coordinates_or_coaches(client, world):
    coach, today = world.people[Role.TRANSITION_COACH], localdate()
    plan = factories.PlanFactory(coordinator=coach)
    factories.StayCheckFactory(plan=plan, due_on=today)
    factories.StayCheckFactory(
        plan=plan, weeks=12, answer="there", answered_on=today, answered_by=coach
    )
    factories.StayCheckFactory(due_on=today)
    factories.DestinationCheckFactory(
        pathway__coach=coach, pathway__coach_from=today, due_on=today
    )
    factories.DestinationCheckFactory(due_on=today)

    assert told(client, coach) == {
        f"Did the return hold? {plan.reference}": today,
        "Destination check": today,
    }


def test_a_meeting_of_the_panel_is_in_the_feed_of_who_may_read_it(client, db):
    seat = factories.PanelMemberFactory()
    today = localdate()
    meeting = factories.PanelMeetingFactory(status="published", held_on=today)
    factories.PanelMeetingFactory(status="planned", held_on=today + timedelta(days=7))
    factories.PanelMeetingFactory(status="closed", held_on=today - timedelta(days=1))

    assert told(client, seat.user) == {f"Fair Access Panel, {meeting.starts_at:%H:%M}": today}
    seat.ends_on = today
    seat.save()
    assert told(client, seat.user) == {}


def test_an_event_keeps_its_name_while_its_day_moves(client, world):
    (before,) = decisions(read(client))
    Referral.objects.filter(pk=world.own.submitted.pk).update(
        decide_by=localdate() + timedelta(days=9)
    )

    (after,) = decisions(read(client))

    assert after["uid"] == before["uid"]
    assert after.decoded("dtstart") == localdate() + timedelta(days=9)


def excluded(world, **details):
    child = factories.EnrolmentFactory(organisation=world.own.school).pupil
    row = factories.PermanentExclusionFactory(
        pupil=child, school=world.own.school,
        day_six_on=date(2024, 11, 12), board_by=date(2024, 11, 25), **details,
    )  # fmt: skip
    return row, {f"Day-6 duty: {row}": row.day_six_on}


def of_exclusions(found):
    titles = ("Day-6", "Education", "Governing")
    return {title: on for title, on in found.items() if title.startswith(titles)}


@pytest.fixture
def bare(world):
    """Take the exclusions of the world away, so that the test's own stand alone."""
    for model in (PermanentExclusion, Suspension):
        model.objects.update(day_six_on=None, board_by=None)
    return world


def test_the_day_6_of_an_exclusion_is_in_each_officers_feed_until_somebody_has_it(client, bare):
    row, due = excluded(bare)
    officer, manager = (bare.people[role] for role in (Role.CASEWORKER, Role.MANAGER))
    assert of_exclusions(told(client, manager)) == due

    referral = factories.ReferralFactory(
        pupil=row.pupil, status=Status.SUBMITTED, exclusion=row, reason="permanent exclusion",
        event_on=row.effective_on, day_six_on=row.day_six_on,
    )  # fmt: skip
    assert of_exclusions(told(client, manager)) == due
    Referral.objects.filter(pk=referral.pk).update(assigned_to=officer)

    assert of_exclusions(told(client, manager)) == {}
    own = {f"Day-6 duty: {referral.reference}": row.day_six_on}
    assert of_exclusions(told(client, officer)) == own


def test_education_that_is_recorded_is_not_due_any_more(client, bare):
    excluded(bare, provision_from=date(2024, 11, 11))

    assert of_exclusions(told(client, bare.people[Role.MANAGER])) == {}


def test_a_school_has_its_boards_and_its_education_in_the_feed(client, bare):
    row, _ = excluded(bare)
    today = localdate()
    child = row.pupil
    long = factories.SuspensionFactory(
        pupil=child, school=bare.own.school, starts_on=today, sessions=14,
        back_on=today + timedelta(days=9), day_six_on=today + timedelta(days=7),
        board_by=today + timedelta(days=60),
    )  # fmt: skip
    factories.SuspensionFactory(pupil=child, board_by=today)  # by another school

    found = told(client, bare.people[Role.SCHOOL_STAFF])

    assert of_exclusions(found) == {
        f"Education from day 6: {long}": long.day_six_on,
        f"Governing board: {long}": long.board_by,
        f"Governing board: {row}": row.board_by,
    }
    assert not of_exclusions(told(client, bare.people[Role.PROVIDER_LEAD]))
    text = " ".join(found).lower()
    for name in (row.pupil.forename, row.pupil.surname, row.school.name):
        assert name.lower() not in text


def test_what_is_decided_or_of_others_is_not_in_the_feed(client, world):
    factories.ReferralFactory(
        status=Status.DECLINED,
        assigned_to=world.people[Role.CASEWORKER],
        decide_by=localdate(),
    )
    factories.ReferralFactory(status=Status.SUBMITTED, decide_by=localdate())

    assert len(decisions(read(client))) == 1


def test_the_feed_of_who_covers_holds_the_work_of_who_is_away(client, world):
    manager = world.people[Role.MANAGER]
    factories.MembershipFactory(user=manager, organisation=world.council, role=Role.CASEWORKER)
    token = actions.make_feed(by=manager)

    (event,) = decisions(read(client, token))

    assert str(event["summary"]).endswith(", for Demo Caseworker")


def end_roles(world):
    world.people[Role.CASEWORKER].memberships.update(ends_on=localdate())


def close_account(world):
    user = world.people[Role.CASEWORKER]
    user.is_active = False
    user.save()


def revoke(world):
    actions.revoke_feed(by=world.people[Role.CASEWORKER])


def replace(world):
    actions.make_feed(by=world.people[Role.CASEWORKER])


@pytest.mark.parametrize("end", [end_roles, close_account, revoke, replace])
def test_an_address_stops_when_it_is_taken_back_or_its_person_leaves(client, world, end):
    assert read(client).status_code == 200

    end(world)

    assert read(client).status_code == 404


@pytest.mark.parametrize("token", ["wrong", "a" * 500, hash_of(worlds.FEED_TOKEN), "é\0"])
def test_a_wrong_token_is_not_found(client, world, token):
    assert read(client, token).status_code in {400, 404}


def test_a_signed_in_person_gets_nothing_by_a_wrong_token(client, world):
    client.force_login(world.people[Role.CASEWORKER])

    assert read(client, "wrong").status_code == 404


def test_the_feed_is_only_read(client, world):
    path = reverse("reporting:feed", args=[worlds.FEED_TOKEN])

    assert client.post(path).status_code == 405


def test_who_asks_too_often_is_told_to_wait(client, world):
    here = {"REMOTE_ADDR": "192.0.2.7"}  # the count of an address outlives the test
    codes = [read(client, f"guess-{n}", **here).status_code for n in range(FEED_READS_AN_HOUR)]

    answer = read(client, **here)

    assert set(codes) == {404}
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")


def test_the_address_is_shown_once_and_kept_as_its_hash(client, world):
    user = world.people[Role.SCHOOL_STAFF]
    client.force_login(user)

    page = client.post(reverse("accounts:feed-make"))

    address = page.context["address"]
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert len(token) >= 43
    kept = Feed.objects.get(user=user)
    assert kept.token_hash == hash_of(token)
    assert token not in client.get(reverse("accounts:settings")).content.decode()
    assert token not in str(list(Feed.pgh_event_model.objects.values()))
    assert client.get(address.removeprefix("http://testserver")).status_code == 200
    client.post(reverse("accounts:feed-revoke"))
    assert client.get(address.removeprefix("http://testserver")).status_code == 404
    assert "Make an address" in client.get(reverse("accounts:settings")).content.decode()
