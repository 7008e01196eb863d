"""What lists of referrals can be narrowed to: whose, since when, and what their owner has not seen."""

from datetime import date, datetime, time
from typing import Any, Self

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from apsystem.lib.gds import day
from pupils.models import ChildQuerySet, searchable

OFFICER, HOLDER = "assigned_to", "holder_id"
OVER = ("declined", "withdrawn")


def start_of_day(on: date) -> datetime:
    """Return the moment at which a day begins here."""
    return timezone.make_aware(datetime.combine(on, time.min))


def kept_words(**asked: Any) -> list[str]:
    """Say what a list keeps that no box of its filter shows."""
    said = {
        "no placement yet": asked["placed"] == "no",
        "placement offered, not answered by the provider": asked["placed"] == "offered",
        "permanently excluded, with no education begun": asked["owed"],
        "decision not read by the school": asked["unread"],
        f"sent since {day(asked['sent'])}": asked["sent"],
        f"changed by others since {day(asked['changed'])}": asked["changed"],
        "of one person": asked["whose"] or asked["holder"],
    }
    return [words for words, holds in said.items() if holds]


def owed(today: date) -> Q:
    """Return the condition of `owed_education`, for it to stand beside others."""
    none = Q(education_from=None)
    late = Q(education_from__gt=today) & Q(education_from__gt=F("day_six_on"))
    return (none | late) & Q(day_six_on__isnull=False) & ~Q(status__in=OVER)


class NarrowedQuerySet(ChildQuerySet):
    """Filters of referrals, each worded once: a count and the list behind it cannot disagree."""

    def with_holder(self) -> Self:
        """Tell of each who has it at the school: whom it was handed to, or who began it."""
        return self.annotate(holder_id=Coalesce("held_by", "made_by"))

    def sent_since(self, since: datetime) -> Self:
        """Keep those that were sent at a moment or later."""
        return self.filter(submitted_at__gte=since)

    def changed_since(self, since: datetime, *, owner: str = OFFICER) -> Self:
        """Keep those to which somebody else than the owner did something since a moment."""
        entries = self.model._meta.get_field("entries").related_model.objects.filter(  # type: ignore[union-attr]
            referral=OuterRef("pk"), at__gte=since
        )
        rows = self.with_holder() if owner == HOLDER else self
        return rows.filter(Exists(entries.filter(~Q(by=OuterRef(owner)))))

    def unread(self) -> Self:
        """Keep those whose decision the school has not opened."""
        return self.filter(decided_on__isnull=False, decision_read=None)

    def owed_education(self, today: date) -> Self:
        """Keep permanently excluded children for whom nothing begins in time, or has begun late.

        An offer that the provider has not accepted is no education.
        """
        return self.filter(owed(today))

    def offered(self) -> Self:
        """Keep those whose placement waits for the provider's answer."""
        return self.filter(is_placed=True, education_from=None)

    def late(self, today: date) -> Self:
        """Keep those past the day by which to decide, or from which education is due."""
        undecided = Q(decided_on=None, decide_by__lt=today)
        return self.filter(undecided | owed(today) & Q(day_six_on__lt=today))

    def narrowed(
        self,
        *,
        status: str = "",
        reason: str = "",
        placed: str = "",
        q: str = "",
        school: str = "",
        late: str = "",
        owed: str = "",
        unread: str = "",
        sent: date | None = None,
        **owners: Any,
    ) -> Self:
        """Keep what a filter asks for; `late` keeps those past the day of a clock.

        The owners are `whose`, the ids of officers with commas between them or "nobody"; `holder`,
        the id of a person at the school; and `changed`, the day since when others changed theirs.
        """
        rows = self._placed(placed)
        exact = {"status": status, "reason": reason, "school": school}
        rows = rows.filter(**{name: value for name, value in exact.items() if value})
        today = timezone.localdate()
        if late:
            rows = rows.late(today)
        if owed:
            rows = rows.owed_education(today)
        if unread:
            rows = rows.unread()
        if sent:
            rows = rows.sent_since(start_of_day(sent))
        for word in searchable(q).split():
            rows = rows.filter(pupil__search_name__contains=word)
        return rows._owned(**owners)

    def _placed(self, placed: str) -> Self:
        if placed == "offered":
            return self.offered()
        return self.filter(is_placed=False) if placed == "no" else self

    def _owned(
        self, *, whose: str = "", holder: int | None = None, changed: date | None = None
    ) -> Self:
        rows = self
        if whose == "nobody":
            rows = rows.filter(assigned_to=None)
        elif whose:
            rows = rows.filter(assigned_to__in=[int(pk) for pk in str(whose).split(",")])
        if holder:
            rows = rows.with_holder().filter(holder_id=holder)
        if changed:
            rows = rows.changed_since(start_of_day(changed), owner=HOLDER if holder else OFFICER)
        return rows
