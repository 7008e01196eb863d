"""Home visits, rewards, displays and EBSA pathways."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from attendance import actions
from attendance.models import DisplayConsent, EbsaPathway, HomeVisit, ReturnStep, Reward
from attendance.models.display import BETTER, EVERY, stars
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "_today")]

MONDAY = date(2024, 9, 16)
TODAY = date(2024, 9, 27)
WEEK = timedelta(days=7)


def noon(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


@pytest.fixture
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon(TODAY))


@pytest.fixture
def officer(person):
    return person(Role.ATTENDANCE_OFFICER, name="Ola Officer")


def at(provider, **names):
    pupil = factories.PupilFactory(**names)
    return factories.PlacementFactory(pupil=pupil, provider=provider, starts_on=date(2024, 9, 2))


@pytest.fixture
def placement(provider):
    return at(provider, forename="Kim", surname="Pupil")


def visit(**details):
    given = {"purpose": "Mornings.", "planned_on": TODAY, "goes_with": "A colleague"}
    return HomeVisit(**given | details)


MADE = {
    "status": "made",
    "went_on": TODAY,
    "seen": "Jo Parent",
    "pupil_was_seen": True,
    "found": "All is well.",
}


def test_a_visit_is_planned_and_its_outcome_recorded_once(placement, officer, provider_staff):
    row = actions.plan_visit(visit(visitor=officer), pupil=placement.pupil, by=provider_staff)
    assert list(HomeVisit.objects.due(TODAY)) == [row]
    assert not HomeVisit.objects.due(TODAY - timedelta(days=1)).exists()

    made = actions.record_visit(row, by=officer, **MADE)

    assert (made.status, made.went_on, made.recorded_by) == ("made", TODAY, officer)
    with pytest.raises(WrongStatus):
        actions.record_visit(row, by=officer, **MADE)


def test_somebody_who_goes_alone_is_kept_safe(placement, officer):
    with pytest.raises(ValidationError, match="goes alone"):
        actions.plan_visit(visit(visitor=officer, goes_with=""), pupil=placement.pupil, by=officer)


def test_who_may_not_record_visits_does_not_go(placement, officer, person):
    with pytest.raises(ValidationError, match="may not record"):
        actions.plan_visit(
            visit(visitor=person(Role.LEADERSHIP)), pupil=placement.pupil, by=officer
        )


def test_a_concern_says_how_it_was_raised(placement, officer):
    row = factories.HomeVisitFactory(pupil=placement.pupil)

    with pytest.raises(ValidationError, match="how and with whom"):
        actions.record_visit(row, by=officer, is_concern=True, concern_raised="", **MADE)


def test_nobody_in_sees_nobody_and_called_off_went_on_no_day(placement, officer):
    rows = factories.HomeVisitFactory.create_batch(2, pupil=placement.pupil)

    nobody = actions.record_visit(rows[0], by=officer, **MADE | {"status": "nobody in"})
    off = actions.record_visit(rows[1], by=officer, **MADE | {"status": "called off"})

    assert (nobody.seen, nobody.pupil_was_seen, nobody.went_on) == ("", None, TODAY)
    assert (off.went_on, off.is_concern) == (None, False)


def test_a_visit_is_not_made_in_the_future(placement, officer):
    row = factories.HomeVisitFactory(pupil=placement.pupil)

    with pytest.raises(ValidationError, match="up to today"):
        actions.record_visit(row, by=officer, **MADE | {"went_on": TODAY + WEEK})


def test_a_school_reads_no_lone_working_note_and_no_way_of_a_concern(
    client, placement, school_staff, school
):
    factories.EnrolmentFactory(pupil=placement.pupil, organisation=school)
    factories.HomeVisitFactory(
        pupil=placement.pupil, status="made", is_concern=True,
        concern_raised="Told the front door team.", lone_working="Rings at four.",
    )  # fmt: skip
    client.force_login(school_staff)

    answer = client.get(reverse("attendance:support-of-pupil", args=[placement.pupil.uid]))

    page = answer.content.decode()
    assert "A concern was raised" in page
    assert "front door" not in page
    assert "Rings at four" not in page


def test_a_reward_is_recorded_once_at_the_own_place(placement, provider, provider_staff):
    def reward():
        return Reward(uid="6a1f4b52-3c5e-4d0e-9a3c-111111111111", given_for="coming", what="A card",
                      given_on=TODAY, provider=provider)  # fmt: skip

    first = actions.give_reward(reward(), pupil=placement.pupil, by=provider_staff)

    assert actions.give_reward(reward(), pupil=placement.pupil, by=provider_staff) == first


@pytest.mark.parametrize(
    ("details", "words"),
    [({"given_on": TODAY + WEEK}, "not come yet"), ({"provider": None}, "your own place")],
)
def test_a_wrong_reward_is_refused(placement, provider, provider_staff, details, words):
    given = {"given_for": "coming", "what": "A card", "given_on": TODAY, "provider": provider}

    with pytest.raises(ValidationError, match=words):
        actions.give_reward(Reward(**given | details), pupil=placement.pupil, by=provider_staff)


@pytest.fixture
def agreed(provider, provider_staff):
    """Let a pupil, by the placement, stand on the provider's displays."""

    def agree(placement):
        consent = DisplayConsent(provider=provider, agreed_by="Kim, Jo Parent", agreed_on=MONDAY)
        return actions.agree_display(consent, pupil=placement.pupil, by=provider_staff)

    return agree


