"""By when a referral must be decided, and from when education must be given."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from accounts.models import ClockRule, SchoolCalendar
from referrals.models.referral import Reason, Referral


class Clocks:
    """The calendar and the rules, read once for any number of referrals. Two queries."""

    def __init__(self, first: date, last: date) -> None:
        """Read what is needed for clocks that start between two days."""
        self._calendar = SchoolCalendar(first, last)
        self._rules = list(ClockRule.objects.order_by("-starts_on"))

    @classmethod
    def around(cls, days: Iterable[date | None]) -> Self:
        """Read what is needed for clocks that start on these days."""
        known = [day for day in days if day]
        return cls(min(known), max(known))

    def due_dates(self, referral: Referral, sent_on: date) -> dict[str, date | None]:
        """Return both dates of a referral sent on a day; None: no clock, or beyond the calendar."""
        found: dict[str, date | None] = {"decide_by": None, "day_six_on": None}
        if number := self._number(ClockRule.Kind.DECISION, sent_on):
            found["decide_by"] = self._calendar.after(sent_on, number)
        event = referral.event_on
        is_over = referral.exclusion is not None and not referral.exclusion.is_standing
        if referral.reason == Reason.PERMANENT_EXCLUSION and event and not is_over:
            number = self._number(ClockRule.Kind.DAY_SIX, event)
            place = referral.school_id
            found["day_six_on"] = self._calendar.after(event, number, place) if number else None
        return found

    def _number(self, kind: str, on: date) -> int | None:
        rules = (rule for rule in self._rules if rule.kind == kind and rule.starts_on <= on)
        rule = next(rules, None)
        return rule.school_days if rule else None
