"""A child's page: the frame, the chronology and its filters, the pages behind the navigation."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from placements.models import Placement
from pupils.models import Pupil
from reporting import actions
from reporting.models import LastLook
from tests import factories
from tests import world as worlds

DAY = timedelta(days=1)
QUERIES = 12  # of a child of whom every part of the page tells something


@pytest.fixture
def world(db):
    return worlds.build()


@pytest.fixture
def council(client, world):
    client.force_login(world.people[Role.CASEWORKER])
    return client


def get(client, name, pupil, **asked):
    return client.get(reverse(name, args=[pupil.uid]), asked)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_first_look_has_no_look_before_and_a_visit_is_half_an_hour(world):
    pupil, by = world.own.pupil, world.people[Role.CASEWORKER]
    start = timezone.now() - DAY

    assert actions.look(pupil, by=by, now=start) is None
    assert actions.look(pupil, by=by, now=start + timedelta(minutes=20)) is None
    later = start + timedelta(hours=5)
    assert actions.look(pupil, by=by, now=later) == start + timedelta(minutes=20)
    assert actions.look(pupil, by=by, now=later + timedelta(minutes=29)) == start + timedelta(
        minutes=20
    )
    assert actions.look(pupil, by=by, now=start) is not None  # a clock that goes back
    look = LastLook.objects.get()
    assert look.at == later + timedelta(minutes=29)
    look.full_clean()


def test_each_person_has_the_own_last_look(world):
    pupil = world.own.pupil
    actions.look(pupil, by=world.people[Role.CASEWORKER])
    actions.look(pupil, by=world.people[Role.MANAGER])

    rows = LastLook.objects.as_user(world.people[Role.MANAGER])

    assert [row.user for row in rows] == [world.people[Role.MANAGER]]


def test_what_is_new_since_the_last_look_is_marked_and_filtered(council, world):
    pupil = world.own.pupil
    first = text(get(council, "reporting:pupil", pupil))
    assert "for the first time" in first
    assert "Since I last looked" not in first
    LastLook.objects.update(at=timezone.now() - DAY)
    Placement.objects.update(opened_at=timezone.now() - 2 * DAY)
    actions.look(pupil, by=world.people[Role.CASEWORKER])
    factories.DocumentFactory(pupil=pupil, name="A new report")
    LastLook.objects.update(before=timezone.now() - timedelta(minutes=1))

    everything = text(get(council, "reporting:pupil", pupil))
    new = text(get(council, "reporting:pupil", pupil, since="looked"))

    assert "You last looked on" in everything
    assert "Placement starts" in everything
    assert "A new report" in new
    assert "Placement starts" not in new
    nothing = text(get(council, "reporting:pupil", pupil, since="looked", kind="plans"))
    assert "Nothing new was recorded" in nothing


def test_the_chronology_narrows_and_turns_its_pages(council, world):
    pupil = world.own.pupil
    factories.EntryFactory.create_batch(60, referral=world.own.submitted, kind="added")

    first = get(council, "reporting:pupil", pupil, kind="referrals")
    assert len(first.context["events"]) == 50
    assert {event.kind.slug for event in first.context["events"]} == {"referrals"}
    second = get(
        council, "reporting:pupil", pupil, kind="referrals", after=first.context["following"]
    )

    assert 12 <= len(second.context["events"]) < 50
    assert "Newest entries" in text(second)
    assert "Older entries" not in text(second)
    assert "Older entries" in text(first)
    narrow = get(council, "reporting:pupil", pupil, kind="attendance")
    assert "Nothing is recorded" not in text(narrow)
    assert len(get(council, "reporting:pupil", pupil, kind="zzz").context["events"]) == 50


def test_a_child_of_whom_nothing_is_known_has_a_page(council):
    pupil = factories.PupilFactory()

    page = text(get(council, "reporting:pupil", pupil))

    assert "Nothing is recorded yet" in page
    for name, words in (
        ("chronology", "Nothing is recorded."),
        ("referrals", "No referral that you may see"),
        ("placements", "No placement that you may see"),
        ("attendance", "No session that you may see"),
    ):
        assert words in text(get(council, f"reporting:pupil-{name}", pupil))


def test_the_chronology_is_printed_oldest_first_with_who_and_when(council, world):
    answer = get(council, "reporting:pupil-chronology", world.own.pupil)

    days = [event.on for event in answer.context["events"]]
    assert days == sorted(days)
    assert "Produced by Demo Caseworker on" in text(answer)
    narrowed = get(council, "reporting:pupil-chronology", world.own.pupil, kind="plans")
    assert "of one kind only: plans and care" in text(narrowed)
    LastLook.objects.create(
        user=world.people[Role.CASEWORKER],
        pupil=world.own.pupil,
        at=timezone.now(),
        before=timezone.now() - DAY,
    )
    since = get(council, "reporting:pupil-chronology", world.own.pupil, since="looked")
    assert "recorded after" in text(since)
    assert council.post(reverse("reporting:pupil-chronology", args=[world.own.pupil.uid])).status_code == 405  # fmt: skip


def test_the_navigation_counts_what_its_pages_list(council, world):
    pupil = world.own.pupil
    factories.ReferralFactory.create_batch(2, pupil=pupil, status="declined")

    sections = {
        entry["label"]: entry
        for entry in get(council, "reporting:pupil", pupil).context["sections"]
    }

    assert list(sections)[:4] == ["Overview", "Referrals", "Placements", "Attendance"]
    assert sections["Overview"]["is_here"]
    for label in ("Referrals", "Placements"):
        page = get(council, f"reporting:pupil-{label.lower()}", pupil)
        assert page.context["page"].paginator.count == sections[label]["count"] > 0
        here = [entry["label"] for entry in page.context["sections"] if entry["is_here"]]
        assert here == [label]


def test_a_provider_reads_no_school_and_no_referrals(client, world):
    client.force_login(world.people[Role.PROVIDER_STAFF])

    answer = get(client, "reporting:pupil", world.own.pupil)

    assert "Referrals" not in [entry["label"] for entry in answer.context["sections"]]
    assert answer.context["identity"].schools == []
    assert answer.context["identity"].providers == [world.own.provider.name]
    assert get(client, "reporting:pupil-referrals", world.own.pupil).status_code == 403


@pytest.mark.parametrize(
    ("role", "queries"),
    [(Role.CASEWORKER, QUERIES), (Role.SCHOOL_STAFF, QUERIES), (Role.PROVIDER_STAFF, QUERIES - 1)],
)
def test_the_page_asks_12_questions_and_no_more_with_2000_entries(client, world, role, queries):
    pupil, school = world.own.pupil, world.own.school
    factories.SchoolPlacementFactory(pupil=pupil, school=school)
    client.force_login(world.people[role])
    path = reverse("reporting:pupil", args=[pupil.uid])
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        shown = client.get(path).context
    by = world.people[Role.SCHOOL_STAFF]
    entries = type(factories.EntryFactory.build(by=by)).objects
    entries.bulk_create(
        factories.EntryFactory.build(referral=world.own.submitted, kind="added", by=by)
        for _ in range(2000)
    )

    with CaptureQueriesContext(connection) as many:
        answer = client.get(path)

    assert shown["part_time"]["rows"]
    assert len(shown["by_schools"]) == QUERIES - 11 - (role == Role.PROVIDER_STAFF)
    assert len(answer.context["events"]) <= 50
    assert len(_asked(many)) == len(_asked(few)) == queries


def _asked(captured):
    """Return what is asked. Where the one transaction begins and ends, nothing is."""
    found = [query for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(captured) - len(found) == 2
    return found


def test_searching_writes_no_last_look(council, world):
    council.get(reverse("reporting:search"), {"q": Pupil.objects.first().forename})

    assert not LastLook.objects.exists()


@pytest.mark.parametrize(
    ("asked", "shown", "number"),
    [("", 50, 1), ("1", 50, 1), ("2", 10, 2), ("3", 10, 2), ("0", 10, 2), ("x", 50, 1)],
)
def test_a_page_of_the_search_is_the_one_asked_for_or_the_nearest(council, asked, shown, number):
    factories.PupilFactory.create_batch(60, surname="Ashgrove")
    path = {"q": "ashgrove"} | ({"page": asked} if asked else {})

    page = council.get(reverse("reporting:search"), path).context["page"]

    assert (len(page.object_list), page.number, page.paginator.count) == (shown, number, 60)


@pytest.mark.parametrize("asked", ["ashgrove", "nobodyhere"])
def test_pupils_are_sought_once(council, asked):
    factories.PupilFactory.create_batch(60, surname="Ashgrove")

    with CaptureQueriesContext(connection) as captured:
        council.get(reverse("reporting:search"), {"q": asked})

    assert len([query for query in captured if "search_name" in query["sql"]]) == 1


def test_a_search_that_finds_nobody_says_so(council):
    answer = council.get(reverse("reporting:search"), {"q": "Nobodyhere"})

    assert "No pupil that you may see matches “Nobodyhere”" in text(answer)


def test_a_record_that_nobody_opened_says_so(client, world):
    client.force_login(world.people[Role.DATA_PROTECTION])
    pupil = factories.PupilFactory()

    answer = client.get(reverse("reporting:who-looked"), {"pupil": str(pupil.uid)})

    assert "Nobody looked at this record so far." in text(answer)
