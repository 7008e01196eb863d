"""My day: four groups for every role, and each number is the number of rows behind its link."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.calendar import academic_year
from attendance.models import TimetableRule
from referrals.models import Referral, Status
from reporting.cards import CARDS, Day, Group, lines
from reporting.cards.card import RECENT
from tests import factories
from tests import world as worlds

DAY = timedelta(days=1)
NO_LIST = {"to-mark", "in-provision"}  # pages of their own, not lists
EMPTY_ROLES = [role for role in Role if not any(card.permission in GRANTS[role] for card in CARDS)]


@pytest.fixture
def world(db):
    """A borough in which every card counts something, in numbers that differ."""
    world = worlds.build_with_a_case()
    people, now = world.people, timezone.now()
    Referral.objects.filter(pk=world.foreign.submitted.pk).update(day_six_on="2020-01-01")

    def referral(**details):
        child = factories.PupilFactory()
        factories.EnrolmentFactory(pupil=child, organisation=world.own.school)
        return factories.ReferralFactory(
            pupil=child,
            school=world.own.school,
            assigned_to=people[Role.CASEWORKER],
            made_by=people[Role.SCHOOL_STAFF],
            **details,
        )

    for _ in range(3):
        new = referral(status=Status.SUBMITTED, submitted_at=now)
        factories.EntryFactory(referral=new, by=people[Role.MANAGER])
    quiet = referral(status=Status.WAITING)
    for by in (people[Role.CASEWORKER], people[Role.SCHOOL_STAFF]):
        factories.EntryFactory(referral=quiet, by=by, at=now - RECENT - DAY)
    factories.EntryFactory(referral=quiet, by=people[Role.CASEWORKER])
    referral(status=Status.ACCEPTED, is_placed=True)
    referral(status=Status.DECLINED)
    read = referral(status=Status.DECLINED)
    factories.DecisionReadFactory(referral=read)
    today = localdate()
    for number, details in enumerate([
        {"starts_on": today + DAY}, {"starts_on": today - 2 * DAY}, {"ends_on": today + 15 * DAY},
        {"ends_on": today + 16 * DAY}, {"ends_on": today - 2 * DAY, "status": "ended"},
        {"ends_on": today - 20 * DAY, "status": "ended"},
        {"next_review_on": today - DAY}, {"ends_on": today - DAY}, {"ends_on": today - 3 * DAY},
    ]):  # fmt: skip
        factories.PlacementFactory(
            pupil=factories.PupilFactory(forename=f"Extra{number}"),
            provider=world.own.provider, home_school=world.own.school,
            tier=3, **{"starts_on": today - 90 * DAY} | details,
        )  # fmt: skip
    factories.TimetableRuleFactory(starts_on=today, long_weeks=4)
    for full_time_on in (today + 7 * DAY, today - DAY, today + 30 * DAY):
        row = factories.TimetableFactory(
            placement__provider=world.own.provider,
            starts_on=today - 28 * DAY,
            full_time_on=full_time_on,
        )
        factories.TimetableReviewFactory(timetable=row, due_on=today - DAY)
    for number in range(2):
        child = factories.PupilFactory()
        factories.EnrolmentFactory(pupil=child, organisation=world.own.school)
        factories.SuspensionFactory(
            pupil=child, school=world.own.school, starts_on=today - DAY, sessions=12,
            back_on=today + 9 * DAY, day_six_on=today + DAY, board_by=today + DAY,
        )  # fmt: skip
        factories.SuspensionFactory(
            pupil=child, school=world.own.school, is_imported=True, board_by=today
        )
        factories.EnrolmentFactory(ends_on=today - number * DAY)
    over = factories.HalfTermFactory(
        year=2021, starts_on=date(2021, 9, 1), ends_on=date(2021, 10, 20)
    )
    factories.PlanFactory(first_target=over)
    factories.PlanFactory(placement__status="ended")
    fresh = factories.PlacementFactory(
        pupil=factories.PupilFactory(), provider=world.own.provider, home_school=world.own.school,
        opened_by=people[Role.CASEWORKER], starts_on=today - 90 * DAY,
    )  # fmt: skip
    factories.EnrolmentFactory(
        pupil=fresh.pupil, organisation=world.own.school, starts_on=today - 90 * DAY
    )
    for by in (people[Role.CASEWORKER], people[Role.MANAGER]):
        factories.PlacementEntryFactory(placement=fresh, by=by)
    mine = factories.PlacementFactory(opened_by=people[Role.CASEWORKER], starts_on=today - DAY)
    factories.PlacementEntryFactory(placement=mine, by=people[Role.CASEWORKER])
    factories.ObjectiveChangeFactory.create_batch(2, objective__placement=fresh)  # one placement
    factories.ObjectiveChangeFactory(objective__placement__status="ended")
    factories.ObjectiveChangeFactory(
        objective__placement=mine, is_agreed=True, answered_at=now,
        answered_by=people[Role.MANAGER],
    )  # fmt: skip
    _support(world, today)
    _outreach(world, today)
    factories.VoiceFactory.create_batch(
        2, pupil=world.own.pupil, finished_at=now, made_on=today - DAY, ends_on=today
    )
    _onward(world, today)
    factories.LetterFactory.create_batch(2, status="draft")
    factories.LetterFactory.create_batch(3, status="approved", approved_by=people[Role.MANAGER])
    factories.ImportFactory(provider=world.own.provider, by=world.people[Role.PROVIDER_STAFF])
    factories.ApiKeyFactory(organisation=world.own.provider, expires_at=now + timedelta(days=9))
    _absence(world, today)
    factories.UserFactory(is_active=True, last_login=now - timedelta(days=100))
    old = factories.MembershipFactory(organisation=world.council)
    assert old.user.last_login is None
    return world


def _absence(world, today):
    """Set thresholds that one mark is over, in a year whose last half term is before today."""
    for kind, within in (("unexplained", None), ("unauthorised", 10), ("illness", None)):
        factories.ThresholdFactory(kind=kind, number=1, within=within, starts_on=today)
    year = academic_year(today)
    factories.HalfTermFactory(  # on 1 September too there are school days before today
        year=year - 1, number=6, starts_on=date(year, 7, 1), ends_on=date(year, 8, 31)
    )
    factories.MarkFactory(
        placement=world.own.placement, date=today - 20 * DAY, session=1, code_id="N"
    )


def _onward(world, today):
    """Make pathway plans that wait for each of the things they can wait for."""
    year = academic_year(today)
    for number in range(3):
        born = date(year - 15 - number % 2, 1, 1)
        factories.PlacementFactory(pupil=factories.PupilFactory(date_of_birth=born))
    factories.PathwayFactory.create_batch(2, pupil__date_of_birth=date(year - 15, 1, 1))
    left_in = today.year if today.month >= 6 else today.year - 1
    factories.PathwayFactory.create_batch(3, pupil__date_of_birth=date(left_in - 16, 1, 1))
    for answer, count in {"not known": 1, "neet": 4}.items():
        for _ in range(count):
            factories.DestinationCheckFactory(
                answer=answer, answered_on=today, answered_by=world.people[Role.MANAGER]
            )


def _support(world, today):
    """Give the attendance officer reviews and visits that are due, and nobody a contract."""
    officer = world.people[Role.ATTENDANCE_OFFICER]
    for on in (today, today, today + DAY):
        plan = factories.SupportPlanFactory(status="agreed", owner=officer)
        factories.SupportReviewFactory(plan=plan, due_on=on)
    factories.SupportPlanFactory.create_batch(2, owner=officer)
    for on in (today - DAY, today, today + DAY):
        factories.HomeVisitFactory(visitor=officer, planned_on=on)
    factories.HomeVisitFactory(visitor=officer, status="made")
    steps(officer, today)
    steps(world.people[Role.MANAGER], today)
    steps(factories.UserFactory(), today)  # holds no role any more


def steps(by, today):
    """Make two due steps of a person's return among others: planned for later, tried, and closed."""
    pathway = factories.EbsaPathwayFactory(opened_by=by)
    for on in (today - DAY, today, today + DAY):
        factories.ReturnStepFactory(pathway=pathway, planned_on=on)
    factories.ReturnStepFactory(
        pathway=pathway, tried_on=today, went="well", went_words="Easy", recorded_by=by,
        recorded_at=timezone.now(),
    )  # fmt: skip
    closed = factories.EbsaPathwayFactory(opened_by=by, status="closed")
    factories.ReturnStepFactory(pathway=closed, planned_on=today)


