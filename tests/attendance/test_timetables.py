"""Part-time timetables: what is refused, what a review sets, and that none goes on in silence."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Role
from accounts.workflow import WrongStatus
from attendance import actions
from attendance.models import Outcome, PartTimeTimetable, TimetableRule
from tests import factories
from tests.factories.timetables import MORNINGS

pytestmark = pytest.mark.django_db

TODAY = localdate()
START = TODAY - timedelta(days=10)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def placement(provider, school):
    return factories.PlacementFactory(
        provider=provider, home_school=school, pupil__date_of_birth=date(TODAY.year - 13, 1, 1)
    )


@pytest.fixture
def agree(placement, caseworker):
    def agree(*, by=caseworker, follows=None, first=None, **details):
        given = {
            "sessions": MORNINGS,
            "reason": "Recovers from an operation.",
            "school_agreed_by": "Sam School, deputy head",
            "school_agreed_on": START - DAY,
            "parent_agreed_by": "Alex Parent",
            "parent_agreed_on": START - DAY,
            "starts_on": START,
            "full_time_on": START + 6 * WEEK,
        }
        row = PartTimeTimetable(**given | details)
        return actions.agree(
            row,
            placement=placement,
            first_review_on=first or row.starts_on + 2 * WEEK,
            follows=follows,
            by=by,
        )

    return agree


def new_agreement(before, **details):
    """Return what a timetable needs that follows another one."""
    start = before.starts_on + 2 * DAY
    agreed = {"school_agreed_on": before.starts_on, "parent_agreed_on": before.starts_on}
    return {"starts_on": start, "full_time_on": start + 4 * WEEK, **agreed, **details}


def test_what_was_agreed_is_kept_and_a_review_is_set(agree, caseworker):
    row = agree()

    row.refresh_from_db()
    assert (row.ends_on, row.part_time_since) == (row.full_time_on, START)
    assert row.recorded_by == caseworker
    assert [(review.due_on, review.held_on) for review in row.reviews.all()] == [
        (START + 2 * WEEK, None)
    ]


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"sessions": 1023}, "weekly"),
        ({"sessions": 0}, "__all__"),
        ({"reason": ""}, "reason"),
        ({"parent_agreed_on": TODAY + DAY, "starts_on": TODAY + WEEK,
          "full_time_on": TODAY + 3 * WEEK}, "parent_agreed_on"),
        ({"school_agreed_on": START + DAY}, "__all__"),
        ({"starts_on": date(2023, 9, 1)}, "starts_on"),
        ({"full_time_on": START}, "__all__"),
        ({"first": START + 3 * WEEK}, "first_review_on"),
        ({"social_worker_told_on": TODAY + DAY}, "social_worker_told_on"),
    ],
)  # fmt: skip
def test_what_is_not_agreed_as_it_should_be_is_refused(agree, details, field):
    with pytest.raises(ValidationError) as refused:
        agree(**details)

    assert field in refused.value.message_dict
    assert not PartTimeTimetable.objects.exists()


def test_it_is_part_of_the_placements_own_pattern(agree, placement):
    placement.sessions = MORNINGS
    placement.save()

    for sessions in (MORNINGS, 0b10):
        with pytest.raises(ValidationError, match="not all of them"):
            agree(sessions=sessions)
    assert agree(sessions=0b1).sessions == 0b1


def test_it_does_not_last_longer_than_the_placement(agree, placement):
    placement.ends_on = START + 3 * WEEK
    placement.save()

    with pytest.raises(ValidationError, match="The placement is over after"):
        agree()


@pytest.mark.parametrize("kind", ["looked after", "child in need"])
def test_the_social_worker_is_told_first(agree, placement, kind):
    factories.CareStatusFactory(pupil=placement.pupil, kind=kind, starts_on=date(2024, 1, 1))

    with pytest.raises(ValidationError, match="tell the social worker first"):
        agree()
    assert agree(social_worker_told_on=START).pk


def test_nobody_needs_to_be_told_where_care_is_over(agree, placement):
    factories.CareStatusFactory(pupil=placement.pupil, kind="previously looked after",
                                starts_on=date(2024, 1, 1), social_worker="")  # fmt: skip

    assert agree().pk


def test_it_is_for_pupils_of_compulsory_school_age(agree, placement):
    placement.pupil.date_of_birth = date(TODAY.year - 18, 1, 1)
    placement.pupil.save()

    with pytest.raises(ValidationError, match="compulsory school age"):
        agree()


def test_one_that_follows_is_agreed_anew_and_counts_the_whole_time(agree):
    first = agree()

    second = agree(follows=first, **new_agreement(first))

    first.refresh_from_db()
    assert (first.ends_on, first.outcome) == (second.starts_on, Outcome.RENEWED)
    assert second.part_time_since == first.starts_on
    assert not first.reviews.filter(held_on=None, due_on__gte=second.starts_on).exists()
    with pytest.raises(WrongStatus, match="follows this one already"):
        agree(follows=first, **new_agreement(first))


@pytest.mark.parametrize("field", ["school_agreed_on", "parent_agreed_on"])
def test_an_old_agreement_does_not_carry_a_new_timetable(agree, field):
    first = agree()

    with pytest.raises(ValidationError, match="needs a new agreement"):
        agree(follows=first, **new_agreement(first) | {field: first.starts_on - DAY})


def test_it_does_not_go_on_when_full_time_was_expected(agree):
    row = agree()
    last = row.full_time_on - DAY

    assert PartTimeTimetable.objects.in_force(last).exists()
    assert not PartTimeTimetable.objects.in_force(row.full_time_on).exists()
    assert PartTimeTimetable.objects.outlived(row.full_time_on).exists()


def test_a_review_sets_the_next_one_until_it_is_over(agree, provider_staff):
    row = agree(full_time_on=START + 4 * WEEK)
    held = {"came": ["pupil", "parent"], "outcome": "continue", "words": "", "by": provider_staff}

    actions.review_timetable(row, held_on=START + 3 * DAY, **held)

    due = row.reviews.get(held_on=None).due_on
    assert due == START + 3 * DAY + 2 * WEEK
    with pytest.raises(ValidationError, match="to today"):
        actions.review_timetable(row, held_on=TODAY + DAY, **held)
    with pytest.raises(ValidationError):
        actions.review_timetable(row, held_on=TODAY, **held | {"came": []})


def test_who_may_not_is_refused(agree, school_staff, provider_staff):
    for by in (school_staff, provider_staff):
        with pytest.raises(PermissionDenied):
            agree(by=by)
    row = agree()
    with pytest.raises(PermissionDenied):
        actions.end_timetable(row, last_day=TODAY, outcome="full time", words="", by=school_staff)
    with pytest.raises(PermissionDenied):
        actions.review_timetable(row, held_on=TODAY, came=["pupil"], outcome="continue", words="",
                                 by=school_staff)  # fmt: skip


def test_another_providers_lead_does_not_reach_it(agree, person, other_provider):
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    with pytest.raises(PartTimeTimetable.placement.field.related_model.DoesNotExist):
        agree(by=stranger)


def test_it_ends_earlier_with_an_outcome_and_only_once(agree, caseworker):
    row = agree()
    given = {"outcome": "full time", "words": "Comes all day.", "by": caseworker}

    row = actions.end_timetable(row, last_day=TODAY, **given)

    assert (row.ends_on, row.outcome) == (TODAY + DAY, "full time")
    with pytest.raises(WrongStatus, match="recorded already"):
        actions.end_timetable(row, last_day=TODAY, **given)


def test_it_does_not_end_before_what_it_wrote_into_the_register(agree, caseworker):
    row = agree()
    mark = factories.MarkFactory(placement=row.placement, date=START + 3 * DAY, code_id="C2")
    factories.OutsideMarkFactory(mark=mark, timetable=row, reason="")

    with pytest.raises(ValidationError, match="holds code C2"):
        actions.end_timetable(row, last_day=START, outcome="taken back", words="", by=caseworker)


@pytest.mark.parametrize("code", ["#", "/"])
def test_what_was_corrected_since_does_not_keep_it_from_ending(client, agree, caseworker, code):
    row = agree()
    for days, stands in ((1, "C2"), (3, code)):
        mark = factories.MarkFactory(
            placement=row.placement, date=START + days * DAY, code_id=stands
        )
        factories.OutsideMarkFactory(mark=mark, timetable=row, reason="")
    given = {"outcome": "taken back", "words": "", "by": caseworker}

    with pytest.raises(ValidationError, match="holds code C2"):
        actions.end_timetable(row, last_day=START, **given)
    row = actions.end_timetable(row, last_day=START + DAY, **given)

    assert row.ends_on == START + 2 * DAY
    client.force_login(caseworker)
    page = client.get(reverse("attendance:timetable", args=[row.uid])).content.decode()
    assert "Code C2 stands for 1 session" in page


def test_the_list_finds_what_waits(agree):
    rule = TimetableRule(long_weeks=1)
    row = agree(first=START + 3 * DAY)

    def found(what, on=TODAY):
        return PartTimeTimetable.objects.waiting_for(what, on, rule).exists()

    assert [found(what) for what in ("", "missed", "review", "long", "ending", "past")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip
    assert found("ending", row.full_time_on - WEEK)
    assert (found("past", row.full_time_on), found("", row.full_time_on)) == (True, False)
    assert not PartTimeTimetable.objects.waiting_for("missed", START + 3 * DAY, rule).exists()
    assert not PartTimeTimetable.objects.waiting_for("long", START + WEEK - DAY, rule).exists()


def test_hours_stand_beside_full_time(agree):
    row = agree()

    hours = row.hours(factories.TimetableRuleFactory.build())

    assert hours.words == ("12.5 of 25 hours a week are taught; the timetable leaves out 12.5.")
    assert (hours.taught_width, hours.left_out_width) == (150, 150)
    assert row.hours(None) is None


def test_a_rule_changes_from_a_day_on(manager, caseworker):
    rule = factories.TimetableRuleFactory.build(starts_on=TODAY, long_weeks=8)

    with pytest.raises(PermissionDenied):
        actions.change_timetable_rule(rule, by=caseworker)
    actions.change_timetable_rule(rule, by=manager)

    assert TimetableRule.objects.on(TODAY).long_weeks == 8
    assert TimetableRule.objects.on(TODAY - DAY).long_weeks is None
    with pytest.raises(ValidationError, match="today or later"):
        actions.change_timetable_rule(
            factories.TimetableRuleFactory.build(starts_on=TODAY - DAY), by=manager
        )


def dated(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def typed(**details):
    return {
        "weekly": ["0", "2", "4"],
        "reason": "Recovers from an operation.",
        "school_agreed_by": "Sam School",
        **dated("school_agreed_on", START - DAY),
        "parent_agreed_by": "Alex Parent",
        **dated("parent_agreed_on", START - DAY),
        **dated("starts_on", START),
        **dated("full_time_on", START + 6 * WEEK),
        **dated("first_review_on", START + WEEK),
        **details,
    }


def test_the_pages_lead_from_agreement_to_review_to_end(client, placement, caseworker):
    client.force_login(caseworker)
    address = reverse("attendance:timetable-agree", args=[placement.uid])

    wrong = client.post(address, typed(weekly=[str(bit) for bit in range(10)]))
    page = client.post(address, typed(), follow=True)
    row = PartTimeTimetable.objects.get()
    review = client.post(
        reverse("attendance:timetable-review", args=[row.uid]),
        {**dated("held_on", TODAY), "came": ["parent"], "outcome": "continue", "words": "Better."},
        follow=True,
    )
    end = client.post(
        reverse("attendance:timetable-end", args=[row.uid]),
        {**dated("last_day", TODAY), "outcome": "full time"},
        follow=True,
    )

    assert "not all of them" in wrong.content.decode()
    assert "Recovers from an operation." in wrong.content.decode()  # nothing typed is lost
    assert "Review missed" in page.content.decode()
    assert row.sessions == 0b10101
    assert "Continue as agreed" in review.content.decode()
    assert "Full time again" in end.content.decode()


def test_a_renewal_proposes_to_go_on_and_keeps_both(client, agree, caseworker):
    first = agree()
    client.force_login(caseworker)

    address = reverse("attendance:timetable-renew", args=[first.uid])
    form = client.get(address).context["form"]
    given = new_agreement(first)
    days = {name: given[name] for name in given}
    client.post(
        address,
        typed(**{key: value for name, day in days.items() for key, value in dated(name, day).items()},
              **dated("first_review_on", given["starts_on"] + WEEK)),
    )  # fmt: skip

    assert form.initial["starts_on"] == first.ends_on
    assert PartTimeTimetable.objects.get(follows=first).part_time_since == START
    assert (
        "Goes on with"
        in client.get(reverse("attendance:timetable", args=[first.uid])).content.decode()
    )


def test_a_manager_sets_the_rules_on_a_page(client, manager):
    client.force_login(manager)
    address = reverse("attendance:timetable-rule-change")

    page = client.post(
        address,
        {**dated("starts_on", TODAY), "review_days": 7, "long_weeks": 6, "full_hours": "25",
         "session_hours": "2.5", "source": "Minutes of the attendance board"},
        follow=True,
    )  # fmt: skip

    assert TimetableRule.objects.on(TODAY).review_days == 7
    assert "6 weeks" in page.content.decode()
    listed = client.get(reverse("attendance:timetables")).content.decode()
    assert "Part-time for more than 6 weeks" in listed


def test_the_placement_and_the_chronology_tell_of_it(client, agree, placement, caseworker):
    row = agree()
    factories.TimetableReviewFactory(timetable=row, due_on=TODAY, held_on=TODAY, came=["parent"],
                                     outcome="change", words="Wants more.",
                                     recorded_by=caseworker, recorded_at=timezone.now())  # fmt: skip
    client.force_login(caseworker)

    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()
    story = client.get(reverse("reporting:pupil", args=[placement.pupil.uid])).content.decode()

    assert "12.5 of 25 hours a week are taught" in page
    assert "Part-time timetable begins" in story
    assert "Part-time timetable reviewed: agree a new timetable" in story
