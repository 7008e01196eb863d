"""What holds for suspensions beyond one row: the roll, the term, the 45 days; and what is due when.

The rules read lists that were fetched before, so that a page and a file of thousands of rows are
held to the same ones.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from accounts.models import ClockRule, SchoolCalendar
from apsystem.lib.calendar import SESSIONS_A_DAY, academic_year, year_label
from apsystem.lib.gds import day
from pupils.models import Enrolment, PermanentExclusion, Suspension
from pupils.models.codes import ROLL_STATUSES, ReviewResult, SuspensionKind
from pupils.models.suspension import LONG_DAYS, MOST_SESSIONS, VERY_LONG_DAYS, days_words

AHEAD = timedelta(days=14)
ONE_DAY = timedelta(days=1)
Kind = ClockRule.Kind


def sessions_a_day(kind: str) -> int:
    """Return how many sessions of a suspension a day can hold: one lunchtime, or two halves."""
    return 1 if kind == SuspensionKind.LUNCHTIME else SESSIONS_A_DAY


class Rules:
    """The calendar and the clocks, read once for any number of suspensions. Two queries."""

    def __init__(self, days: Iterable[date | None]) -> None:
        """Read what is needed around these days."""
        known = [day for day in days if day] or [localdate()]
        self.calendar = SchoolCalendar(min(known), max(known))
        self._clocks = list(ClockRule.objects.order_by("-starts_on"))

    # --- What must be true ---

    def fill_back_on(self, row: Suspension) -> None:
        """Work out the first day back from the half days, where nobody entered it."""
        if row.back_on or not row.starts_on or not row.sessions:
            return
        number = -(-row.sessions // sessions_a_day(row.kind))
        back = self.calendar.after(row.starts_on - ONE_DAY, number + 1, row.school_id)
        if back is None:
            raise ValidationError(
                {"back_on": "Enter the first day back: the school calendar does not reach so far."}
            )
        row.back_on = back

    def hold(
        self,
        row: Suspension,
        *,
        rolls: Iterable[Enrolment],
        others: Sequence[Suspension],
        today: date,
    ) -> None:
        """Raise ValidationError where a suspension breaks a rule. `others`: the pupil's others."""
        if row.starts_on > today + AHEAD:
            raise ValidationError(
                {"starts_on": "The first day lies more than two weeks ahead. Check the year."}
            )
        if row.back_on <= row.starts_on:
            raise ValidationError(
                {"back_on": "The first day back must come after the first day, which is "
                 f"{day(row.starts_on)}."}
            )  # fmt: skip
        _on_roll(row, rolls)
        self._in_term(row)
        _apart(row, others)
        _within_45_days(row, others)
        _reasons_in_force(row)

    def _in_term(self, row: Suspension) -> None:
        """Hold a suspension within its term. Years whose calendar is not entered are not checked."""
        if not self.calendar.knows(academic_year(row.starts_on)):
            return
        place, start = row.school_id, row.starts_on
        term = self.calendar.term(start)
        if term is None or self.calendar.between(start, start + ONE_DAY, place) == 0:
            raise ValidationError(
                {"starts_on": f"{day(start)} is no school day at {row.school}. If it is one, ask "
                 "for the calendar to be put right."}
            )  # fmt: skip
        last = term[1] - ONE_DAY
        held = self.calendar.between(start, term[1], place)
        within = min(row.back_on, term[1])
        number = self.calendar.between(start, within, place)
        most, least = number * sessions_a_day(row.kind), _least(row.kind, number)
        beyond = self.calendar.between(term[1], row.back_on, place)
        if beyond > 0 or row.sessions > held * sessions_a_day(row.kind):
            raise ValidationError(
                {"sessions": f"A suspension ends with the term, whose last day is {day(last)}. "
                 f"From {day(start)} the term has {held} school days."}
            )  # fmt: skip
        if not least <= row.sessions <= most:
            raise ValidationError(
                {"sessions": f"From {day(start)} up to the first day back, {day(row.back_on)}, "
                 f"there are {number} school days: enter {least} to {most}, or check the days."}
            )  # fmt: skip

    # --- What is due ---

    def count(self, rows: Sequence[Suspension]) -> list[Suspension]:
        """Count what is due for a pupil's suspensions anew, and return those that changed."""
        standing = sorted(
            (row for row in rows if row.cancelled_on is None), key=lambda row: row.starts_on
        )
        changed = []
        for row in rows:
            before = (row.day_six_on, row.board_by)
            row.day_six_on = row.board_by = None
            if row.cancelled_on is None:
                row.day_six_on = self._day_six(row, standing)
                row.board_by = self._board(row, standing)
            if before != (row.day_six_on, row.board_by):
                changed.append(row)
        return changed

    def _day_six(self, row: Suspension, standing: Sequence[Suspension]) -> date | None:
        """Return the sixth school day in a row. Suspensions without a day between are one."""
        if row.kind != SuspensionKind.SUSPENSION:
            return None
        own = [other for other in standing if _is_like(other, row)]
        first, sessions = row.starts_on, row.sessions
        for other in reversed([other for other in own if other.starts_on < row.starts_on]):
            if other.back_on != first:
                break
            first, sessions = other.starts_on, sessions + other.sessions
        number = self._number(Kind.SUSPENDED_DAY_SIX, row.starts_on)
        if sessions <= LONG_DAYS * SESSIONS_A_DAY or not number:
            return None
        sixth = self.calendar.after(first - ONE_DAY, number, row.school_id)
        return max(sixth, row.starts_on) if sixth else None

    def _board(self, row: Suspension, standing: Sequence[Suspension]) -> date | None:
        """Return by when the board meets: by the days in the term up to this suspension."""
        term = self.calendar.term(row.starts_on)
        in_term = sum(
            other.sessions
            for other in standing
            if term
            and other.school_id == row.school_id
            and term[0] <= other.starts_on <= row.starts_on
        )
        if in_term > VERY_LONG_DAYS * SESSIONS_A_DAY or row.misses_exam:
            kind = Kind.BOARD_SOON
        elif in_term > LONG_DAYS * SESSIONS_A_DAY and row.representations_on:
            kind = Kind.BOARD_LATER
        else:
            return None
        return self._after(kind, row.board_told_on or row.starts_on, row.school_id)

    def count_exclusion(self, row: PermanentExclusion) -> bool:
        """Count what is due after a permanent exclusion, and tell whether anything changed."""
        before = (row.day_six_on, row.board_by, row.review_by)
        told, place = row.board_told_on or row.decided_on, row.school_id
        row.day_six_on = row.board_by = row.review_by = None
        if row.is_standing:
            row.day_six_on = self._after(Kind.DAY_SIX, row.effective_on, place)
            row.board_by = self._after(Kind.BOARD_SOON, told, place)
        if row.result == ReviewResult.DNO and row.board_met_on:
            row.review_by = self._after(Kind.REVIEW, row.board_met_on, place)
        return before != (row.day_six_on, row.board_by, row.review_by)

    def served(self, row: Suspension, cancelled_on: date) -> int:
        """Return how many sessions were served before the day of the cancellation."""
        until = min(max(cancelled_on, row.starts_on), row.back_on)
        number = self.calendar.between(row.starts_on, until, row.school_id)
        return min(row.sessions, number * sessions_a_day(row.kind))

    def _after(self, kind: str, start: date, place: int) -> date | None:
        number = self._number(kind, start)
        return self.calendar.after(start, number, place) if number else None

    def _number(self, kind: str, on: date) -> int | None:
        rules = (rule for rule in self._clocks if rule.kind == kind and rule.starts_on <= on)
        rule = next(rules, None)
        return rule.school_days if rule else None


