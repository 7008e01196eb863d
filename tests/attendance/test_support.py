"""An attendance contract: who may, the baseline and the reviews from marks, the days they are due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import ClockRule
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from attendance import actions
from attendance.models import Share, SupportPlan, SupportReview
from pupils.models import Pupil
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "_today")]

MONDAY = date(2024, 9, 16)
TODAY = date(2024, 10, 17)
HEARD = {
    "agreed_on": MONDAY,
    "pupil_answer": "yes",
    "pupil_words": "I will try.",
    "pupil_not_asked": "",
    "parent_name": "Jo Parent",
    "parent_agreed_on": MONDAY,
}
SAID = {"attended": "Kim and Jo", "changed": "Comes more.", "next_step": "Goes on."}


def noon(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


@pytest.fixture
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon(TODAY))


@pytest.fixture
def officer(person):
    return person(Role.ATTENDANCE_OFFICER, name="Ola Officer")


@pytest.fixture
def placement(provider, school):
    row = factories.PlacementFactory(
        provider=provider, home_school=school, starts_on=date(2024, 9, 2)
    )
    factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    return row


@pytest.fixture
def draft(placement):
    return factories.SupportPlanFactory(
        pupil=placement.pupil, placement=placement, opened_on=date(2024, 9, 9)
    )


def agree(plan, by, **heard):
    return actions.agree_support(plan, by=by, **HEARD | heard)


def review(plan, by, held_on=date(2024, 9, 30), **said):
    return actions.review_support(plan, held_on=held_on, by=by, **SAID | said)


def due(plan):
    return SupportReview.objects.filter(plan=plan).open().get().due_on


def test_one_action_opens_a_contract_for_the_placement_and_the_officer(placement, officer):
    plan = actions.open_support(placement.pupil, by=officer, why="Below 90% in ten sessions.")

    assert (plan.status, plan.owner, plan.placement) == ("draft", officer, placement)
    assert plan.review_school_days == 10


def test_the_rule_of_the_day_says_how_often_reviews_are_due(placement, officer):
    ClockRule.objects.create(kind="support review", school_days=5, starts_on=MONDAY, source="x")

    assert actions.open_support(placement.pupil, by=officer, why="x").review_school_days == 5


def test_a_second_contract_is_refused_while_one_runs_and_the_same_one_is_one(draft, officer):
    with pytest.raises(ValidationError, match="not over"):
        actions.open_support(draft.pupil, by=officer, why="Again.")
    draft.opened_by = officer
    draft.save()

    same = SupportPlan(uid=draft.uid, why="Sent twice.")

    assert actions.open_support(draft.pupil, same, by=officer) == draft


@pytest.mark.parametrize("role", [Role.PROVIDER_STAFF, Role.SCHOOL_STAFF, Role.OUTREACH_WORKER])
def test_who_may_read_contracts_does_not_open_them(placement, person, role):
    with pytest.raises(PermissionDenied):
        actions.open_support(placement.pupil, by=person(role), why="x")


def test_a_provider_lead_opens_one_for_the_own_pupils_only(placement, person, other_provider):
    plan = actions.open_support(placement.pupil, by=person(Role.PROVIDER_LEAD), why="x")
    assert plan.owner is None

    with pytest.raises(Pupil.DoesNotExist):
        actions.open_support(
            placement.pupil, by=person(Role.PROVIDER_LEAD, other_provider), why="x"
        )


def test_the_baseline_is_counted_from_marks_of_the_placement_before_the_contract(draft, officer):
    # Twenty sessions before: 8 present, 10 possible on the first five days; then unmarked.
    factories.write_marks(draft.placement, "//////LVNOXD", first_day=date(2024, 9, 2))
    elsewhere = factories.PlacementFactory(pupil=draft.pupil, enrolment=False)
    factories.write_marks(elsewhere, "NNNN", first_day=date(2024, 9, 11))
    factories.write_marks(draft.placement, "NN", first_day=MONDAY)

    plan = agree(draft, officer)

    assert plan.baseline == Share(8, 10)
    assert plan.baseline_from == date(2024, 9, 1)
    assert str(plan.baseline) == "80.0%: 8 of 10 sessions"


@pytest.mark.parametrize(
    ("heard", "field"),
    [
        ({"pupil_answer": ""}, "pupil_answer"),
        ({"pupil_words": ""}, "pupil_words"),
        ({"agreed_on": TODAY + timedelta(days=1)}, "agreed_on"),
        ({"agreed_on": date(2024, 8, 30)}, "agreed_on"),
        ({"parent_agreed_on": TODAY + timedelta(days=1)}, "parent_agreed_on"),
    ],
)
def test_an_agreement_that_lacks_something_says_what(draft, officer, heard, field):
    with pytest.raises(ValidationError) as caught:
        agree(draft, officer, **heard)

    assert set(caught.value.message_dict) == {field}
    assert not draft.reviews.exists()


def test_a_young_person_who_says_no_or_was_not_asked_is_heard_too(draft, officer):
    told = {"pupil_answer": "", "pupil_words": "", "pupil_not_asked": "In hospital."}

    assert agree(draft, officer, **told).status == "agreed"


def test_a_draft_without_its_parts_is_not_agreed(draft, officer):
    SupportPlan.objects.filter(pk=draft.pk).update(parent_will="", target_percent=None)

    with pytest.raises(ValidationError, match="what the parent will do and a target"):
        agree(draft, officer)


@pytest.mark.parametrize(
    ("agreed_on", "due_on"),
    [
        (date(2024, 9, 16), date(2024, 9, 30)),  # a fortnight
        (date(2024, 10, 15), date(2024, 11, 5)),  # half term lies between
    ],
)
def test_a_review_is_due_after_a_fortnight_of_school(draft, officer, agreed_on, due_on):
    assert due(agree(draft, officer, agreed_on=agreed_on)) == due_on


def test_a_review_never_falls_on_a_day_when_the_place_is_closed(draft, officer):
    factories.ClosureFactory(organisation=draft.placement.provider, starts_on=date(2024, 9, 30))

    assert due(agree(draft, officer)) == date(2024, 10, 1)


def test_without_a_calendar_a_review_still_has_a_day(draft, officer, monkeypatch):
    SupportPlan.objects.filter(pk=draft.pk).update(review_school_days=45)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon(date(2027, 7, 20)))

    plan = agree(draft, officer, agreed_on=date(2027, 7, 15))

    assert due(plan) == date(2027, 9, 17)  # weekdays but for the bank holiday


def test_a_review_counts_the_sessions_since_the_one_before_and_sets_the_next(draft, officer):
    plan = agree(draft, officer)
    factories.write_marks(plan.placement, "//NN//////////////////", first_day=MONDAY)

    first = review(plan, officer)
    assert (first.since_on, first.attendance, first.recorded_by) == (
        MONDAY,
        Share(18, 20),
        officer,
    )
    assert due(plan) == date(2024, 10, 14)

    late = review(plan, officer, held_on=date(2024, 10, 16))
    assert (late.since_on, late.attendance) == (date(2024, 9, 30), Share(2, 2))
    assert late.due_on < late.held_on
    assert due(plan) == date(2024, 11, 6)


@pytest.mark.parametrize("held_on", [MONDAY - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_review_is_held_between_the_start_and_today(draft, officer, held_on):
    with pytest.raises(ValidationError, match="up to today"):
        review(agree(draft, officer), officer, held_on=held_on)


def test_a_draft_is_not_reviewed_and_an_agreed_contract_is_not_rewritten(draft, officer):
    with pytest.raises(WrongStatus):
        review(draft, officer)
    plan = agree(draft, officer)
    with pytest.raises(WrongStatus, match="stays"):
        actions.change_support(plan, seen=plan.version, by=officer)


def test_a_draft_that_somebody_else_changed_is_not_overwritten(draft, officer):
    draft.why = "Mine."
    actions.change_support(draft, seen=1, by=officer)

    with pytest.raises(ValidationError, match="while you wrote"):
        actions.change_support(draft, seen=1, by=officer)


def test_provider_staff_review_their_pupils_and_no_others(draft, officer, person, other_provider):
    plan = agree(draft, officer)
    stranger = person(Role.PROVIDER_STAFF, other_provider)
    school_staff, provider_staff = person(Role.SCHOOL_STAFF), person(Role.PROVIDER_STAFF)

    with pytest.raises(SupportPlan.DoesNotExist):
        review(plan, stranger)
    with pytest.raises(PermissionDenied):
        review(plan, school_staff)
    assert review(plan, provider_staff).recorded_by == provider_staff


def test_a_provider_sees_no_contract_of_another_placement_of_its_pupil(
    draft, provider_staff, person, other_provider
):
    factories.PlacementFactory(
        pupil=draft.pupil, provider=other_provider, starts_on=date(2024, 9, 9)
    )
    there = person(Role.PROVIDER_LEAD, other_provider)

    assert Pupil.objects.as_user(there).filter(pk=draft.pupil_id).exists()
    assert not SupportPlan.objects.as_user(there).exists()
    assert SupportPlan.objects.as_user(provider_staff).get() == draft
    SupportPlan.objects.update(placement=None)
    assert SupportPlan.objects.as_user(there).get() == draft


def test_a_contract_that_ends_keeps_the_review_that_was_missed(draft, officer):
    plan = agree(draft, officer)

    actions.end_support(plan, ended_on=date(2024, 10, 2), end_words="Moved.", by=officer)

    row = plan.reviews.get()
    assert (row.held_on, row.dropped_on) == (None, None)
    assert not SupportPlan.objects.overdue(TODAY).exists()
    with pytest.raises(ValidationError, match="not come yet"):
        actions.end_support(plan, ended_on=TODAY + timedelta(days=1), end_words="x", by=officer)


def test_a_review_that_was_not_due_yet_falls_away_with_the_contract(draft, officer):
    plan = agree(draft, officer)

    actions.meet_support(plan, ended_on=date(2024, 9, 27), end_words="Met.", by=officer)

    assert plan.reviews.get().dropped_on == date(2024, 9, 27)
    with pytest.raises(WrongStatus):
        actions.end_support(plan, ended_on=TODAY, end_words="Again.", by=officer)


def test_a_contract_is_passed_on_to_who_holds_a_caseload_only(draft, officer, person, manager):
    other = person(Role.ATTENDANCE_OFFICER)

    assert actions.assign_support(draft, owner=other, by=manager).owner == other
    with pytest.raises(ValidationError, match="no caseload"):
        actions.assign_support(draft, owner=person(Role.LEADERSHIP), by=manager)
    with pytest.raises(PermissionDenied):
        actions.assign_support(draft, owner=other, by=person(Role.PROVIDER_LEAD))
    actions.end_support(draft, ended_on=TODAY, end_words="Not needed.", by=officer)
    with pytest.raises(WrongStatus):
        actions.assign_support(draft, owner=officer, by=manager)


@pytest.mark.parametrize(
    ("share", "words", "reaches"),
    [
        (Share(0, 0), "no session is marked", None),
        (Share(1, 1), "100.0%: 1 of 1 session", True),
        (Share(79, 99), "79.8%: 79 of 99 sessions", False),
        (Share(80, 100), "80.0%: 80 of 100 sessions", True),
        (Share(7999, 10000), "80.0%: 7999 of 10000 sessions", False),  # exact, not as rounded
    ],
)
def test_a_share_is_counted_in_whole_sessions_and_compared_exactly(share, words, reaches):
    assert (str(share), share.reaches(80)) == (words, reaches)


def test_the_caseload_shows_what_is_due_in_words(client, draft, officer):
    plan = agree(draft, officer)
    factories.write_marks(plan.placement, "/NNN", first_day=MONDAY)
    client.force_login(officer)

    page = client.get(reverse("attendance:caseload")).content.decode()

    assert "25.0%: 1 of 4 sessions" in page
    assert "Target 80% of sessions: below the target" in page
    assert "13 school days late (Mon 30 Sep)" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?due=overdue", 1), ("?due=today", 0), ("?status=draft", 1), ("?whose=nobody", 2),
     ("?status=met", 0), ("?due=nonsense", 2), ("?status=all", 2)],
)  # fmt: skip
def test_the_caseload_is_narrowed(client, draft, officer, query, count):
    agree(draft, officer)
    factories.SupportPlanFactory()
    client.force_login(officer)

    page = client.get(reverse("attendance:caseload") + query).context["page"]

    assert page.paginator.count == count


def test_a_contract_is_opened_agreed_reviewed_and_closed_on_pages(client, placement, officer):
    client.force_login(officer)
    opening = reverse("attendance:support-open", args=[placement.pupil.uid]) + "?why=Three+Mondays"
    form = client.get(opening).context["form"]
    assert form["why"].value() == "Three Mondays"
    sent = {name: form[name].value() or "x" for name in form.fields}
    sent |= {"placement": placement.pk, "owner": officer.pk, "target_percent": "85"}

    answers = [client.post(opening, sent) for _ in range(2)]

    plan = SupportPlan.objects.get()
    assert {answer["Location"] for answer in answers} == {
        reverse("attendance:support", args=[plan.uid])
    }

    def send(page, **values):
        for name, value in list(values.items()):
            if isinstance(value, date):
                values |= {
                    f"{name}_0": value.day,
                    f"{name}_1": value.month,
                    f"{name}_2": value.year,
                }
        return client.post(reverse(f"attendance:{page}", args=[plan.uid]), values, follow=True)

    assert (
        "The first review is due on 30 September"
        in send("support-agree", **HEARD).content.decode()
    )
    assert (
        "next one is due"
        in send("support-review", held_on=date(2024, 9, 30), **SAID).content.decode()
    )
    answer = send("support-meet", ended_on=TODAY, end_words="Comes every day.")
    assert "The contract is over" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.status == "met"
    stale = send("support-review", held_on=TODAY, **SAID)
    assert "it is over: no review is due" in stale.content.decode()


def test_a_pupil_with_a_contract_is_led_to_it_and_a_new_one_begins_with_the_last(
    client, draft, officer
):
    client.force_login(officer)
    path = reverse("attendance:support-open", args=[draft.pupil.uid])

    assert client.get(path)["Location"] == reverse("attendance:support", args=[draft.uid])

    actions.end_support(draft, ended_on=TODAY, end_words="To agree anew.", by=officer)
    assert client.get(path).context["form"]["pupil_will"].value() == draft.pupil_will


def test_what_was_typed_stays_where_something_is_wrong(client, draft, officer):
    client.force_login(officer)
    path = reverse("attendance:support-change", args=[draft.uid])

    page = client.post(path, {"why": "My reason", "target_percent": "101", "seen": "1"})

    assert "My reason" in page.content.decode()
    assert "Enter a whole number from 1 to 100" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_open_at_once_make_one_contract(placement, officer):
    def opens():
        actions.open_support(placement.pupil, by=officer, why="x")

    found = at_once([opens, opens])

    assert [type(result) for result in found if result] == [ValidationError]
    assert SupportPlan.objects.count() == 1