def on_display(provider, user, monday=MONDAY):
    return {star.name: star.reasons for star in stars(provider, monday, user, today=TODAY)}


def test_nobody_stands_on_a_display_without_consent_or_after_it_is_withdrawn(
    placement, provider, provider_staff, agreed
):
    factories.write_marks(placement, "//////////", first_day=MONDAY)
    assert on_display(provider, provider_staff) == {}

    consent = agreed(placement)
    assert on_display(provider, provider_staff) == {"Kim P.": [EVERY]}

    actions.withdraw_display(consent, withdrawn_on=TODAY, withdrawn_by="Kim", by=provider_staff)
    assert on_display(provider, provider_staff) == {}
    again = actions.withdraw_display(
        consent, withdrawn_on=TODAY, withdrawn_by="Jo", by=provider_staff
    )
    assert again.withdrawn_by == "Kim"


def test_a_consent_counts_for_one_provider(placement, other_provider, agreed, person):
    agreed(placement)
    provider_staff = person(Role.PROVIDER_STAFF)
    elsewhere = factories.PlacementFactory(
        pupil=placement.pupil, provider=other_provider, starts_on=date(2024, 9, 2)
    )
    factories.write_marks(elsewhere, "//////////", first_day=MONDAY)

    assert on_display(other_provider, person(Role.PROVIDER_LEAD, other_provider)) == {}
    consent = DisplayConsent(provider=other_provider, agreed_by="x", agreed_on=MONDAY)
    with pytest.raises(ValidationError, match="own place"):
        actions.agree_display(consent, pupil=placement.pupil, by=provider_staff)


@pytest.mark.parametrize(
    ("before", "now", "reasons"),
    [
        ("/N", "//////////", [EVERY]),
        ("/NN//NN/  ", "/NN//NN///", []),  # the week before is not known
        ("/N", "////////X/", [EVERY]),  # a session that does not count takes nothing away
        ("", "///////// ", []),  # one session is not marked: it is not known
        ("NNNNNNNNN/", "/NN//NN///", [BETTER]),
        ("/NN//NN///", "NNNNNNNNN/", []),  # what went badly is told of nobody
        ("/NN//NN///", "/NN//NN///", []),
        ("", "/NN//NN///", []),
        ("N", "XXXXXXXXXX", []),
    ],
)
def test_only_what_went_well_and_is_known_is_celebrated(placement, agreed, before, now, reasons):
    consent = agreed(placement)
    factories.write_marks(placement, before, first_day=MONDAY - WEEK)
    factories.write_marks(placement, now, first_day=MONDAY)

    found = on_display(consent.provider, consent.recorded_by)

    assert found == ({"Kim P.": reasons} if reasons else {})