def _is_like(other: Suspension, row: Suspension) -> bool:
    return other.school_id == row.school_id and other.kind == row.kind


def _least(kind: str, number: int) -> int:
    """Return the fewest sessions of so many days: the first and the last may be half days."""
    if kind == SuspensionKind.LUNCHTIME or number <= 1:
        return 1
    return number * SESSIONS_A_DAY - SESSIONS_A_DAY


def _on_roll(row: Suspension | PermanentExclusion, rolls: Iterable[Enrolment]) -> None:
    on = row.starts_on if isinstance(row, Suspension) else row.decided_on
    name = "starts_on" if isinstance(row, Suspension) else "decided_on"
    for roll in rolls:
        is_there = roll.organisation_id == row.school_id and roll.status in ROLL_STATUSES
        if is_there and roll.starts_on <= on and (roll.ends_on is None or roll.ends_on > on):
            return
    raise ValidationError(
        {name: f"The pupil is not on the roll of {row.school} on {day(on)}. A school suspends and "
         "excludes those on its own roll."}
    )  # fmt: skip


def hold_exclusion(row: PermanentExclusion, rolls: Iterable[Enrolment], today: date) -> None:
    """Raise ValidationError where a permanent exclusion breaks a rule."""
    if row.decided_on > today:
        raise ValidationError({"decided_on": "The date lies in the future."})
    if row.effective_on > today + AHEAD:
        raise ValidationError(
            {"effective_on": "It lies more than two weeks ahead. Check the year."}
        )
    _on_roll(row, rolls)
    _reasons_in_force(row)


def _apart(row: Suspension, others: Iterable[Suspension]) -> None:
    if row.cancelled_on:
        return
    for other in others:
        if other.cancelled_on:
            continue
        if other.starts_on < row.back_on and row.starts_on < other.back_on:
            raise ValidationError(
                {"starts_on": "The pupil is suspended already in that time, from "
                 f"{day(other.starts_on)} to {day(other.last_day)}. One suspension ends before "
                 "the next begins."}
            )  # fmt: skip


def _within_45_days(row: Suspension, others: Iterable[Suspension]) -> None:
    before = sum(other.counted for other in others if other.year == row.year)
    total = before + row.counted
    if total > MOST_SESSIONS:
        left = max(0, MOST_SESSIONS - before)
        more = f"no more than {days_words(left)}" if left else "no more"
        raise ValidationError(
            {"sessions": f"With this one the pupil would be suspended for {days_words(total)} in "
             f"{year_label(row.year)}, all schools together. 45 are the most that the law allows: "
             f"{more} can be given."}
        )  # fmt: skip


def _reasons_in_force(row: Suspension | PermanentExclusion) -> None:
    on = row.starts_on if isinstance(row, Suspension) else row.decided_on
    for number, reason in enumerate(row.reasons, start=1):
        if not reason.is_in_force(on):
            raise ValidationError(
                {f"reason_{number}": f"{reason.code} ({reason}) may not be used for {day(on)}."}
            )
