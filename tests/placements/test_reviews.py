"""Reviews of a placement: what they keep, and when the next is due."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import work
from accounts.models import OutboxMessage
from attendance import actions as attendance
from placements import actions
from placements.models import Placement, Review
from pupils.models import Enrolment
from tests import factories
from tests.placements.test_actions import END, START

pytestmark = pytest.mark.django_db


def held(day=date(2024, 9, 27), **details):
    given = {"attended": "All", "progress_words": "Well.", "next_step": "continue"}
    return Review(held_on=day, **given | details)


@pytest.mark.usefixtures("calendar")
def test_the_first_review_is_due_within_a_half_term(placement):
    # Thirty school days after Monday 2 September: a day short of six weeks.
    assert placement.next_review_on == date(2024, 10, 14)


@pytest.mark.usefixtures("calendar")
def test_a_review_keeps_how_each_objective_stands_and_sets_the_next(placement, provider_staff):
    objective = placement.objectives.get()

    review = actions.review(
        placement, held(), outcomes={objective.pk: "partly"}, by=_here(provider_staff, placement)
    )

    objective.refresh_from_db()
    assert (objective.outcome, review.progress.get().outcome) == ("partly", "partly")
    placement.refresh_from_db()
    # Twenty school days to the half-term break on 26 October, and ten from 4 November.
    assert placement.next_review_on == date(2024, 11, 15)


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("is_reviewed", [False, True])
def test_the_next_review_follows_the_calendar(placement, caseworker, administrator, is_reviewed):
    if is_reviewed:
        actions.review(placement, held(), outcomes={}, by=caseworker)
    before = Placement.objects.get().next_review_on
    close_day = date(2024, 10, 3)
    closure = factories.ClosureFactory.build(
        organisation=placement.provider,
        starts_on=close_day,
        ends_on=close_day + timedelta(days=1),
    )

    attendance.close(closure, by=administrator)
    for message in OutboxMessage.objects.filter(kind="calendar.changed: reviews"):
        work.work(message.pk)

    after = Placement.objects.get().next_review_on
    assert (before, after) == (
        (date(2024, 11, 15), date(2024, 11, 18))
        if is_reviewed
        else (date(2024, 10, 14), date(2024, 10, 15))
    )


@pytest.mark.usefixtures("calendar")
def test_any_number_of_reviews_is_counted_with_the_same_queries(django_assert_num_queries):
    for _ in range(2):
        factories.PlacementFactory(starts_on=START, ends_on=END)
    with django_assert_num_queries(10):
        assert actions.count_reviews_again() == 2
    for _ in range(8):
        factories.PlacementFactory(starts_on=START, ends_on=END)

    with django_assert_num_queries(10):
        assert actions.count_reviews_again() == 8


def test_with_no_placement_running_no_calendar_is_read(django_assert_num_queries):
    factories.PlacementFactory(status="ended", starts_on=START)
    with django_assert_num_queries(3):
        assert actions.count_reviews_again() == 0


def _here(user, placement):
    """Put the child of a placement of long ago on the roll today, so that the provider sees it."""
    Enrolment.objects.filter(organisation=placement.provider).update(ends_on=None)
    return user


@pytest.mark.parametrize("day", [START - timedelta(days=1), date(2999, 1, 1)])
def test_a_review_is_held_while_the_placement_runs(placement, caseworker, day):
    with pytest.raises(ValidationError, match="from the first day"):
        actions.review(placement, held(day), outcomes={}, by=caseworker)