def test_a_pause_asks_for_no_session_and_rewards_need_words_of_their_own(
    placement, provider, provider_staff, agreed
):
    agreed(placement)
    factories.PauseFactory(placement=placement, starts_on=MONDAY, ends_on=date(2024, 9, 18))
    factories.write_marks(placement, "//////", first_day=date(2024, 9, 18))
    details = {"pupil": placement.pupil, "provider": provider, "given_on": MONDAY}
    factories.RewardFactory(**details)
    factories.RewardFactory(**details, display_words="Kept going")
    factories.RewardFactory(**details | {"given_on": MONDAY - WEEK}, display_words="Last week")

    assert on_display(provider, provider_staff) == {"Kim P.": [EVERY, "Kept going"]}


def test_a_part_time_timetable_leaves_its_sessions_out(placement, agreed):
    consent = agreed(placement)
    factories.TimetableFactory(
        placement=placement, sessions=0b0101010101, starts_on=MONDAY - WEEK, full_time_on=TODAY
    )
    factories.write_marks(placement, ["/", "C2"] * 5, first_day=MONDAY)

    assert on_display(consent.provider, consent.recorded_by) == {"Kim P.": [EVERY]}


def test_names_stand_in_their_own_order_and_every_look_is_written_down(
    client, provider, provider_staff, agreed
):
    for name in ("Zoe", "ada", "Kim"):
        row = at(provider, forename="Long", preferred_name=name, surname="Pupil")
        factories.write_marks(row, "//////////", first_day=MONDAY)
        agreed(row)
    client.force_login(provider_staff)

    answer = client.get(reverse("attendance:display", args=[provider.uid, "2024-09-18"]))

    shown = [star.name for star in answer.context["stars"]]
    assert shown == ["ada P.", "Kim P.", "Zoe P."]
    assert "Pupil" not in "".join(shown)
    assert len(ViewEntry.objects.latest("pk").pupils) == 3


@pytest.mark.parametrize("week", ["2024-10-07", "1999-01-04", "yesterday", "0001-01-01"])
def test_a_display_of_a_week_that_cannot_be_is_not_there(client, provider, provider_staff, week):
    client.force_login(provider_staff)

    assert client.get(reverse("attendance:display", args=[provider.uid, week])).status_code == 404


def test_a_display_is_chosen_by_any_day_of_its_week(client, provider, provider_staff):
    client.force_login(provider_staff)
    sent = {"provider": provider.pk, "day_0": "20", "day_1": "9", "day_2": "2024"}

    answer = client.post(reverse("attendance:displays"), sent)

    assert answer["Location"] == reverse("attendance:display", args=[provider.uid, MONDAY])
    late = client.post(reverse("attendance:displays"), sent | {"day_1": "12"})
    assert "not come yet" in late.content.decode()


def test_a_way_back_has_steps_in_their_order(placement, officer):
    pathway = EbsaPathway(risks="The corridor.", resilience="The workshop.")
    pathway = actions.open_pathway(pathway, pupil=placement.pupil, by=officer)
    first = actions.add_step(pathway, ReturnStep(words="Gate", planned_on=TODAY), by=officer)
    with pytest.raises(ValidationError, match="that day or later"):
        actions.add_step(pathway, ReturnStep(words="Hall", planned_on=MONDAY), by=officer)
    second = actions.add_step(pathway, ReturnStep(words="Hall", planned_on=TODAY), by=officer)
    assert [first.position, second.position] == [1, 2]

    went = {"went": "partly", "went_words": "Stayed ten minutes."}
    actions.record_step(first, tried_on=TODAY, by=officer, **went)
    with pytest.raises(ValidationError, match="since the pathway began"):
        actions.record_step(second, tried_on=MONDAY, by=officer, **went)

    actions.close_pathway(pathway, closed_on=TODAY, close_words="Full time.", by=officer)
    with pytest.raises(WrongStatus):
        actions.record_step(second, tried_on=TODAY, by=officer, **went)
    with pytest.raises(WrongStatus):
        actions.close_pathway(pathway, closed_on=TODAY, close_words="Twice.", by=officer)


