"""The list of placements, and the page of one."""

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar, User
from accounts.models.clocks import Clock
from accounts.permissions import REACH_PROVIDER, Permission
from apsystem.lib.calendar import academic_year, year_bounds
from apsystem.lib.pages import page_of
from placements.costs import Cost, cost_of
from placements.forms import PlacementFilter
from placements.models import (
    RUNNING,
    CensusAnswer,
    Entry,
    Objective,
    ObjectiveChange,
    Placement,
    Review,
    Status,
    TierRule,
)
from placements.models.review import review_clock
from placements.models.rule import Limit
from placements.story import parts_of
from pupils.letters import kinds_open
from pupils.models import Letter
from referrals.models import Tier

WAITS = [
    ("review", "Review is due"),
    ("end", "Past the last day or the limit"),
    ("lead", "Nobody named as the lead"),
    ("change", "A change of an objective to answer"),
]


def find(request: Request, uid: str) -> Placement:
    """Return a placement within reach, and write down the look."""
    rows = Placement.objects.as_user(request.user).with_names()
    found = get_object_or_404(
        rows.select_related("opened_by", "lead", "referral", "rate__provider"), uid=uid
    )
    looked_at(request, [found.pupil_id])
    return found


def is_outsider(user: User, placement: Placement) -> bool:
    """Tell whether the person is of a provider where the pupil is not so far.

    An offer names no child; once accepted, the name and the first day are shown until the pupil
    comes (assurance 2a, scope p).
    """
    at_provider = bool(user.organisations_as(REACH_PROVIDER))
    return at_provider and (placement.status == Status.PROPOSED or not placement.has_started)


@requires(Permission.PLACEMENT_VIEW)
def index(request: Request) -> HttpResponse:
    """List the placements within reach, the newest first."""
    form = PlacementFilter(request.GET)
    rows = Placement.objects.as_user(request.user).with_names()
    rows = rows.narrowed(**form.narrowing, user=request.user)
    page = page_of(request, rows.nameless_to(request.user))
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "placements/list.html",
        {
            "title": "Placements",
            "sees_scores": request.user.can(Permission.ASSESSMENT_VIEW),
            "sees_schools": request.user.can(Permission.COMMISSION_VIEW),
            "can_return": request.user.can(Permission.CENSUS_EXPORT),
            "page": page,
            "statuses": Status.choices,
            "waits": WAITS,
            "can_see_places": request.user.can(Permission.PLACES_VIEW),
            "form": form,
        },
    )


@requires(Permission.PLACEMENT_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a placement; to a provider that is asked to take it on, what it needs for the answer."""
    placement, user = find(request, uid), request.user
    is_outside = is_outsider(user, placement)
    shown = {
        "title": "Placement",
        "placement": placement,
        "moves": placement.moves_open_to(user),
        "is_running": placement.status in RUNNING,
        "objectives": placement.objectives.all(),
        "can_answer": user.can(Permission.PLACEMENT_ANSWER),
    }
    if is_outside:
        needs = placement.pupil.needs.all()
        return render(request, "placements/offer.html", {**shown, "needs": needs})
    return render(
        request,
        "placements/detail.html",
        {
            **shown,
            "reviews": Review.objects.as_user(user).filter(placement=placement).told(),
            "entries": Entry.objects.as_user(user).filter(placement=placement).told(),
            "awards": placement.awards.all(),
            "pauses": placement.pauses.all(),
            "weeks": placement.week_patterns.from_week(localdate()),
            "parts": parts_of(placement, user),
            "ending": getattr(placement, "ending", None),
            "history": _history(placement, user),
            "clocks": _clocks(placement),
            "overlong": _overlong(placement, user),
            "census": CensusAnswer.objects.as_user(user).filter(placement=placement).first()
            if user.can(Permission.CENSUS_ANSWER)
            else None,
            "can_answer_census": bool(placement.sessions) and user.can(Permission.CENSUS_ANSWER),
            "sees_scores": user.can(Permission.ASSESSMENT_VIEW),
            "can_plan": bool(placement.sessions)
            and placement.status in RUNNING
            and placement.has_started
            and user.can(Permission.PLAN_WORK),
            "can_review": user.can(Permission.PLACEMENT_REVIEW),
            "objectives": _objectives(placement, user),
            "can_change_objectives": shown["is_running"] and user.can(Permission.PLACEMENT_REVIEW),
            "can_answer_changes": shown["is_running"] and user.can(Permission.PLACEMENT_OPEN),
            "letters": Letter.objects.as_user(user).of_case(placement.uid),
            "letter_kinds": kinds_open("placement", placement)
            if user.can(Permission.LETTER_WRITE)
            else [],
            "cost": _cost(placement) if user.can(Permission.COST_VIEW) else None,
            "can_see_cost": user.can(Permission.COST_VIEW) and placement.sessions,
            "tiers": [tier for tier in Tier if tier != placement.tier],
            "can_step": placement.status in RUNNING and user.can(Permission.PLACEMENT_OPEN),
        },
    )


def _objectives(placement: Placement, user: User) -> QuerySet[Objective]:
    """Return the objectives with what was proposed to change in them. Two queries."""
    changes = Prefetch("changes", ObjectiveChange.objects.as_user(user).told())
    return placement.objectives.prefetch_related(changes)


def _overlong(placement: Placement, user: User) -> Limit | None:
    """Return the longest time that a running placement is past."""
    if placement.status not in RUNNING:
        return None
    limit = TierRule.objects.as_user(user).limit_of(placement)
    return limit if limit and limit.past_on <= localdate() else None


def _cost(placement: Placement) -> Cost | None:
    """Return what the placement costs to its last day, or to the end of the year without one."""
    today = localdate()
    _, end = year_bounds(academic_year(max(today, placement.starts_on)))
    calendar = SchoolCalendar(placement.starts_on, today)
    start, end = placement.starts_on, placement.ends_on or end
    return cost_of(placement, calendar, start=start, end=end, today=today)


def _history(placement: Placement, user: User) -> list[Placement]:
    """Return the placements that step from one to the next, as far as the person may see them."""
    rows = Placement.objects.as_user(user).filter(pupil=placement.pupil_id).with_names()
    known = {row.pk: row for row in rows}
    chain: list[Placement] = []
    row = placement
    while row.follows_id in known:
        row = known[row.follows_id]
        chain.insert(0, row)
    chain.append(placement)
    later = {row.follows_id: row for row in known.values() if row.status not in _OVER}
    row = placement
    while row.pk in later:
        row = later[row.pk]
        chain.append(row)
    return chain if len(chain) > 1 else []


_OVER = {Status.DECLINED, Status.CANCELLED}


def _clocks(placement: Placement) -> list[Clock]:
    if placement.status not in RUNNING or placement.next_review_on is None:
        return []
    today = localdate()
    calendar = SchoolCalendar(placement.starts_on, today)
    last = placement.reviews.order_by("-held_on").values_list("held_on", flat=True).first()
    return [review_clock(placement, last, calendar, today)]