def _outreach(world, today):
    """Give the outreach worker planned work, support past its end, and schools that do not answer."""
    worker = world.people[Role.OUTREACH_WORKER]
    for on in (today - DAY, today, today + DAY):
        factories.LogEntryFactory(worker=worker, status="planned", on=on)
    factories.SupportFactory(worker=worker)
    factories.FollowUpFactory(due_on=today, sent_on=today, reminders=3)
    factories.FollowUpFactory(due_on=today)


def shown(client, user):
    client.force_login(user)
    context = client.get("/").context
    return {line.title: line for entry in context["groups"] for line in entry["lines"]}


def found_behind(client, line):
    return client.get(line.url).context["page"].paginator.count


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_number_is_the_number_of_rows_behind_its_link(client, world, role):
    cards = shown(client, world.people[role])

    wrong = {
        title: (line.count, rows)
        for title, line in cards.items()
        if line.card.slug not in NO_LIST and line.count != (rows := found_behind(client, line))
    }

    assert wrong == {}


def test_every_card_is_counted_for_somebody_and_tested_with_rows(client, world):
    counted = {
        line.card.slug for user in world.people.values() for line in shown(client, user).values()
    }

    assert counted >= {card.slug for card in CARDS} - NO_LIST


@pytest.mark.parametrize("role", [role for role in Role if role not in EMPTY_ROLES], ids=str)
def test_each_group_has_a_heading_and_words_where_it_is_empty(client, person, role):
    client.force_login(person(role))

    response = client.get("/")

    page, groups = response.content.decode(), response.context["groups"]
    assert [entry["group"] for entry in groups] == list(Group)
    for entry in groups:
        assert f">{entry['group'].label}</h2>" in page
        assert entry["lines"] or f'<p class="govuk-body">{entry["empty"]}</p>' in page
    assert {line.card.slug for entry in groups for line in entry["lines"]} <= NO_LIST


