"""What the weeks of return mean for the register: which sessions the placement expects."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from attendance.models import Mark
from attendance.models.expected import expected, sessions_of
from placements import actions as placement_actions
from placements.models import Placement, WeekPattern
from reintegration import actions, nightly
from reintegration.models import Week
from reintegration.models.week import last_sessions
from tests import factories
from tests.reintegration.conftest import FIRST, WEEKS, agreed, work_off

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MON, TUE, WED, THU, FRI = (0b11 << 2 * day for day in range(5))
ALL = MON | TUE | WED | THU | FRI
# 30 September, 7, 14 and 21 October; after the half term 4 and 11 November.
MONDAYS = [FIRST + number * WEEK for number in (0, 1, 2, 3, 5, 6)]
FALLING = [ALL & ~MON, WED | THU | FRI, THU | FRI, FRI, 0, 0]


def patterns(plan):
    rows = WeekPattern.objects.filter(placement=plan.placement)
    return {row.monday: row.sessions for row in rows}


def words(plan):
    return [row.words for row in WeekPattern.objects.filter(placement=plan.placement)]


def asked(plan, monday):
    slots = sessions_of([plan.placement_id], monday, monday + WEEK)
    return sum(1 << slot.date.weekday() * 2 + slot.session for slot in slots)


@pytest.mark.parametrize(
    ("pattern", "number", "left"),
    [
        (ALL, 2, FRI),
        (ALL, 0, 0),
        (MON | WED, 3, 0b10 | WED),
        (MON, 4, MON),
        (0b0101010101, 1, 256),
    ],
)
def test_the_last_sessions_of_the_placement_are_proposed(pattern, number, left):
    assert last_sessions(pattern, number) == left


def test_the_register_expects_the_last_sessions_of_each_week_and_all_in_the_half_term(begun):
    assert patterns(begun) == dict(zip(MONDAYS, FALLING, strict=True))
    assert words(begun)[1] == "Week 2 of 6 of the return"
    assert [asked(begun, monday) for monday in MONDAYS] == FALLING
    assert asked(begun, FIRST - WEEK) == asked(begun, MONDAYS[-1] + WEEK) == ALL


def test_before_the_first_day_back_the_usual_sessions_hold(ready, on, caseworker):
    actions.begin(ready, starts_on=FIRST + 2 * DAY, weeks=WEEKS, by=caseworker)

    assert patterns(ready)[FIRST] == ALL  # eight are agreed: Monday and Tuesday come before
    assert patterns(ready)[MONDAYS[1]] == FALLING[1]


def test_sessions_are_chosen_week_by_week(begun, caseworker):
    week = actions.choose_sessions(begun, number=2, sessions=MON | TUE, by=caseworker)

    assert (week.ap_sessions, week.sessions_words) == (4, "Monday, Tuesday")
    assert asked(begun, MONDAYS[1]) == MON | TUE
    assert asked(begun, MONDAYS[2]) == FALLING[2]
    assert begun.week_changes.get().reason == (
        "At the provider: Monday, Tuesday. Before: Wednesday, Thursday, Friday."
    )
    none = actions.choose_sessions(begun, number=3, sessions=0, by=caseworker)
    assert (none.sessions_words, asked(begun, MONDAYS[2])) == ("", 0)
    assert (
        begun.week_changes.first().reason
        == "At the provider: no session. Before: Thursday, Friday."
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (2, "A week that is over"),
        (3, "Choose 4 sessions at most: 6 are at the school"),
    ],
)
def test_sessions_that_do_not_fit_are_refused(begun, on, lead, number, said):
    on(MONDAYS[2])
    before = patterns(begun)

    with pytest.raises(ValidationError, match=said):
        actions.choose_sessions(begun, number=number, sessions=ALL & ~MON, by=lead)

    assert patterns(begun) == before


def test_only_sessions_of_the_placement_are_chosen(begun, caseworker):
    Placement.objects.filter(pk=begun.placement_id).update(sessions=MON)

    with pytest.raises(ValidationError, match="The placement has Monday"):
        actions.choose_sessions(begun, number=2, sessions=TUE, by=caseworker)


def test_a_week_that_is_held_keeps_its_sessions_and_the_later_ones_move_on(begun, on, caseworker):
    actions.choose_sessions(begun, number=2, sessions=MON, by=caseworker)
    on(MONDAYS[1] + 3 * DAY)
    before = patterns(begun)

    actions.hold(begun, number=2, reason="Was ill.", by=caseworker)

    found = patterns(begun)
    assert found[FIRST] == before[FIRST]
    # Weeks 2, 2 once more, 3, 4 (after the half term), 5 and 6.
    later = [MON, MON, THU | FRI, FRI, 0, 0]
    assert [found[monday] for monday in [*MONDAYS[1:], MONDAYS[-1] + WEEK]] == later


def test_a_half_term_within_a_held_week_has_the_usual_sessions(begun, on, caseworker, provider):
    actions.hold(begun, number=4, reason="Was ill.", by=caseworker)

    assert date(2024, 10, 28) not in patterns(begun)
    assert patterns(begun)[date(2024, 11, 4)] == FRI


def test_a_week_more_is_set_and_counted(begun, caseworker):
    actions.extend(begun, agreed=agreed(1, 9), reason="Not sure yet.", by=caseworker)

    assert patterns(begun)[MONDAYS[-1] + WEEK] == 512
    assert words(begun) == [f"Week {number} of 7 of the return" for number in range(1, 8)]


def test_a_week_more_has_no_more_sessions_than_the_placement(begun, caseworker):
    Placement.objects.filter(pk=begun.placement_id).update(sessions=MON)

    with pytest.raises(ValidationError, match="The placement has Monday: choose of these"):
        actions.extend(begun, agreed=agreed(3, 2), reason="Not sure yet.", by=caseworker)


def test_a_week_that_is_skipped_goes_on_as_the_week_before(begun, caseworker):
    """Weeks 3 and 4 are left out: both are as week 2, Wednesday to Friday, and week 5 as agreed."""
    actions.skip(begun, number=3, reason="Is on a trip.", by=caseworker)
    actions.skip(begun, number=4, reason="Still is.", by=caseworker)

    assert [patterns(begun)[monday] for monday in MONDAYS[1:5]] == [WED | THU | FRI] * 3 + [0]
    assert asked(begun, MONDAYS[2]) == WED | THU | FRI
    assert words(begun)[3] == "Week 4 of 6 of the return, skipped, as in week 2"


def test_after_the_last_week_its_sessions_go_on_until_the_placement_ends(begun, on):
    """In week 6, from 11 November, it was Friday; the term ends on Friday 20 December."""
    Week.objects.filter(plan=begun, number=6).update(
        school_sessions=8, ap_sessions=2, at_provider=FRI
    )
    ends_on = MONDAYS[-1] + 5 * WEEK + 2 * DAY  # its last day is Tuesday 17 December
    Placement.objects.filter(pk=begun.placement_id).update(ends_on=ends_on)
    for number in range(6):  # no outcome is recorded; nobody but the clock does anything
        on(MONDAYS[-1] + number * WEEK)
        actions.tell_registers()

    later = [MONDAYS[-1] + number * WEEK for number in range(1, 5)]
    assert [asked(begun, monday) for monday in later] == [FRI] * 4
    assert asked(begun, MONDAYS[-1] + 5 * WEEK) == 0  # its Friday is after the last day
    assert max(patterns(begun)) == MONDAYS[-1] + 5 * WEEK
    assert words(begun)[6] == "After the last week of the return"


def test_a_return_stopped_after_its_last_week_brings_the_usual_sessions_back(
    begun, on, caseworker
):
    on(MONDAYS[-1] + WEEK)
    actions.tell_registers()
    assert asked(begun, MONDAYS[-1] + 2 * WEEK) == 0

    actions.stop(begun, reason="It did not hold.", by=caseworker)
    actions.tell_registers()

    assert asked(begun, MONDAYS[-1] + WEEK) == asked(begun, MONDAYS[-1] + 2 * WEEK) == ALL


def test_a_stopped_return_adds_no_session_to_a_day_that_is_over(begun, on, caseworker):
    """Stopped on the Wednesday of week 2, in which Wednesday to Friday were agreed."""
    on(MONDAYS[1] + 2 * DAY)

    actions.stop(begun, reason="Too early.", by=caseworker)

    assert patterns(begun) == {FIRST: FALLING[0], MONDAYS[1]: WED | THU | FRI}
    assert asked(begun, MONDAYS[2]) == ALL


def test_stopped_before_its_week_the_return_leaves_nothing(begun, on, caseworker):
    actions.stop(begun, reason="Too early.", by=caseworker)

    assert patterns(begun) == {}


def test_what_is_over_is_never_rewritten(ready, on, caseworker):
    """Entered on the Thursday of week 2: week 1 is over, and Monday to Wednesday have passed."""
    on(MONDAYS[1] + 3 * DAY)

    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)

    assert FIRST not in patterns(ready)
    assert patterns(ready)[MONDAYS[1]] == FALLING[1]  # taken off, also on the days that are over
    actions.choose_sessions(ready, number=2, sessions=MON | FRI, by=caseworker)
    assert patterns(ready)[MONDAYS[1]] == FRI  # Monday is over, and nobody was asked then


def test_a_mark_stays_where_its_session_is_not_expected_any_more(begun, on, caseworker):
    on(MONDAYS[1] + 2 * DAY)
    mark = factories.MarkFactory(placement=begun.placement, date=MONDAYS[1] + 2 * DAY)

    actions.choose_sessions(begun, number=2, sessions=THU | FRI, by=caseworker)

    assert Mark.objects.get() == mark
    assert not expected(Placement.objects.all(), mark.date, mark.session).exists()


def test_a_later_last_day_brings_weeks_into_the_placement(ready, on, caseworker):
    Placement.objects.filter(pk=ready.placement_id).update(ends_on=MONDAYS[2])
    ready.refresh_from_db()
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    assert set(patterns(ready)) == {FIRST, MONDAYS[1]}
    work_off()

    placement_actions.extend(
        ready.placement, last_day=MONDAYS[3] + 4 * DAY, reason="Longer.", by=caseworker
    )
    work_off()

    assert patterns(ready) == dict(zip(MONDAYS[:4], FALLING[:4], strict=True))


def test_the_clock_sets_what_the_calendar_moved_and_does_not_write_twice(begun, school):
    WeekPattern.objects.all().delete()

    nightly.keep_registers()

    assert len(patterns(begun)) == 6
    rows = list(WeekPattern.pgh_event_model.objects.values_list("pk", flat=True))
    actions.tell_registers()
    assert list(WeekPattern.pgh_event_model.objects.values_list("pk", flat=True)) == rows


def test_the_sessions_stay_when_the_return_is_complete(begun, on, caseworker):
    on(MONDAYS[-1])
    for number in range(1, 7):
        actions.review_week(begun, number=number, judgement="well", note="", by=caseworker)

    actions.complete(begun, words="Well.", by=caseworker)
    on(MONDAYS[-1] + 3 * WEEK)
    actions.tell_registers()

    assert [patterns(begun)[monday] for monday in MONDAYS] == FALLING
    assert asked(begun, MONDAYS[-1] + 3 * WEEK) == 0


@pytest.mark.parametrize("role", [r for r in Role if Permission.PLAN_WORK not in GRANTS[r]])
def test_nobody_else_chooses_sessions(person, begun, role):
    with pytest.raises(PermissionDenied):
        actions.choose_sessions(begun, number=2, sessions=MON, by=person(role))


# --- whatever is done ---

NUMBER = st.integers(1, 6)
VERBS = st.one_of(
    st.tuples(st.just("choose"), NUMBER, st.integers(0, ALL)),
    st.tuples(st.sampled_from(["hold", "skip"]), NUMBER, st.just(0)),
    st.tuples(st.sampled_from(["extend", "stop"]), st.just(1), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 10), st.just(0)),
)


def attempt(plan, verb, number, sessions, by):
    acts = {
        "wait": lambda: None,
        "begin": lambda: actions.begin(plan, starts_on=FIRST, weeks=WEEKS, by=by),
        "choose": lambda: actions.choose_sessions(plan, number=number, sessions=sessions, by=by),
        "hold": lambda: actions.hold(plan, number=number, reason="Ill.", by=by),
        "skip": lambda: actions.skip(plan, number=number, reason="A trip.", by=by),
        "extend": lambda: actions.extend(plan, agreed=agreed(1, 9), reason="Slow.", by=by),
        "stop": lambda: actions.stop(plan, reason="Too early.", by=by),
    }
    with suppress(ValidationError, WrongStatus):
        acts[verb]()


def expected_now(plan):
    return {
        (slot.date, slot.session)
        for slot in sessions_of([plan.placement_id], FIRST - 2 * WEEK, FIRST + 14 * WEEK)
    }


@pytest.mark.slow
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(today=st.dates(FIRST - WEEK, FIRST + WEEK), verbs=st.lists(VERBS, max_size=6))
def test_no_session_is_expected_afterwards_on_a_day_that_is_over(ready, on, lead, today, verbs):
    with transaction.atomic():
        before = expected_now(ready)
        for verb, number, sessions in [("begin", 1, 0), *verbs]:
            on(today := today + number * DAY if verb == "wait" else today)
            attempt(ready, verb, number, sessions, lead)
            now, monday = expected_now(ready), today - today.weekday() * DAY
            assert all(day >= today for day, _ in now - before)
            assert all(day >= monday for day, _ in before - now)
            before = now
        transaction.set_rollback(True)
