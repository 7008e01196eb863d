"""The registries of a child's page, and the chronology as the database builds it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Permission, Role
from pupils import story
from pupils.models import Need
from pupils.story.events import EVENTS_A_PAGE
from pupils.story.statements import FIELDS
from referrals.models import Entry, Status
from tests import factories, onward
from tests import world as worlds

DAY = timedelta(days=1)


@pytest.fixture
def world(db):
    return worlds.build()


@pytest.fixture
def officer(world):
    return world.people[Role.CASEWORKER]


def told(pupil, user, **asked):
    return [(event.on, event.title) for event in story.chronology(pupil, user, **asked)]


def pages(pupil, user, **asked):
    """Return all pages of the chronology, one after the other, as a person turns them."""
    found, after = [], None
    while True:
        events, after = story.page_of_events(pupil, user, after=after, **asked)
        found.append(events)
        if after is None:
            return found
        after = story.Cursor.read(str(after))


def filled(pupil, entries):
    """Give a child many entries of a referral, many of one moment."""
    referral = pupil.referrals.first() or factories.ReferralFactory(
        pupil=pupil, status=Status.SUBMITTED
    )
    start = datetime(2024, 9, 2, 9, tzinfo=UTC)
    by = referral.made_by
    Entry.objects.bulk_create(
        Entry(
            referral=referral,
            kind="added",
            at=start + DAY * (number // 7),
            by=by,
            after=f"Word {number}",
        )
        for number in range(entries)
    )


def in_outreach(pupil, officer):
    support = factories.SupportFactory(pupil=pupil, status="closed")
    factories.LogLineFactory(support=support)
    factories.FollowUpFactory(support=support, suspended="no")
    review = {"judgement": "partly", "done": "So.", "reviewed": "So."}
    factories.CycleFactory(
        support=support, reviewed_by=officer, reviewed_on=date(2024, 10, 7), **review
    )


def test_every_kind_of_entry_is_told_with_its_day_and_person(officer):
    pupil = factories.PupilFactory()
    on = date(2025, 3, 3)
    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    factories.EhcPlanFactory(
        pupil=pupil, issued_on=on, reviewed_on=on + DAY, ceased_on=on + 2 * DAY
    )
    factories.CareStatusFactory(pupil=pupil, starts_on=on, ends_on=on + DAY)
    factories.EnrolmentFactory(pupil=pupil, starts_on=on, ends_on=on + 5 * DAY)
    factories.DocumentFactory(pupil=pupil, added_at=noon)
    for status, tier in ((Status.ACCEPTED, 2), (Status.DECLINED, None)):
        referral = factories.ReferralFactory(pupil=pupil, status=status, tier=tier)
        factories.EntryFactory(referral=referral, kind="added", at=noon)
        factories.EntryFactory(referral=referral, kind="assigned", at=noon)
    placement = factories.PlacementFactory(pupil=pupil, status="ended")
    factories.PlacementEntryFactory(placement=placement, kind="accepted", words="")
    factories.PlacementEntryFactory(placement=placement, kind="paused", words="For a week.")
    factories.ReviewFactory(placement=placement)
    factories.AwardFactory(placement=placement)
    factories.LetterFactory(pupil=pupil, status="issued")
    factories.AssessmentFactory(pupil=pupil)
    factories.SchoolPlacementFactory(pupil=pupil, starts_on=on, ends_on=on + DAY)
    factories.MarkFactory(placement=placement, date=on, code_id="N")
    factories.MarkFactory(placement=placement, date=on, session=1, code_id="\\", note="Read.")
    factories.SuspensionFactory(pupil=pupil)
    factories.AbsenceEntryFactory(placement=placement)
    factories.SchoolAttendanceFactory(pupil=pupil)
    back = factories.PlanFactory(
        placement=placement, status="closed", outcome="mainstream", closed_on=on
    )
    factories.TargetChangeFactory(plan=back)
    factories.GateFactory(plan=back)
    factories.WeekChangeFactory(plan=back)
    answered = {"answered_on": on, "answered_by": officer}
    factories.StayCheckFactory(plan=back, answer="there", **answered)
    factories.TimetableFactory(placement=placement)
    plan = factories.SupportPlanFactory(pupil=pupil, status="met")
    factories.SupportReviewFactory(plan=plan, held_on=on)
    for status in ("made", "called off"):
        factories.HomeVisitFactory(pupil=pupil, status=status)
    factories.RewardFactory(pupil=pupil)
    onward.own_words_and_onward(pupil, str)
    in_outreach(pupil, officer)
    step = {"tried_on": on, "went": "well", "went_words": "Easy.", "recorded_at": noon}
    factories.ReturnStepFactory(
        pathway=factories.EbsaPathwayFactory(pupil=pupil, status="closed"),
        position=1,
        recorded_by=officer,
        **step,
    )

    events = story.chronology(pupil, officer)

    titles = " | ".join(event.title for event in events)
    for words in ("EHC plan issued", "EHC plan reviewed", "EHC plan ceased", "Social care: ",
                  "On roll: ", "Last day on roll: ", "Document added", "submitted", " accepted",
                  " declined", ": information added", ": assigned to an officer", "Placement starts", "Placement ended",
                  "Placement: paused", "Placement reviewed: ", "Award gained: ", "Letter L-", "Assessment: ",
                  "Placed by the school itself", "Last day of the school's own placement",
                  "Absent for 1 of 2 sessions", " opened", " agreed", ": target met",
                  "Attendance review", "Home visit: made", "Home visit: called off", "Reward: ",
                  "EBSA pathway begun", "EBSA pathway closed",
                  "Step 1 of the EBSA pathway: managed", "Plan of the way back set up",
                  "Way back closed: back in a mainstream school", "Half term of return moved",
                  "Planning meeting", "Week 1: week held", "6 weeks after the return: still there", "Outreach begun", "Outreach closed",
                  "Outreach: visit", "Cycle 1 of outreach reviewed: partly achieved",
                  "Follow-up 12 months after outreach answered"):  # fmt: skip
        assert words in titles
    assert {event.kind.slug for event in events} == set(story.KINDS)
    assert {source.kind for source in story.SOURCES.values()} == set(story.KINDS)
    ceased = next(event for event in events if event.title == "EHC plan ceased")
    assert (ceased.on, ceased.by, ceased.url) == (on + 2 * DAY, "", "")
    last = next(event for event in events if event.title.startswith("Last day on roll"))
    assert last.on == on + 4 * DAY
    keys = [(event.on, event.at) for event in events]
    assert keys == sorted(keys, reverse=True)


def test_pages_follow_one_another_without_loss_or_repetition(officer):
    pupil = factories.PupilFactory()
    filled(pupil, 3 * EVENTS_A_PAGE)
    factories.EhcPlanFactory(pupil=pupil, issued_on=date(2024, 9, 5))
    factories.CareStatusFactory(pupil=pupil, starts_on=date(2024, 9, 5))

    found = pages(pupil, officer)

    whole = story.chronology(pupil, officer)
    assert [event.detail for page in found for event in page] == [event.detail for event in whole]
    assert [len(page) for page in found] == [EVENTS_A_PAGE] * 3 + [len(whole) % EVENTS_A_PAGE]


@pytest.mark.parametrize(
    "text",
    ["", "x", "2024-09-02_x_award_1", "2024-09-02_2024-09-02T09:00:00_award_1", "___",
     "2024-13-02_2024-09-02T09:00:00+00:00_award_1",
     "2024-09-02_2024-09-02T09:00:00+00:00_award_-1",
     f"2024-09-02_2024-09-02T09:00:00+00:00_award_{2**63}"],
)  # fmt: skip
def test_a_cursor_that_nobody_wrote_is_none(text):
    assert story.Cursor.read(text) is None


def test_the_chronology_narrows_to_a_kind_and_to_what_was_recorded_since(officer):
    pupil = factories.PupilFactory()
    factories.EhcPlanFactory(pupil=pupil, issued_on=date(2024, 9, 5))
    now = timezone.now()
    factories.DocumentFactory(pupil=pupil, added_at=now)

    assert told(pupil, officer, kind="plans") == [(date(2024, 9, 5), "EHC plan issued")]
    assert told(pupil, officer, since=now - DAY) == [(localdate(), "Document added")]
    assert told(pupil, officer, kind="plans", since=now - DAY) == []
    assert [event.is_new for event in story.chronology(pupil, officer, seen=now - DAY)] == [
        True,
        False,
    ]


def test_silence_is_counted_in_days(officer):
    pupil = factories.PupilFactory()
    factories.EhcPlanFactory(pupil=pupil, issued_on=date(2024, 1, 1), reviewed_on=date(2024, 9, 1))

    assert [event.gap for event in story.chronology(pupil, officer)] == [0, 244]


def test_counts_are_those_of_the_entries(officer, world):
    pupil = world.own.pupil
    events = story.chronology(pupil, officer)

    needs = story.Section("needs", "", "", Permission.PUPIL_VIEW, Need.objects.as_user)
    bare = story.Section("x", "", "", Permission.PUPIL_VIEW)
    found = story.by_kind(story.counts(pupil, officer, [needs, bare]))

    for slug in story.KINDS:
        of_kind = [event for event in events if event.kind.slug == slug]
        assert found.get(slug, story.Count()).all == len(of_kind), slug
        assert len(story.chronology(pupil, officer, kind=slug)) == len(of_kind)
    assert found["section needs"] == story.Count(1, 0)


def test_a_chronology_is_one_query_however_long_it_is(officer):
    pupil = factories.PupilFactory()
    filled(pupil, 5)
    assert officer.roles  # read once a request
    for ask in (story.page_of_events, story.chronology, lambda *who: story.counts(*who, [])):
        with CaptureQueriesContext(connection) as captured:
            ask(pupil, officer)
        assert len(captured) == 1
    filled(pupil, 60)
    with CaptureQueriesContext(connection) as captured:
        story.page_of_events(pupil, officer)
    assert len(captured) == 1


def test_a_page_asks_only_the_sources_that_hold_something(officer, client):
    pupil = factories.PupilFactory()
    factories.EhcPlanFactory(pupil=pupil, issued_on=date(2024, 1, 1), reviewed_on=date(2024, 9, 1))
    client.force_login(officer)

    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse("reporting:pupil", args=[pupil.uid]))

    (sql,) = (query["sql"] for query in captured if "LIMIT 51" in query["sql"])
    assert [event.title for event in page.context["events"]] == [
        "EHC plan reviewed",
        "EHC plan issued",
    ]
    assert sql.count("UNION ALL") == 1


def test_a_school_and_a_provider_read_what_they_may_see(world):
    pupil = world.own.pupil
    school, provider = world.people[Role.SCHOOL_STAFF], world.people[Role.PROVIDER_STAFF]
    factories.DocumentFactory(pupil=pupil, name="Report", is_for_school=True)

    for_school = {event.kind.slug for event in story.chronology(pupil, school)}
    of_provider = story.chronology(pupil, provider)

    assert {"referrals", "documents", "placements"} <= for_school
    assert {event.kind.slug for event in of_provider} & {"referrals", "documents"} == set()
    for stranger in (world.foreign.pupil,):
        assert story.chronology(stranger, school) == []
        assert story.chronology(stranger, provider) == []


def test_an_offer_to_a_provider_is_told_to_the_council_only(world):
    pupil, provider = world.own.pupil, world.own.provider
    offer = factories.PlacementFactory(
        pupil=pupil, provider=provider, status="proposed", tier=1,
        starts_on=localdate() + DAY * 30,
    )  # fmt: skip
    factories.PlacementEntryFactory(placement=offer, kind="proposed", words="Soon.")

    def offers(role):
        events = story.chronology(pupil, world.people[role])
        return [event for event in events if "offered" in event.title]

    assert len(offers(Role.CASEWORKER)) == 1
    assert offers(Role.PROVIDER_LEAD) == []


def test_nobody_without_a_permission_reads_anything(world):
    leader = world.people[Role.LEADERSHIP]

    assert story.chronology(world.own.pupil, leader) == []
    assert story.page_of_events(world.own.pupil, leader) == ([], None)
    assert story.counts(world.own.pupil, leader, []) == {}
    assert story.frame(world.own.pupil, leader, "")["sections"] == []


def test_an_app_registers_a_section_a_kind_and_a_source(officer, monkeypatch):
    for registry, slug in (
        (story.SECTIONS, "needs"),
        (story.KINDS, "needs"),
        (story.SOURCES, "need"),
    ):
        monkeypatch.setitem(registry, slug, None)  # so that it is taken out again
    pupil = factories.NeedFactory().pupil
    story.section(
        story.Section("needs", "Needs", "reporting:pupil", Permission.PUPIL_VIEW,
                      Need.objects.as_user, place=1)
    )  # fmt: skip
    story.kind("needs", "Needs")
    story.tells(
        story.Source(
            "need",
            "needs",
            Need.objects.as_user,
            {"on": "pupil__date_of_birth", "words": "need_type"},
            lambda row: story.Told("Need", row.words),
        )
    )

    framed = story.frame(pupil, officer, "needs")

    assert [entry["label"] for entry in framed["sections"]][:2] == ["Overview", "Needs"]
    needs = framed["sections"][1]
    assert (needs["count"], needs["is_here"]) == (1, True)
    assert told(pupil, officer) == [(pupil.date_of_birth, "Need")]


def test_a_source_is_named_by_small_letters():
    with pytest.raises(ValueError, match="small letters"):
        story.tells(story.Source("a-b", "plans", Need.objects.as_user, {}, lambda row: row))


def test_a_row_has_the_fields_that_the_database_gives():
    assert list(FIELDS) == list(story.Row._fields)


def test_the_identity_names_places_and_flags_of_today(officer):
    today = localdate()
    pupil = factories.PupilFactory(sen_provision="K")
    factories.EnrolmentFactory(pupil=pupil, organisation__name="Ash School")
    factories.EnrolmentFactory(pupil=pupil, organisation__name="Old School", ends_on=today)
    factories.EnrolmentFactory(
        pupil=pupil, organisation__name="Next School", starts_on=today + DAY
    )
    factories.PlacementFactory(pupil=pupil, provider__name="The Bridge", starts_on=today)
    factories.CareStatusFactory(pupil=pupil, kind="child in need", starts_on=today - DAY)
    factories.CareStatusFactory(pupil=pupil, kind="looked after", starts_on=today + DAY)

    found = story.frame(pupil, officer, "overview")["identity"]

    assert (found.schools, found.providers) == (["Ash School"], ["The Bridge"])
    assert found.flags[0] == "SEN support"
    assert len(found.flags) == 2
    factories.EhcPlanFactory(pupil=pupil)
    assert story.frame(pupil, officer, "overview")["identity"].flags[0] == "EHC plan"
