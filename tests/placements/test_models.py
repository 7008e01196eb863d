"""Tier rules and placements: what is true of their rows."""

from datetime import date, timedelta

import pytest

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


BREAKERS = {
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
    "placements_placement_end_is_whole": make(status=Status.ENDED, end_reason=""),
    "placements_placement_tier_2_is_time_limited": make(tier=2, ends_on=None),
    "placements_placement_none_overlap_at_one_provider": two_placements,
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
        ("end_is_whole", {"status": Status.ENDED, "ends_on": None}),
        ("end_is_whole", {"status": Status.CANCELLED, "end_reason": ""}),
        ("end_is_whole", {"status": Status.OPEN, "end_reason": "Back in school."}),
    ],
)
def test_what_does_not_fit_together_is_refused(name, details):
    assert_refused(f"placements_placement_{name}", make(**details))


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
    assert factories.PlacementFactory.build(tier=1).sessions_words == "none: support in school"
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