def test_notes_of_a_way_back_are_not_overwritten_unseen(placement, officer):
    pathway = factories.EbsaPathwayFactory(pupil=placement.pupil)
    pathway.risks = "Mine."
    actions.change_pathway(pathway, seen=1, by=officer)

    with pytest.raises(ValidationError, match="while you wrote"):
        actions.change_pathway(pathway, seen=1, by=officer)
    with pytest.raises(ValidationError, match="since the pathway began"):
        actions.close_pathway(pathway, closed_on=TODAY + WEEK, close_words="x", by=officer)


@pytest.mark.parametrize("role", [Role.SCHOOL_LEAD, Role.OUTREACH_WORKER, Role.LEADERSHIP])
def test_who_only_reads_records_nothing(placement, person, role):
    by, pupil = person(role), placement.pupil
    step, seen = factories.ReturnStepFactory(), factories.HomeVisitFactory()
    with pytest.raises(PermissionDenied):
        actions.plan_visit(visit(), pupil=pupil, by=by)
    with pytest.raises(PermissionDenied):
        actions.record_visit(seen, by=by, **MADE)
    with pytest.raises(PermissionDenied):
        actions.give_reward(Reward(), pupil=pupil, by=by)
    with pytest.raises(PermissionDenied):
        actions.agree_display(DisplayConsent(), pupil=pupil, by=by)
    with pytest.raises(PermissionDenied):
        actions.withdraw_display(
            factories.DisplayConsentFactory(), withdrawn_on=TODAY, withdrawn_by="x", by=by
        )
    with pytest.raises(PermissionDenied):
        actions.open_pathway(EbsaPathway(), pupil=pupil, by=by)
    with pytest.raises(PermissionDenied):
        actions.record_step(step, tried_on=TODAY, went="well", went_words="x", by=by)


def test_forms_of_the_pages_record_what_happened(client, placement, officer):
    client.force_login(officer)
    pupil = placement.pupil
    today = {"_0": TODAY.day, "_1": TODAY.month, "_2": TODAY.year}

    def days(*names):
        return {name + box: value for name in names for box, value in today.items()}

    def send(page, key, sent):
        return client.post(reverse(f"attendance:{page}", args=[key]), sent)

    send("visit-plan", pupil.uid, {"purpose": "Mornings", "visitor": officer.pk,
                                   "lone_working": "Rings at four", **days("planned_on")})  # fmt: skip
    row = HomeVisit.objects.get()
    told = {"status": "made", "found": "Well", "seen": "Jo", "pupil_was_seen": "no",
            "is_concern": "yes", **days("went_on")}  # fmt: skip
    refused = send("visit-record", row.uid, told)
    assert "Say how the concern was raised" in refused.content.decode()
    send("visit-record", row.uid, told | {"concern_raised": "Told the duty team"})
    row.refresh_from_db()
    assert (row.status, row.pupil_was_seen, row.is_concern) == ("made", False, True)

    send("reward-give", pupil.uid, {"given_for": "coming", "what": "A card", **days("given_on")})
    assert Reward.objects.get().given_by == officer
    send("display-agree", pupil.uid, {"provider": placement.provider.pk, "agreed_by": "Kim, Jo",
                                      **days("agreed_on")})  # fmt: skip
    consent = DisplayConsent.objects.get()
    send("display-withdraw", consent.pk, {"withdrawn_by": "Kim", **days("withdrawn_on")})
    assert not DisplayConsent.objects.in_force().exists()

    send("pathway-open", pupil.uid, {"risks": "The corridor", "resilience": "The workshop"})
    pathway = EbsaPathway.objects.get()
    send("pathway-change", pathway.uid, {"risks": "The hall", "resilience": "Art", "seen": "1"})
    send("step-add", pathway.uid, {"words": "Gate", **days("planned_on")})
    step = ReturnStep.objects.get()
    send("step-record", step.pk, {"went": "well", "went_words": "Easy", **days("tried_on")})
    send("pathway-close", pathway.uid, {"close_words": "Full time", **days("closed_on")})
    pathway.refresh_from_db()
    assert (pathway.risks, pathway.status, pathway.steps.get().went) == (
        "The hall",
        "closed",
        "well",
    )
    page = client.get(reverse("attendance:support-of-pupil", args=[pupil.uid])).content.decode()
    assert "Seen: Jo. The young person was not seen." in page
