"""The due dates of a person, for the feed of a calendar program. No child's name stands in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import SchoolCalendar, User
from accounts.permissions import REACH_PROVIDER, Permission
from attendance.models import HomeVisit, SupportPlan
from placements.models import Placement
from referrals.models import Referral
from referrals.models.narrowing import OFFICER
from reporting.cards.card import Day


@dataclass(frozen=True)
class Due:
    """Something that is due on a day. `uid` stays the same while the day moves."""

    uid: str
    on: date
    title: str
    words: str
    url: str


def _referrals(day: Day) -> Iterator[Due]:
    """Tell of the clocks that run for referrals of the person, or that the person covers."""
    if not day.user.can(Permission.REFERRAL_DECIDE):
        return
    people = {person.pk: person for person in (day.user, *day.covered)}
    rows = Referral.objects.as_user(day.user).with_clocks(day.today)
    rows = rows.filter(**{f"{OFFICER}__in": people}).order_by("pk")
    calendar = SchoolCalendar(day.today, day.today)
    for row in rows:
        whose = people[row.assigned_to_id or 0]
        for clock in row.clocks(calendar, day.today):
            if clock.due_on:
                yield Due(
                    uid=f"{row.uid}-{clock.title.lower().replace(' ', '-')}",
                    on=clock.due_on,
                    title=f"{clock.title}: {row.reference}{_mark(day, whose)}",
                    words=f"{clock}. {clock.counted}",
                    url=row.get_absolute_url(),
                )


def _placements(day: Day) -> Iterator[Due]:
    """Tell of reviews and last days: to a provider's people of those they lead, to officers of theirs."""
    at_provider = bool(day.user.organisations_as(REACH_PROVIDER))
    if not at_provider and not day.user.can(Permission.PLACEMENT_OPEN):
        return
    owner = "lead_id" if at_provider else "opened_by_id"
    people = {person.pk: person for person in (day.user, *day.covered)}
    rows = Placement.objects.as_user(day.user).running().filter(**{f"{owner}__in": people})
    for row in rows.select_related("provider").order_by("pk"):
        whose = people[getattr(row, owner)]
        mark = "" if whose == day.user else f", for {whose}"
        for title, on in {"Review": row.next_review_on, "Last day": row.last_day}.items():
            if on:
                yield Due(
                    uid=f"{row.uid}-{title.lower().replace(' ', '-')}",
                    on=on,
                    title=f"{title}: {row.reference}{mark}",
                    words=f"{title} of a placement at {row.provider}",
                    url=reverse("placements:detail", args=[row.uid]),
                )


def _support(day: Day) -> Iterator[Due]:
    """Tell of the reviews and home visits of the person, and of those that they cover."""
    people = {person.pk: person for person in (day.user, *day.covered)}
    plans = SupportPlan.objects.as_user(day.user).agreed().filter(owner__in=people).by_due()
    visits = HomeVisit.objects.as_user(day.user).filter(status="planned", visitor__in=people)
    if day.user.can(Permission.ATTENDANCE_SUPPORT_ASSIGN):
        for plan in plans.select_related("owner"):
            yield Due(
                uid=f"{plan.uid}-review",
                on=plan.next_due_on,  # type: ignore[attr-defined]
                title=f"Attendance review: {plan.reference}{_mark(day, plan.owner)}",
                words="Due on this day",
                url=reverse("attendance:support", args=[plan.uid]),
            )
    if day.user.can(Permission.ATTENDANCE_SUPPORT_RECORD):
        for visit in visits.select_related("visitor").order_by("pk"):
            yield Due(
                uid=f"{visit.uid}-visit",
                on=visit.planned_on,
                title=f"Home visit{_mark(day, visit.visitor)}",
                words="Planned for this day",
                url=reverse("attendance:visit-record", args=[visit.uid]),
            )


def _mark(day: Day, person: User | None) -> str:
    return "" if person == day.user else f", for {person}"


DUES: list[Callable[[Day], Iterator[Due]]] = [_referrals, _placements, _support]


def dues(day: Day) -> list[Due]:
    """Return all that is due, the next first."""
    found = [due for source in DUES for due in source(day)]
    return sorted(found, key=lambda due: (due.on, due.uid))
