"""Every change stands in three places: on the referrer's page, in My day, in the chronology.

The moves of the models are a matrix of their own; what is written down besides is one by its kind.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from placements import actions as placing
from placements.models import Award, Ending, EntryKind, Hold, Placement, Review
from pupils import story
from referrals import actions as referring
from referrals.models import Referral
from referrals.models.entry import Kind
from reporting.cards import CARDS, Day
from tests import factories
from tests import world as worlds

DAY = timedelta(days=1)
# Offers of a colleague wait for the provider with those of all officers.
NEWS = {"news", "school-news", "place-news", "placement-news", "with-provider"}
PAGES = {Referral: "referrals:detail", Placement: "placements:detail"}


def decide(verb):
    return lambda row, by: referring.decide(row, verb=verb, reason="So.", tier=2, by=by)


# A colleague of whoever has the referral, or another officer than its own, does each.
OF_REFERRALS = {
    "submit": ("colleague", lambda row, by: referring.submit(row, by=by)),
    "ask": ("other", lambda row, by: referring.ask(row, questions=["tried"], words="?", by=by)),
    "answer": ("colleague", lambda row, by: referring.answer(row, words="So.", by=by)),
    "withdraw": ("colleague", lambda row, by: referring.withdraw(row, by=by)),
    "accept": ("other", decide("accept")),
    "decline": ("other", decide("decline")),
    "undo": ("other", lambda row, by: referring.undo(row, by=by)),
}
OF_PLACEMENTS = {
    "accept": ("provider", lambda row, by: placing.accept(row, by=by)),
    "decline": ("provider", lambda row, by: placing.decline(row, reason="Full.", by=by)),
    "cancel": ("other", lambda row, by: placing.cancel(row, reason="Moved.", by=by)),
    "pause": ("other", lambda row, by: placing.pause(row, starts_on=localdate(), reason="Ill.", by=by)),
    "resume": ("other", lambda row, by: placing.resume(row, back_on=localdate(), by=by)),
    "end": (
        "other",
        lambda row, by: placing.end(
            row, last_day=localdate(), reason="So.", destination="home school",
            ending=Ending(progress="Some.", pupil_words="It helped."), by=by,
        ),
    ),
}  # fmt: skip

# What is written down and is no move: by kind, who does it, how, and what the row is like before.
REFERRALS_BESIDE = [
    (Kind.HANDED_OVER, "colleague",
     lambda row, by, people: referring.hand_over(row, to=people.holder, by=by), {}),
    (Kind.ADDED, "colleague",
     lambda row, by, people: referring.add(row, words="The class has changed.", by=by), {}),
    (Kind.ADDED, "colleague",
     lambda row, by, people: referring.attach(
         row, SimpleUploadedFile("Plan.pdf", b"%PDF-1.7 here\n%%EOF"), by=by), {}),
    (Kind.AMENDED, "colleague",
     lambda row, by, people: referring.amend(row, concern="Not in lessons.", by=by), {}),
    (Kind.ASSIGNED, "other",
     lambda row, by, people: referring.assign(row, to=people.officer, by=by),
     {"assigned_to": None}),
]  # fmt: skip
OTHER_WORDS = {"words": "Writes", "measure": "A test", "reason": "She reads."}


def changed(row):
    return factories.ObjectiveChangeFactory(objective__placement=row)


LATE = {"last_day": localdate() + 90 * DAY, "reason": "Not ready."}
PLACEMENTS_BESIDE = [
    (EntryKind.LED, "provider",
     lambda row, by: placing.name_lead(row, lead=by, by=by)),
    (EntryKind.EXTENDED, "other", lambda row, by: placing.extend(row, by=by, **LATE)),
    (EntryKind.OVERRIDDEN, "other",
     lambda row, by: placing.extend(row, by=by, override="Exams.", **LATE)),
    (EntryKind.OBJECTIVE_ADDED, "provider",
     lambda row, by: placing.add_objective(row, words="Reads", measure="A test", by=by)),
    (EntryKind.CHANGE_PROPOSED, "provider",
     lambda row, by: placing.propose_change(factories.ObjectiveFactory(placement=row),
                                            by=by, **OTHER_WORDS)),
    (EntryKind.CHANGE_AGREED, "other",
     lambda row, by: placing.answer_change(changed(row), is_agreed=True, answer="", by=by)),
    (EntryKind.CHANGE_REFUSED, "other",
     lambda row, by: placing.answer_change(changed(row), is_agreed=False, answer="No.", by=by)),
    (EntryKind.REVIEWED, "provider",
     lambda row, by: placing.review(
         row, Review(held_on=localdate(), attended="All", progress_words="Well.",
                     next_step="continue"), outcomes={}, by=by)),
    (EntryKind.AWARDED, "provider",
     lambda row, by: placing.add_award(
         row, Award(kind="vocational", title="Food hygiene", gained_on=localdate()), by=by)),
]  # fmt: skip


def cases(model):
    return [
        (verb, status) for verb, move in model.MOVES.items() for status in sorted(move.sources)
    ]


@pytest.fixture
def people(db):
    """Return who has the referral at the school, a colleague, its officer, another, a provider."""
    world = worlds.build()
    held = world.people
    colleague = factories.MembershipFactory(
        user__name="Col League", organisation=world.own.school, role=Role.SCHOOL_STAFF
    ).user
    return SimpleNamespace(
        world=world, holder=held[Role.SCHOOL_STAFF], colleague=colleague,
        officer=held[Role.CASEWORKER], other=held[Role.MANAGER],
        provider=held[Role.PROVIDER_LEAD],
    )  # fmt: skip


def child(people):
    return factories.EnrolmentFactory(organisation=people.world.own.school).pupil


def in_my_day(person, row):
    """Return the cards of a person that count the row."""
    day = Day.of(person)
    found = [(card, card.rows(day)) for card in CARDS if person.can(card.permission)]
    return {
        card.slug
        for card, rows in found
        if getattr(rows, "model", None) is type(row) and rows.filter(pk=row.pk).exists()
    }


def told(person, row):
    """Return what the chronology tells of the row, as (title, who)."""
    events = story.chronology(row.pupil, person)
    return [(event.title, event.by) for event in events if str(row.uid) in event.url]


def shown(client, person, row):
    client.force_login(person)
    return client.get(reverse(PAGES[type(row)], args=[row.uid])).content.decode()


def test_the_tables_here_hold_every_move():
    assert set(OF_REFERRALS) == set(Referral.MOVES)
    assert set(OF_PLACEMENTS) == set(Placement.MOVES)


def test_the_tables_here_hold_every_kind_that_is_no_move():
    """Moves write down what they did in the past tense: the rest is of the tables, or an offer."""
    moved = {"submitted", "asked", "answered", "withdrawn", "accepted", "declined", "undone"}
    beside = {kind for kind, *_ in REFERRALS_BESIDE}
    assert (len(moved), set(Kind) - beside) == (len(Referral.MOVES), moved)
    moved = {"accepted", "declined", "cancelled", "paused", "resumed", "ended"}
    beside = {EntryKind.PROPOSED, EntryKind.RATED, *(kind for kind, *_ in PLACEMENTS_BESIDE)}
    assert (len(moved), set(EntryKind) - beside) == (len(Placement.MOVES), moved)


def assert_nothing_to_a_stranger(client, row):
    stranger = factories.MembershipFactory(role=Role.SCHOOL_STAFF).user
    assert told(stranger, row) == []
    assert in_my_day(stranger, row) == set()
    client.force_login(stranger)
    assert client.get(reverse(PAGES[type(row)], args=[row.uid])).status_code == 404


@pytest.mark.parametrize(("verb", "status"), cases(Referral))
def test_a_move_of_a_referral_stands_in_three_places(client, people, verb, status):
    who, act = OF_REFERRALS[verb]
    by = getattr(people, who)
    row = factories.ReferralFactory(
        pupil=child(people), school=people.world.own.school, status=status,
        made_by=people.holder, assigned_to=people.officer,
    )  # fmt: skip
    if status == "waiting":
        factories.RequestForMoreFactory(referral=row, asked_by=people.officer)
    before = {person: told(person, row) for person in (people.holder, people.officer)}

    act(row, by)

    fresh = Referral.objects.get(pk=row.pk)
    for person in (people.holder, people.officer):
        new = [event for event in told(person, row) if event not in before[person]]
        # A referral is told as sent by whoever wrote it, whoever pressed the button.
        assert (people.holder if verb == "submit" else by).name in {name for _, name in new}, new
        assert in_my_day(person, fresh) & {"news", "school-news"}
    page = shown(client, people.holder, fresh)
    assert fresh.get_status_display() in page
    assert by.name in page
    assert_nothing_to_a_stranger(client, fresh)


@pytest.mark.parametrize(("verb", "status"), cases(Placement))
def test_a_move_of_a_placement_stands_in_three_places(client, people, verb, status):
    who, act = OF_PLACEMENTS[verb]
    by, own = getattr(people, who), people.world.own
    pupil = child(people)
    referral = factories.ReferralFactory(
        pupil=pupil, school=own.school, status="accepted", made_by=people.holder,
        assigned_to=people.officer, is_placed=True,
    )  # fmt: skip
    starts_on = localdate() + (7 * DAY if verb == "cancel" else -7 * DAY)
    row = factories.PlacementFactory(
        pupil=pupil, referral=referral, home_school=own.school, provider=own.provider,
        status=status, starts_on=starts_on, opened_by=people.officer,
    )  # fmt: skip
    if status == "paused":
        factories.PauseFactory(placement=row, starts_on=localdate() - DAY, ends_on=None)
    before = {person: told(person, row) for person in (people.holder, people.officer)}

    act(row, by)

    fresh = Placement.objects.get(pk=row.pk)
    for person in (people.holder, people.officer):
        new = [event for event in told(person, row) if event not in before[person]]
        assert by.name in {name for _, name in new}, new
        assert in_my_day(person, fresh) & {"place-news", "placement-news"}
        page = shown(client, person, fresh)
        assert fresh.get_status_display() in page
        assert by.name in page
    assert_nothing_to_a_stranger(client, fresh)


def assert_told(client, people, fresh, *, by, kind, before):
    """Hold that the change stands in the three places, with who did it and what it was."""
    assert fresh.entries.filter(kind=kind, by=by).exists()
    for person in (people.holder, people.officer):
        new = [event for event in told(person, fresh) if event not in before[person]]
        assert by.name in {name for _, name in new}, new
        assert in_my_day(person, fresh) & NEWS
        page = shown(client, person, fresh)
        assert kind.label in page
        assert by.name in page
    assert_nothing_to_a_stranger(client, fresh)


@pytest.mark.parametrize("case", REFERRALS_BESIDE)
def test_what_is_no_move_of_a_referral_stands_in_three_places(client, people, case):
    kind, who, act, details = case
    by = getattr(people, who)
    given = {"assigned_to": people.officer, "status": "submitted", "made_by": people.holder}
    row = factories.ReferralFactory(
        pupil=child(people), school=people.world.own.school, **given | details
    )
    before = {person: told(person, row) for person in (people.holder, people.officer)}

    act(row, by, people)

    fresh = Referral.objects.get(pk=row.pk)
    assert_told(client, people, fresh, by=by, kind=kind, before=before)


@pytest.fixture
def running(people):
    pupil, own = child(people), people.world.own
    referral = factories.ReferralFactory(
        pupil=pupil, school=own.school, status="accepted", made_by=people.holder,
        assigned_to=people.officer, is_placed=True,
    )  # fmt: skip
    return factories.PlacementFactory(
        pupil=pupil, referral=referral, home_school=own.school, provider=own.provider,
        starts_on=localdate() - 7 * DAY, opened_by=people.officer,
    )  # fmt: skip


@pytest.mark.parametrize("case", PLACEMENTS_BESIDE)
def test_what_is_no_move_of_a_placement_stands_in_three_places(client, people, running, case):
    kind, who, act = case
    if kind == EntryKind.OVERRIDDEN:
        factories.TierRuleFactory(tier=running.tier, longest_weeks=2)
    by = getattr(people, who)
    before = {person: told(person, running) for person in (people.holder, people.officer)}

    act(running, by)

    fresh = Placement.objects.get(pk=running.pk)
    assert_told(client, people, fresh, by=by, kind=kind, before=before)


def test_an_offer_stands_in_three_places(client, people):
    own = people.world.own
    referral = factories.ReferralFactory(
        pupil=child(people), school=own.school, status="accepted", tier=3, made_by=people.holder,
        assigned_to=people.officer,
    )  # fmt: skip
    row = Placement(
        provider=own.provider, starts_on=localdate() + DAY, sessions=3, route="mainstream",
        returns_in=factories.later_half_term(),
    )  # fmt: skip

    row = placing.propose(
        row, objectives=[("Reads", "A test")], referral=referral, by=people.other
    )

    before = {people.holder: [], people.officer: []}
    assert_told(client, people, row, by=people.other, kind=EntryKind.PROPOSED, before=before)


def test_a_rate_is_told_to_those_who_may_see_costs_and_to_nobody_else(client, people, running):
    rate = factories.RateFactory(provider=running.provider, package="Four days")
    readers = (people.officer, people.holder, people.provider)
    before = {person: told(person, running) for person in readers}

    for chosen in (rate, rate, None):
        placing.agree_rate(running, rate=chosen, by=people.other)

    new = {person: told(person, running)[: -len(before[person])] for person in readers}
    assert new.pop(people.officer) == [("Placement: rate agreed", people.other.name)] * 2
    assert str(rate) in shown(client, people.officer, running)
    assert set(map(tuple, new.values())) == {()}
    for person in new:
        assert not in_my_day(person, running) & NEWS
        page = shown(client, person, running)
        assert "Rate agreed" not in page
        assert rate.package not in page


def released(hold, people):
    placing.release(hold, by=people.other)


def offered(hold, people):
    hold.referral.status, hold.referral.tier = "accepted", 3
    hold.referral.decided_on, hold.referral.decided_by = localdate(), people.other
    hold.referral.decision_reason = "So."
    hold.referral.save()
    row = Placement(
        provider=people.world.own.provider, starts_on=localdate() + DAY, sessions=3,
        route="mainstream", returns_in=factories.later_half_term(),
    )  # fmt: skip
    placing.propose(row, objectives=[("Reads", "A test")], referral=hold.referral, by=people.other)


def ran_out(hold, people):
    Hold.objects.filter(pk=hold.pk).update(expires_on=localdate() - DAY)


def replaced(hold, people):
    ran_out(hold, people)
    again = Hold(referral=hold.referral, provider=hold.provider,
                 starts_on=localdate(), expires_on=localdate())  # fmt: skip
    placing.hold(again, by=people.other)


HELD = "Place held"
ENDS_OF_HOLDS = [
    (released, [("Held place given free", "other")]),
    (offered, [("Held place taken up by an offer", "other")]),
    (ran_out, [("Held place ran out", None)]),
    (replaced, [("Held place ran out", None), (HELD, "other")]),
]


@pytest.mark.parametrize("case", ENDS_OF_HOLDS, ids=lambda case: case[0].__name__)
def test_a_held_place_and_how_it_ended_are_told_to_the_council(people, case):
    act, expected = case
    referral = factories.ReferralFactory(
        pupil=child(people), school=people.world.own.school, status="submitted",
        made_by=people.holder, assigned_to=people.officer,
    )  # fmt: skip
    place, readers = people.world.own.provider, (people.officer, people.holder, people.provider)
    before = {person: told(person, referral) for person in readers}
    row = Hold(referral=referral, provider=place, starts_on=localdate(), expires_on=localdate())

    act(placing.hold(row, by=people.officer), people)

    told_now = [event for event in told(people.officer, referral) if "eld" in event[0]]
    names = {None: "", "other": people.other.name}
    wanted = [(HELD, people.officer.name), *((title, names[by]) for title, by in expected)]
    assert sorted(told_now) == sorted(wanted)
    for person in readers[1:]:
        new = [event for event in told(person, referral) if event not in before[person]]
        assert not [event for event in new if "eld" in event[0]]