@pytest.mark.parametrize("role", EMPTY_ROLES, ids=str)
def test_a_role_without_a_queue_is_told_so(client, world, role):
    client.force_login(world.people[role])

    assert "Nothing waits for you" in client.get("/").content.decode()


def test_cards_have_names_of_their_own_and_an_owner_where_they_say_yours():
    slugs = [card.slug for card in CARDS]

    assert len(slugs) == len(set(slugs))
    assert {card.slug for card in CARDS if card.title.startswith("Your")} <= {
        card.slug for card in CARDS if card.owner
    }


def test_what_i_did_myself_is_no_news_to_me(world):
    day = Day.of(world.people[Role.CASEWORKER])

    news = {line.card.slug: line.count for line in lines(day, CARDS)}["news"]

    # three got an entry of a manager's, the world's own one an amendment by the school
    assert news == 4


def test_news_of_a_placement_reach_who_offered_it_its_school_and_its_provider(world):
    news = {
        role: {
            line.card.slug: line.count
            for line in lines(Day.of(world.people[role]), CARDS)
            if line.card.slug in {"placement-news", "place-news"}
        }
        for role in (Role.CASEWORKER, Role.MANAGER, Role.SCHOOL_STAFF, Role.PROVIDER_LEAD)
    }

    # the world's own placement holds an entry, too; what the caseworker did alone is no news
    assert news == {
        Role.CASEWORKER: {"placement-news": 1},
        Role.MANAGER: {},
        Role.SCHOOL_STAFF: {"place-news": 2},
        Role.PROVIDER_LEAD: {"place-news": 2},
    }


def test_a_school_sees_what_waits_for_it_and_for_whom_it_waits(client, world):
    cards = shown(client, world.people[Role.SCHOOL_STAFF])

    assert cards["To answer"].count == 2
    assert cards["Decisions to read"].count == 3
    assert cards["With the SEND team"].card.group == Group.WAITING


def test_a_placement_with_changes_to_answer_is_counted_once_for_the_council(client, world):
    for role in (Role.CASEWORKER, Role.MANAGER):  # two of the world's own placements wait, too
        assert shown(client, world.people[role])["Changes to answer"].count == 3
    assert "Changes to answer" not in shown(client, world.people[Role.PROVIDER_LEAD])


def test_who_is_part_time_for_long_is_told_where_a_number_of_weeks_is_set(client, world):
    lead = world.people[Role.PROVIDER_LEAD]

    assert shown(client, lead)["Part-time for long"].count == 2

    TimetableRule.objects.update(long_weeks=None)
    assert "Part-time for long" not in shown(client, lead)


def test_steps_of_a_return_that_are_due_wait_for_who_began_the_pathway(client, world):
    card = shown(client, world.people[Role.ATTENDANCE_OFFICER])[
        "Steps of a return to try or record"
    ]

    rows = client.get(card.url).context["page"].object_list

    assert card.count == 2
    assert {row.planned_on for row in rows} == {localdate() - DAY, localdate()}
    assert {row.pathway.opened_by for row in rows} == {world.people[Role.ATTENDANCE_OFFICER]}
    assert client.get("/attendance/support/pathways/steps/").context["page"].paginator.count > 5


def test_steps_of_who_has_left_wait_for_who_gives_out_the_caseload(client, world):
    closed = factories.UserFactory(is_active=False)
    steps(closed, localdate())
    factories.MembershipFactory(user=closed, role=Role.ATTENDANCE_OFFICER)

    card = shown(client, world.people[Role.ATTENDANCE_OFFICER])["Steps of a return with nobody"]

    rows = client.get(card.url).context["page"].object_list
    people = set(world.people.values())
    assert card.count == len(rows)
    mine = [row.planned_on for row in rows if row.pathway.opened_by == closed]
    assert mine == [localdate() - DAY, localdate()]
    assert not people & {row.pathway.opened_by for row in rows}
    title = "Steps of a return with nobody"
    assert title not in shown(client, world.people[Role.PROVIDER_STAFF])


def test_a_list_says_what_no_box_of_its_filter_shows(client, world):
    client.force_login(world.people[Role.CASEWORKER])

    page = client.get("/referrals/?changed=2026-09-01&whose=1").content.decode()

    assert "changed by others since 1 September 2026; of one person" in page
    for wrong in ("changed=0001-01-01", "whose=1,2", "holder=x", "sent=tomorrow"):
        assert client.get(f"/referrals/?{wrong}").status_code == 200
    for asked in ("beginning", "ending", "ended", "changed", "opened=1&changed"):
        for value in ("2026-09-01", "0001-01-01", "soon"):
            assert client.get(f"/placements/?{asked}={value}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, world, django_assert_max_num_queries
):
    client.force_login(world.people[Role.CASEWORKER])
    client.get("/")
    assert Permission.REFERRAL_DECIDE in GRANTS[Role.CASEWORKER]

    with django_assert_max_num_queries(62):
        client.get("/")
