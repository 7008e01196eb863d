"""A placement from the offer to its end: answers, clashes, pauses, reviews, steps."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import work
from accounts.models import OutboxMessage
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from placements import actions
from placements.models import Award, Ending, Entry, Pause, Placement, Status
from pupils.models import Enrolment
from tests import factories
from tests.placements.test_actions import AGREED, END, START, end, proposal, propose, take_up
from tests.placements.test_reviews import held
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MORNINGS, AFTERNOONS = 0b0101010101, 0b1010101010


def kinds(placement):
    return [entry.kind for entry in Entry.objects.filter(placement=placement).order_by("pk")]


def test_the_list_of_a_provider_names_no_child_of_an_offer(
    client, referral, provider, caseworker, person
):
    offer = propose(proposal(provider), referral=referral, by=caseworker)
    client.force_login(person(Role.PROVIDER_LEAD))

    listed = client.get(reverse("placements:list")).content.decode()

    assert f"A pupil in {offer.pupil.year_group()}" in listed
    assert offer.pupil.surname not in listed


def test_a_provider_lead_accepts_and_both_sides_are_told(referral, provider, caseworker, person):
    lead = person(Role.PROVIDER_LEAD)
    offer = propose(proposal(provider), referral=referral, by=caseworker)

    placement = actions.accept(offer, lead=lead, by=lead)

    assert (placement.status, placement.lead) == (Status.OPEN, lead)
    assert kinds(placement) == ["proposed", "accepted"]
    for message in OutboxMessage.objects.order_by("pk"):
        work.work(message.pk)
    told = [(message.to[0], message.subject) for message in mail.outbox]
    number = f"({placement.reference})"
    assert told == [
        (lead.email, f"A placement is offered to you {number}"),
        (caseworker.email, f"A placement is accepted {number}"),
        (
            referral.holder.email,
            f"A placement is accepted for referral {referral.reference} {number}",
        ),
    ]
    for message in mail.outbox:
        assert f"/placements/{placement.uid}/\n" in message.body
        assert placement.pupil.surname not in message.body


def test_an_offer_is_answered_by_its_own_provider_only(
    referral, provider, other_provider, caseworker, person
):
    offer = propose(proposal(provider), referral=referral, by=caseworker)
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    with pytest.raises(Placement.DoesNotExist):
        actions.accept(offer, by=stranger)


def test_a_declined_offer_lets_the_referral_wait_for_another(
    referral, provider, other_provider, caseworker, person
):
    offer = propose(proposal(provider), referral=referral, by=caseworker)

    actions.decline(offer, reason="The group is full.", by=person(Role.PROVIDER_LEAD))

    referral.refresh_from_db()
    assert not referral.is_placed
    assert take_up(proposal(other_provider), referral=referral, by=caseworker).pk


def test_a_referral_knows_from_when_an_accepted_offer_gives_education(
    referral, provider, caseworker
):
    offer = propose(proposal(provider), referral=referral, by=caseworker)
    referral.refresh_from_db()
    assert (referral.is_placed, referral.education_from) == (True, None)

    actions.accept(offer, by=caseworker)

    referral.refresh_from_db()
    assert referral.education_from == START


def test_a_placement_that_has_not_started_is_cancelled(referral, provider, caseworker):
    start = localdate() + timedelta(days=7)
    coming = proposal(provider, starts_on=start, ends_on=start + timedelta(weeks=6))
    placement = take_up(coming, referral=referral, by=caseworker)

    actions.cancel(placement, reason="The family moved.", by=caseworker)

    assert not Enrolment.objects.filter(organisation=provider).in_force(start).exists()
    referral.refresh_from_db()
    assert (referral.is_placed, referral.education_from) == (False, None)


def test_a_placement_that_has_started_is_not_cancelled(placement, caseworker):
    with pytest.raises(WrongStatus, match="End it instead"):
        actions.cancel(placement, reason="A mistake.", by=caseworker)


def test_an_offer_needs_an_objective(referral, provider, caseworker):
    with pytest.raises(ValidationError, match="at least one objective"):
        actions.propose(proposal(provider), referral=referral, objectives=[], by=caseworker)

    referral.refresh_from_db()
    assert not referral.is_placed


def test_a_pupil_is_never_in_two_places_at_one_session(placement, other_provider, caseworker):
    referral = factories.ReferralFactory(status="accepted", tier=2, pupil=placement.pupil)
    asked = proposal(other_provider, sessions=0b111)

    with pytest.raises(ValidationError) as found:
        propose(asked, referral=referral, by=caseworker)

    assert found.value.message_dict["weekly"] == [
        f"At {placement.provider} already, until 13 October 2024: Monday. "
        "Choose other sessions or days, or end that placement first."
    ]
    free = proposal(other_provider, sessions=0b1100)
    assert take_up(free, referral=referral, by=caseworker).pk


def test_a_provider_is_not_told_where_else_the_pupil_is(
    client, referral, provider, caseworker, person
):
    offer = propose(proposal(provider), referral=referral, by=caseworker)
    other = factories.ReferralFactory(status="accepted", tier=2, pupil=referral.pupil)
    elsewhere = take_up(proposal(factories.ProviderFactory()), referral=other, by=caseworker)
    path = reverse("placements:accept", args=[offer.uid])

    def told_to(user):
        client.force_login(user)
        return "".join(client.post(path, {"lead": ""}).context["form"].non_field_errors())

    words = told_to(person(Role.PROVIDER_LEAD))
    assert "Something else was agreed for some of these sessions" in words
    assert elsewhere.provider.name not in words
    assert "Monday" not in words
    assert "October" not in words
    assert f"At {elsewhere.provider} already, until 13 October 2024" in told_to(caseworker)
    offer.refresh_from_db()
    assert offer.status == Status.PROPOSED


@pytest.mark.parametrize(
    ("ends_on", "sessions", "total"),
    [(None, 4, None), (None, "4.5", "10.5"), (START, 9, None), (END, 9, "15")],
)
def test_a_week_has_ten_sessions_with_what_the_school_arranges(
    referral, caseworker, ends_on, sessions, total
):
    factories.SchoolPlacementFactory(
        pupil=referral.pupil,
        provider=None,
        provider_name="Boxing Club",
        starts_on=START - timedelta(days=30),
        ends_on=ends_on,
        sessions=sessions,
    )
    asked = proposal(factories.ProviderFactory(), sessions=0b111111)

    if total is None:
        assert propose(asked, referral=referral, by=caseworker).pk
        return
    with pytest.raises(actions.NeedsOverride) as found:
        propose(asked, referral=referral, by=caseworker)
    (words,) = found.value.message_dict["weekly"]
    assert f"{sessions} at Boxing Club. The week would have {total} of 10." in words
    placement = propose(asked, referral=referral, by=caseworker, override="It ended in June.")
    told = Entry.objects.get(placement=placement, kind="overridden")
    assert told.words.endswith("Reason: It ended in June.")
    assert f"{total} of 10" in told.words
    assert "Boxing Club" not in told.words  # the provider reads this, and sees no other place


@pytest.mark.parametrize(("start", "is_free"), [(END - timedelta(days=1), False), (END, True)])
def test_sessions_are_free_from_the_day_after_the_last(
    placement, other_provider, caseworker, start, is_free
):
    referral = factories.ReferralFactory(status="accepted", tier=3, pupil=placement.pupil)
    asked = proposal(other_provider, starts_on=start, ends_on=start + timedelta(weeks=2))

    if is_free:
        assert propose(asked, referral=referral, by=caseworker).pk
    else:
        with pytest.raises(ValidationError, match="already, until"):
            propose(asked, referral=referral, by=caseworker)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_offers_accepted_at_once_never_overlap(person, provider, other_provider, council):
    officer = person(Role.CASEWORKER)
    pupil = factories.PupilFactory()
    offers = [
        propose(
            proposal(place, sessions=1),
            referral=factories.ReferralFactory(status="accepted", tier=3, pupil=pupil),
            by=officer,
        )
        for place in (provider, other_provider)
    ]

    found = at_once([lambda row=row: actions.accept(row, by=officer) for row in offers])

    assert sorted(type(row) for row in found if isinstance(row, Exception)) == [ValidationError]
    assert Placement.objects.filter(status="open").count() == 1


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.MANAGER])
def test_only_a_manager_sets_the_limit_aside_and_says_why(placement, person, role):
    factories.TierRuleFactory(tier=3, starts_on=date(2024, 9, 1), longest_weeks=6)
    by, late = person(role), START + timedelta(weeks=7)

    with pytest.raises(actions.NeedsOverride, match="at most 6 weeks"):
        actions.extend(placement, last_day=late, reason="Not ready.", by=by)
    if role == Role.CASEWORKER:
        with pytest.raises(actions.NeedsOverride):
            actions.extend(placement, last_day=late, reason="x", override="Please", by=by)
        return
    actions.extend(placement, last_day=late, reason="Not ready.", override="Exams.", by=by)

    assert kinds(placement)[-2:] == ["extended", "overridden"]
    words = Entry.objects.filter(placement=placement, kind="overridden").get().words
    assert "at most 6 weeks" in words
    assert words.endswith("Reason: Exams.")
    assert Enrolment.objects.get(organisation=placement.provider).last_day == late


def test_a_pause_stops_the_register_until_the_day_back(placement, caseworker):
    paused_on, back_on = date(2024, 9, 9), date(2024, 9, 16)

    actions.pause(placement, starts_on=paused_on, reason="In hospital.", by=caseworker)
    assert not Placement.objects.expected(date(2024, 9, 30), 0).exists()
    actions.resume(placement, back_on=back_on, by=caseworker)

    days = [date(2024, 9, 2), paused_on, back_on]
    assert [Placement.objects.expected(day, 0).exists() for day in days] == [True, False, True]
    placement.refresh_from_db()
    assert placement.status == Status.OPEN


@pytest.mark.parametrize("day", [START - timedelta(days=1), END])
def test_a_pause_begins_within_the_placement(placement, caseworker, day):
    with pytest.raises(ValidationError, match="choose that day or"):
        actions.pause(placement, starts_on=day, reason="Ill.", by=caseworker)


def test_the_pages_of_a_review_and_an_end_ask_in_the_order_of_the_meeting(
    client, placement, caseworker
):
    client.force_login(caseworker)

    forms = {
        page: client.get(reverse(f"placements:{page}", args=[placement.uid])).context["form"]
        for page in ("review", "award", "end")
    }

    today = localdate()
    assert forms["review"]["held_on"].value() == forms["award"]["gained_on"].value() == today
    assert list(forms["end"].fields)[:4] == [
        "last_day",
        "reason",
        "destination",
        "destination_place",
    ]


def test_a_day_back_before_the_pause_is_refused(placement, caseworker):
    actions.pause(placement, starts_on=date(2024, 9, 9), reason="Ill.", by=caseworker)

    with pytest.raises(ValidationError, match="must not be before the pause"):
        actions.resume(placement, back_on=date(2024, 9, 8), by=caseworker)


def test_an_end_closes_a_pause(placement, caseworker):
    actions.pause(placement, starts_on=date(2024, 9, 9), reason="Ill.", by=caseworker)

    end(Placement.objects.get(), last_day=date(2024, 9, 20), by=caseworker)

    assert Pause.objects.get().ends_on == date(2024, 9, 21)


def test_a_step_keeps_one_history_and_makes_way(placement, caseworker, referral):
    next_start = date(2024, 9, 30)
    asked = proposal(placement.provider, starts_on=next_start, tier=2, sessions=1023)

    offer = actions.propose(asked, follows=placement, objectives=AGREED, by=caseworker)
    placement.refresh_from_db()
    assert placement.last_day == END - timedelta(days=1)  # only the answer makes way
    after = actions.accept(offer, by=caseworker)

    placement.refresh_from_db()
    assert placement.last_day == next_start - timedelta(days=1)
    assert placement.is_over_its_time  # it still waits for its destination
    assert (after.follows, after.home_school) == (placement, referral.school)
    rolls = Enrolment.objects.filter(organisation=placement.provider).order_by("starts_on")
    assert [row.starts_on for row in rolls] == [START, next_start]


def test_an_end_keeps_the_destination_and_the_pupils_own_words(placement, caseworker):
    objective = placement.objectives.get()

    placement = end(placement, outcomes={objective.pk: "met"}, by=caseworker)

    assert placement.destination == "home school"
    assert placement.ending.pupil_words == "They listened."
    objective.refresh_from_db()
    assert objective.outcome == "met"


def test_an_end_without_the_pupils_words_says_why(placement, caseworker):
    silent = Ending(progress="None.")
    with pytest.raises(ValidationError, match="what the pupil says"):
        end(placement, ending=silent, by=caseworker)

    placement.refresh_from_db()
    assert placement.status == Status.OPEN


def test_an_end_to_come_is_a_change_of_the_last_day(placement, caseworker):
    with pytest.raises(ValidationError, match="once it has come"):
        end(placement, last_day=localdate() + timedelta(days=1), by=caseworker)


def test_an_award_is_kept_with_the_placement(placement, caseworker):
    award = Award(kind="academic", title="English, level 1", gained_on=date(2024, 10, 1))

    actions.add_award(placement, award, by=caseworker)

    assert kinds(placement)[-1] == "awarded"


def test_nobody_else_runs_a_placement(placement, school_staff):
    with pytest.raises(PermissionDenied):
        actions.extend(placement, last_day=END, reason="x", by=school_staff)
    with pytest.raises(PermissionDenied):
        actions.review(placement, held(), outcomes={}, by=school_staff)
    with pytest.raises(PermissionDenied):
        actions.name_lead(placement, lead=school_staff, by=school_staff)
