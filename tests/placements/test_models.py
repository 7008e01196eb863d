"""Tier rules and placements: what is true of their rows."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from placements.models import EVERY_SESSION, Placement, Status, TierRule
from tests import factories
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

START = date(2024, 1, 8)
END = date(2024, 3, 29)
MONDAY = date(2024, 9, 16)


def make(**details):
    return lambda: factories.PlacementFactory(enrolment=False, **details)


def two_placements(**second):
    first = factories.PlacementFactory(starts_on=START, ends_on=END, enrolment=False)
    details = {"starts_on": END - timedelta(days=1), "provider": first.provider} | second
    return factories.PlacementFactory(pupil=first.pupil, enrolment=False, **details)


def twice(name):
    other = factories.ReferralFactory() if name == "referral" else factories.PlacementFactory()
    return factories.PlacementFactory.create_batch(2, **{name: other})


def own(**details):
    return factories.SchoolPlacementFactory(**details)


def two_scales(**details):
    instrument = factories.InstrumentFactory()
    return factories.ScaleFactory.create_batch(2, instrument=instrument, **details)


def again(row):
    row.pk = None
    if hasattr(row, "uid"):
        row.uid = uuid.uuid4()
    row.save(force_insert=True)


BREAKERS = {
    "placements_schoolplacement_one_provider": lambda: own(provider_name=""),
    "placements_schoolplacement_one_way_to_name_the_place": lambda: own(
        urn="123456", ukprn="10000001"
    ),
    "placements_schoolplacement_urn_has_six_digits": lambda: own(urn="12345"),
    "placements_schoolplacement_ukprn_has_eight_digits": lambda: own(ukprn="20000001"),
    "placements_schoolplacement_ends_after_it_starts": lambda: own(starts_on=END, ends_on=END),
    "placements_schoolplacement_sessions_fit_a_week": lambda: own(sessions="4.3"),
    "placements_schoolplacement_cost_says_for_what": lambda: own(cost=1),
    "placements_schoolplacement_destination_is_known": lambda: own(destination="the moon"),
    "placements_schoolplacement_rating_is_known": lambda: own(pupil_rating=6),
    "placements_qualitycheck_theme_is_known": lambda: factories.QualityCheckFactory(theme="luck"),
    "placements_qualitycheck_once_a_day": lambda: again(factories.QualityCheckFactory()),
    "placements_censuscode_group_is_known": lambda: factories.CensusCodeFactory(group="?"),
    "placements_censuscode_one_of_a_key": lambda: again(factories.CensusCodeFactory()),
    "placements_censuscode_one_of_a_code": lambda: factories.CensusCodeFactory.create_batch(
        2, dfe_code="A", source="Guide"
    ),
    "placements_censuscode_code_is_letters_and_figures": lambda: factories.CensusCodeFactory(
        dfe_code="=a", source="Guide"
    ),
    "placements_censuscode_code_names_its_source": lambda: factories.CensusCodeFactory(
        dfe_code="A"
    ),
    "placements_instrument_has_an_informant": lambda: factories.InstrumentFactory(informants=[]),
    "placements_instrument_informants_are_known": lambda: factories.InstrumentFactory(
        informants=["nobody"]
    ),
    "placements_instrument_aspect_is_known": lambda: factories.InstrumentFactory(aspect="height"),
    "placements_scale_maximum_is_above_the_minimum": lambda: factories.ScaleFactory(maximum=0),
    "placements_scale_direction_is_known": lambda: factories.ScaleFactory(direction="sideways"),
    "placements_scale_total_is_not_in_itself": lambda: factories.ScaleFactory(
        is_total=True, counts_in_total=True
    ),
    "placements_scale_one_of_a_name": lambda: two_scales(name="Lessons"),
    "placements_scale_one_total": lambda: two_scales(is_total=True),
    "placements_band_informant_is_known": lambda: factories.BandFactory(informant="nobody"),
    "placements_band_one_from_a_score": lambda: factories.BandFactory.create_batch(
        2, scale=factories.ScaleFactory()
    ),
    "placements_assessment_informant_is_known": lambda: factories.AssessmentFactory(
        informant="nobody"
    ),
    "placements_assessment_once_a_day": lambda: again(factories.AssessmentFactory()),
    "placements_score_one_of_a_scale": lambda: again(factories.ScoreFactory()),
    "placements_assessmentamendment_has_a_reason": lambda: factories.AssessmentAmendmentFactory(
        reason=""
    ),
    "placements_tierrule_one_from_a_day": lambda: factories.TierRuleFactory.create_batch(2),
    "placements_tierrule_longest_is_a_week_at_least": lambda: factories.TierRuleFactory(
        longest_weeks=0
    ),
    "placements_tierrule_tier_is_known": lambda: factories.TierRuleFactory(tier=4),
    "placements_placement_status_is_known": make(
        status="lost", ends_on=END, end_reason="Back in school."
    ),
    "placements_placement_ends_after_it_starts": make(
        starts_on=START, ends_on=START - timedelta(days=1)
    ),
    "placements_placement_sessions_fit_the_tier": make(tier=1, sessions=1),
    "placements_placement_whole_at_its_end": make(status=Status.ENDED, end_reason=""),
    "placements_placement_tier_2_is_time_limited": make(tier=2, ends_on=None),
    "placements_placement_none_overlap_at_one_provider": two_placements,
    "placements_tierrule_reviewed_each_half_term": lambda: factories.TierRuleFactory(
        review_school_days=46
    ),
    "placements_placement_route_is_known": make(route="the moon"),
    "placements_placement_one_for_a_referral": lambda: twice("referral"),
    "placements_placement_shortens_what_it_follows": make(has_shortened=True),
    "placements_placement_one_follows_another": lambda: twice("follows"),
    "placements_pause_ends_after_it_starts": lambda: factories.PauseFactory(
        starts_on=END, ends_on=START
    ),
    "placements_pause_one_at_a_time": lambda: factories.PauseFactory.create_batch(
        2, placement=factories.PlacementFactory()
    ),
    "placements_weekpattern_once_a_week": lambda: again(factories.WeekPatternFactory()),
    "placements_weekpattern_begins_on_monday": lambda: factories.WeekPatternFactory(
        monday=MONDAY + timedelta(days=1)
    ),
    "placements_weekpattern_sessions_fit_a_week": lambda: factories.WeekPatternFactory(
        sessions=EVERY_SESSION + 1
    ),
    "placements_weekpattern_says_which_week": lambda: factories.WeekPatternFactory(words=""),
    "placements_objective_outcome_is_known": lambda: factories.ObjectiveFactory(outcome="so so"),
    "placements_objective_says_how_it_is_known": lambda: factories.ObjectiveFactory(measure=""),
    "placements_objectivechange_one_waits": lambda: factories.ObjectiveChangeFactory.create_batch(
        2, objective=factories.ObjectiveFactory()
    ),
    "placements_objectivechange_says_what_and_why": lambda: factories.ObjectiveChangeFactory(
        reason=""
    ),
    "placements_objectivechange_changes_something": lambda: factories.ObjectiveChangeFactory(
        words="Comes every morning", measure="The register"
    ),
    "placements_objectivechange_answer_is_whole": lambda: factories.ObjectiveChangeFactory(
        is_agreed=True
    ),
    "placements_objectivechange_no_has_a_reason": lambda: factories.ObjectiveChangeFactory(
        is_agreed=False, answered_by=factories.UserFactory(), answered_at=timezone.now()
    ),
    "placements_review_one_a_day": lambda: factories.ReviewFactory.create_batch(
        2, placement=factories.PlacementFactory()
    ),
    "placements_review_next_step_is_known": lambda: factories.ReviewFactory(next_step="wait"),
    "placements_progress_once_a_review": lambda: again(factories.ProgressFactory()),
    "placements_progress_outcome_is_known": lambda: factories.ProgressFactory(outcome="so so"),
    "placements_ending_rating_is_known": lambda: factories.EndingFactory(pupil_rating=6),
    "placements_ending_holds_the_pupils_own_words": lambda: factories.EndingFactory(
        pupil_words=""
    ),
    "placements_award_kind_is_known": lambda: factories.AwardFactory(kind="sporting"),
    "placements_award_once": lambda: factories.AwardFactory.create_batch(
        2, placement=factories.PlacementFactory()
    ),
    "placements_commission_one_from_a_day": lambda: factories.CommissionFactory.create_batch(
        2, provider=factories.ProviderFactory()
    ),
    "placements_commission_places_are_believable": lambda: factories.CommissionFactory(
        places=1001
    ),
    "placements_closedtonew_ends_after_it_starts": lambda: factories.ClosedToNewFactory(
        starts_on=END, ends_on=START
    ),
    "placements_closedtonew_one_at_a_time": lambda: factories.ClosedToNewFactory.create_batch(
        2, provider=factories.ProviderFactory()
    ),
    "placements_hold_ended_with_its_moment": lambda: factories.HoldFactory(ended="released"),
    "placements_hold_one_for_a_referral": lambda: factories.HoldFactory.create_batch(
        2, referral=factories.ReferralFactory()
    ),
    "placements_rate_one_from_a_day": lambda: factories.RateFactory.create_batch(
        2, provider=factories.ProviderFactory()
    ),
    "placements_rate_pounds_are_believable": lambda: factories.RateFactory(pounds=0),
    "placements_rate_unit_is_known": lambda: factories.RateFactory(unit="month"),
    "placements_entry_kind_is_known": lambda: factories.PlacementEntryFactory(kind="lost"),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("placements") == set(BREAKERS)


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("sessions_fit_the_tier", {"tier": 3, "sessions": 0}),
        ("sessions_fit_the_tier", {"tier": 3, "sessions": EVERY_SESSION + 1}),
        ("sessions_fit_the_tier", {"tier": 4, "sessions": 1}),
        ("whole_at_its_end", {"status": Status.ENDED, "ends_on": None}),
        ("whole_at_its_end", {"status": Status.CANCELLED, "end_reason": ""}),
        ("whole_at_its_end", {"status": Status.OPEN, "end_reason": "Back in school."}),
        ("whole_at_its_end", {"status": Status.OPEN, "destination": "home school"}),
        ("whole_at_its_end", {"status": Status.ENDED, "destination": ""}),
        ("whole_at_its_end", {"status": Status.DECLINED, "end_reason": ""}),
    ],
)
def test_what_does_not_fit_together_is_refused(name, details):
    assert_refused(f"placements_placement_{name}", make(**details))


@pytest.mark.parametrize(
    ("details", "sessions"),
    [
        ({}, 0b110000),  # not of the placement's sessions
        ({"monday": START - timedelta(days=7)}, 0b11),
        ({"monday": date(2024, 4, 1)}, 0b11),
    ],
)
def test_a_week_lies_in_the_placement_and_holds_sessions_of_it(details, sessions):
    row = factories.PlacementFactory(starts_on=START, ends_on=END, sessions=0b1111)
    week = {"monday": START, "placement": row, "sessions": sessions} | details

    with pytest.raises(IntegrityError, match="A week lies in the placement"), transaction.atomic():
        factories.WeekPatternFactory(**week)
    assert factories.WeekPatternFactory(placement=row, monday=START, sessions=0).pk


def test_placements_at_one_provider_may_touch_but_not_overlap():
    assert two_placements(starts_on=END).pk


def test_placements_at_two_providers_may_overlap():
    assert two_placements(provider=factories.ProviderFactory()).pk


def test_a_cancelled_placement_leaves_its_time_free():
    first = factories.PlacementFactory(status=Status.CANCELLED, enrolment=False)

    again = factories.PlacementFactory(
        pupil=first.pupil,
        provider=first.provider,
        starts_on=first.starts_on,
        enrolment=False,
    )

    assert again.pk


@pytest.mark.parametrize(
    ("on", "is_in_force"),
    [
        (START - timedelta(days=1), False),
        (START, True),
        (END - timedelta(days=1), True),
        (END, False),
    ],
)
def test_a_placement_is_in_force_from_its_start_up_to_but_not_on_its_end(on, is_in_force):
    factories.PlacementFactory(starts_on=START, ends_on=END)

    assert Placement.objects.in_force(on).exists() is is_in_force


def test_a_cancelled_placement_is_never_in_force():
    factories.PlacementFactory(status=Status.CANCELLED, starts_on=START)

    assert not Placement.objects.in_force(START).exists()


def test_the_last_day_is_the_day_before_the_end():
    placement = factories.PlacementFactory.build(ends_on=END)

    assert placement.last_day == date(2024, 3, 28)
    assert factories.PlacementFactory.build(ends_on=None).last_day is None


@pytest.mark.parametrize(
    ("days_after_monday", "session", "is_expected"),
    [(0, 0, True), (0, 1, False), (1, 0, False), (4, 0, False), (4, 1, True)],
)
def test_a_child_is_expected_at_the_sessions_of_the_weekly_pattern(
    days_after_monday, session, is_expected
):
    factories.PlacementFactory(sessions=1 + 512)  # Monday morning and Friday afternoon

    day = MONDAY + timedelta(days=days_after_monday)

    assert Placement.objects.expected(day, session).exists() is is_expected


def test_nobody_is_expected_through_tier_1():
    factories.PlacementFactory(tier=1)

    assert not Placement.objects.expected(MONDAY, 0).exists()
    assert not Placement.objects.with_register().exists()


def test_expected_children_come_by_name_and_are_counted_by_provider(provider, other_provider):
    second = factories.PlacementFactory(pupil__surname="Young", provider=provider)
    first = factories.PlacementFactory(pupil__surname="Adams", provider=provider)
    factories.PlacementFactory(provider=other_provider)

    rows = Placement.objects.filter(provider=provider)

    assert list(rows.expected(MONDAY, 0).by_pupil()) == [first, second]
    counted = Placement.objects.expected_by_provider(MONDAY, 0)
    assert counted == {provider.pk: 2, other_provider.pk: 1}


def test_a_placement_says_its_pattern_in_words():
    assert factories.PlacementFactory.build(sessions=3).sessions_words == "Monday"
    assert factories.PlacementFactory.build(tier=1).sessions_words == "None: support in school"
    assert factories.PlacementFactory.build(sessions=EVERY_SESSION).sessions_a_week == 10


def test_the_rule_of_a_tier_is_the_newest_one_in_force_on_the_day():
    rule = factories.TierRuleFactory(tier=2, starts_on=date(2025, 1, 1), longest_weeks=12)

    before = TierRule.objects.on(date(2024, 12, 31))[2]
    after = TierRule.objects.on(date(2025, 1, 1))[2]

    assert before.longest_weeks is None
    assert after == rule
    assert TierRule.objects.on(date(2023, 8, 31)) == {}


def test_a_filter_with_a_value_that_does_not_exist_keeps_all():
    placement = factories.PlacementFactory()

    assert list(Placement.objects.narrowed(status="?", tier="9")) == [placement]
    assert list(Placement.objects.narrowed(status="open", tier="3")) == [placement]
    assert list(Placement.objects.narrowed(tier="2")) == []


@pytest.mark.parametrize("status", ["proposed", "declined", "cancelled"])
def test_what_nobody_took_up_is_not_in_force(status):
    factories.PlacementFactory(status=status, starts_on=START)

    assert not Placement.objects.in_force(START).exists()


@pytest.mark.parametrize(
    ("on", "is_expected"),
    [(date(2024, 2, 2), True), (date(2024, 2, 5), False), (date(2024, 2, 12), True)],
)
def test_a_paused_placement_expects_nobody(on, is_expected):
    factories.PauseFactory()

    assert Placement.objects.expected(on, 0).exists() is is_expected


def test_a_pause_with_no_day_back_goes_on():
    factories.PauseFactory(ends_on=None)

    assert not Placement.objects.expected(date(2024, 3, 11), 0).exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_over"),
    [
        (date(2024, 9, 2), None, False),  # ten weeks and four days: within twelve
        (date(2024, 9, 2), date(2024, 11, 16), False),  # the last day is today
        (date(2024, 9, 2), date(2024, 11, 15), True),  # the last day was yesterday
        (date(2024, 8, 23), date(2025, 1, 1), True),  # the twelve weeks were over yesterday
        (date(2024, 8, 24), date(2025, 1, 1), False),  # their last day is today
        (date(2023, 9, 4), date(2025, 1, 1), False),  # no limit when it started
    ],
)
def test_an_overstay_shows_on_the_day_it_begins(starts_on, ends_on, is_over):
    TierRule.objects.all().delete()
    factories.TierRuleFactory(tier=3, starts_on=date(2023, 1, 1), longest_weeks=None)
    factories.TierRuleFactory(tier=3, starts_on=date(2024, 1, 1), longest_weeks=12)
    factories.PlacementFactory(starts_on=starts_on, ends_on=ends_on)

    assert Placement.objects.overstaying(date(2024, 11, 15)).exists() is is_over


def test_an_ended_placement_does_not_overstay():
    factories.PlacementFactory(status="ended", starts_on=START)

    assert not Placement.objects.overstaying(date(2025, 1, 1)).exists()


def test_what_an_entry_told_stays():
    entry = factories.PlacementEntryFactory()
    entry.words = "Something else."

    with pytest.raises(DatabaseError, match="append_only"):
        entry.save()
