"""My day: what waits for this person."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from accounts.access import Request, requires
from accounts.models.calendar import is_school_day
from accounts.permissions import REACH_PROVIDER, Permission
from attendance.models import Mark
from placements.models import Placement
from referrals.models import Referral, Status

NOON = 12


@dataclass(frozen=True)
class Card:
    """One thing that waits, as a count with a link to exactly those rows."""

    title: str
    count: int
    url: str
    words: str


@requires(Permission.HOME_VIEW)
def my_day(request: Request) -> HttpResponse:
    """Show what is due. Counts only, so nobody's record is opened by coming here."""
    cards = [
        *_decider(request),
        *_placer(request),
        *_referrer(request),
        *_registers(request),
    ]
    return render(
        request,
        "reporting/my_day.html",
        {"title": "My day", "cards": cards, "today": localdate()},
    )


def _decider(request: Request) -> list[Card]:
    if not request.user.can(Permission.REFERRAL_DECIDE):
        return []
    rows, desk = Referral.objects.as_user(request.user), reverse("referrals:desk")
    waiting = rows.waiting()
    mine = waiting.filter(assigned_to=request.user).count()
    late = waiting.late(localdate()).count()
    return [
        Card("Referrals to decide", waiting.count(), desk, "wait for the SEND team's decision"),
        Card("Yours to decide", mine, f"{desk}?whose={request.user.pk}", "are assigned to you"),
        Card("Late", late, f"{desk}?late=yes", "are past the day of their clock"),
    ]


def _placer(request: Request) -> list[Card]:
    if not request.user.can(Permission.PLACEMENT_OPEN):
        return []
    rows = Referral.objects.as_user(request.user).accepted_without_placement().count()
    url = f"{reverse('referrals:list')}?status={Status.ACCEPTED}&placed=no"
    return [Card("Placements to open", rows, url, "are accepted and have no placement yet")]


def _referrer(request: Request) -> list[Card]:
    if not request.user.can(Permission.REFERRAL_MAKE):
        return []
    rows, base = Referral.objects.as_user(request.user), reverse("referrals:list")
    drafts = rows.filter(status=Status.DRAFT).count()
    waiting = rows.waiting().count()
    asked = rows.filter(status=Status.WAITING).count()
    return [
        Card("To answer", asked, f"{base}?status={Status.WAITING}", "wait for an answer of yours"),
        Card("Drafts", drafts, f"{base}?status={Status.DRAFT}", "are not submitted yet"),
        Card("With the SEND team", waiting, f"{base}?status={Status.SUBMITTED}",
             "wait for a decision"),
    ]  # fmt: skip


def _registers(request: Request) -> list[Card]:
    own = request.user.organisations_as(REACH_PROVIDER)
    if not own or not request.user.can(Permission.REGISTER_MARK):
        return []
    session = 0 if localtime().hour < NOON else 1
    place = next(row.organisation for row in request.user.acting if row.organisation_id in own)
    if not is_school_day(place, localdate()):
        return [Card("No register today", 0, reverse("attendance:today"),
                     f"{place} is closed today: it is no school day")]  # fmt: skip
    expected = Placement.objects.as_user(request.user).expected_by_provider(localdate(), session)
    marked = Mark.objects.as_user(request.user).count_by_provider(localdate(), session)
    left = expected.get(place.pk, 0) - marked.get(place.pk, 0)
    half = "this afternoon" if session else "this morning"
    return [Card("Still to mark", left, reverse("attendance:today"),
                 f"of {expected.get(place.pk, 0)} expected {half}")]  # fmt: skip
