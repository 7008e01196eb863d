"""Pages of the service as a whole: what every page shows, health, statements, and errors."""

import sys
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.access import BY_KEY, open_to_all, permission_of, refusal
from accounts.models import Run
from accounts.permissions import Permission
from accounts.tasks import HEARTBEAT
from reporting.actions.figures import PROGRESS
from reporting.models import FailedFigure

# Groups of pages; the second row of the navigation shows those of the group where a person is.
NAVIGATION = {
    "My day": [("My day", "reporting:my-day", Permission.HOME_VIEW)],
    "Pupils": [
        ("Search", "reporting:search", Permission.PUPIL_SEARCH),
        ("Suspensions", "pupils:suspensions", Permission.EXCLUSION_VIEW),
        ("Letters", "pupils:letter-list", Permission.LETTER_VIEW),
        ("Own words", "pupils:voices", Permission.VOICE_VIEW),
    ],
    "Referrals": [
        ("Triage desk", "referrals:desk", Permission.REFERRAL_DECIDE),
        ("All referrals", "referrals:list", Permission.REFERRAL_VIEW),
    ],
    "Placements": [("Placements", "placements:list", Permission.PLACEMENT_VIEW)],
    "Attendance": [
        ("Registers", "attendance:today", Permission.REGISTER_VIEW),
        ("In provision", "attendance:home", Permission.HOME_REGISTER_VIEW),
        ("Absence", "attendance:absence", Permission.ABSENCE_VIEW),
        ("Support", "attendance:caseload", Permission.ATTENDANCE_SUPPORT_VIEW),
        ("Statistics", "reporting:statistics", Permission.STATISTICS_VIEW),
    ],
    "Way back": [
        ("Plans", "reintegration:list", Permission.PLAN_VIEW),
        ("Panel", "reintegration:panel-list", Permission.PANEL_VIEW),
        ("Panel decisions", "reintegration:panel-decisions", Permission.PANEL_DECISION_VIEW),
        ("After Year 11", "reintegration:pathways", Permission.POST16_VIEW),
    ],
    "Outreach": [("Outreach", "outreach:list", Permission.OUTREACH_VIEW)],
    "Figures": [
        ("Figures", "reporting:dashboard", Permission.FIGURES_VIEW),
        ("Packs", "reporting:packs", Permission.FIGURES_VIEW),
        ("Monthly tables", "reporting:tables", Permission.TABLE_READ),
        ("Targets", "reporting:targets", Permission.FIGURES_VIEW),
        ("Published figures", "reporting:published", Permission.FIGURES_VIEW),
    ],
    "Service": [
        ("Calendar", "attendance:calendar", Permission.CALENDAR_VIEW),
        ("People", "accounts:people", Permission.PEOPLE_VIEW),
        ("Who looked", "reporting:who-looked", Permission.TRAIL_VIEW),
    ],
}
NAMED_BY_PAGE = {"Way back", "Service"}  # where a person has one page of the group only
FIGURES_STALE_AFTER = timedelta(hours=36)
FIGURES_TASK = "reporting.nightly.compute_figures"
# What PostgreSQL says when it breaks off, goes down, starts up, or has no connection left.
AWAY_STATES = ("08", "57P", "53300")
AWAY = "The records cannot be reached just now. Send again later."


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Give every page its names, and the navigation that this person's permissions open."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "service_name": settings.SERVICE_NAME,
        "council_name": settings.COUNCIL_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "is_demo": settings.DEMO,
    }
    if user is not None and user.is_authenticated:
        context["idle"] = {
            "seconds": settings.IDLE_SECONDS,
            "warning": settings.IDLE_WARNING_SECONDS,
            "minutes": max(1, settings.IDLE_WARNING_SECONDS // 60),
        }
        context["can_see_care"] = user.can(Permission.CARE_VIEW)
        context["navigation"], context["subnavigation"] = _navigation(user, request.path)
        context["organisations"] = {
            entry.organisation_id: entry.organisation for entry in user.memberships_in_force
        }.values()
    return context


Entries = list[dict[str, Any]]


def _navigation(user: Any, path: str) -> tuple[Entries, Entries]:
    """Return the groups that a person's permissions open, and the pages of the one they are in."""
    groups = {
        title: [(label, reverse(name)) for label, name, may in pages if user.can(may)]
        for title, pages in NAVIGATION.items()
    }
    inside = [url for pages in groups.values() for _, url in pages if _is_within(path, url)]
    here = max(inside, key=len, default=None)  # the desk is inside the referrals
    top, below = [], []
    for title, pages in groups.items():
        if not pages:
            continue
        is_here = here in [url for _, url in pages]
        name = pages[0][0] if len(pages) == 1 and title in NAMED_BY_PAGE else title
        top.append({"label": name, "url": pages[0][1], "is_here": is_here})
        if is_here and len(pages) > 1:
            below = [{"label": label, "url": url, "is_here": url == here} for label, url in pages]
    return top, below


def _is_within(path: str, root: str) -> bool:
    return path == root if root == "/" else path.startswith(root)


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """Tell in JSON whether the database, the broker and a worker answer, and the last figures."""
    answers = {
        "database": _database(),
        "broker": _broker(),
        "worker": _worker(),
        "figures": _figures(),
    }
    is_well = all(answer["ok"] for answer in answers.values())
    return JsonResponse({"ok": is_well, **answers}, status=200 if is_well else 503)


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False, "says": "PostgreSQL does not answer"}
    return {"ok": True, "says": "answers"}


def _broker() -> dict[str, Any]:
    try:
        cache.get(HEARTBEAT)
    except (RedisError, OSError):
        return {"ok": False, "says": "Redis does not answer"}
    return {"ok": True, "says": "answers"}


def _worker() -> dict[str, Any]:
    try:
        beat = cache.get(HEARTBEAT)
    except (RedisError, OSError):
        beat = None
    if beat is None:
        return {"ok": False, "says": "no worker took a task in the last two minutes"}
    return {"ok": True, "says": f"took a task at {beat}"}


def _figures() -> dict[str, Any]:
    try:
        runs = Run.objects.filter(task=FIGURES_TASK)
        last = runs.exclude(done_at=None).order_by("done_at").last()
        begun = runs.filter(done_at=None).order_by("started_at").last()
        failed = sorted({row.measure for row in FailedFigure.objects.all()})
    except DatabaseError:
        return {"ok": False, "says": "not known"}
    found: dict[str, Any] = {"ok": False, "says": "never computed"}
    if last and last.done_at:
        is_fresh = timezone.now() - last.done_at < FIGURES_STALE_AFTER
        found = {
            "ok": is_fresh and not failed,
            "says": f"computed at {last.done_at.isoformat()}",
            "seconds": round((last.done_at - last.started_at).total_seconds(), 1),
        }
    if begun and (last is None or begun.started_at > last.started_at):
        found["begun"] = begun.started_at.isoformat()
    return found | _progress() | ({"failed": failed} if failed else {})


def _progress() -> dict[str, Any]:
    try:
        progress = cache.get(PROGRESS)
    except (RedisError, OSError):
        progress = None
    return {"progress": progress} if progress else {}


@open_to_all
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "accessibility.html")


@open_to_all
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept, why, and for how long."""
    return render(request, "privacy.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, and give back what was typed."""
    typed = [
        (name, value)
        for name, value in request.POST.items()
        if value
        and name not in {"csrfmiddlewaretoken", "password", "send", "uid"}
        and not name.startswith("password")
    ]
    return render(request, "csrf.html", {"typed": typed}, status=403)


@open_to_all
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say in plain words that the address or the form was not understood."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something failed, or that the database is away, in a page that asks nothing of it.

    The person, the session and the navigation all come from the database: the page is drawn
    without them.
    """
    is_away = _is_database_away(sys.exc_info()[1])
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = {"Retry-After": "60"} if is_away else {}
    match = request.resolver_match
    if is_away and match and (permission_of(match.func) or "").startswith(BY_KEY):
        return refusal(status, AWAY, headers)
    names = {
        "service_name": settings.SERVICE_NAME,
        "council_name": settings.COUNCIL_NAME,
        "support_email": settings.SUPPORT_EMAIL,
    }
    page = get_template("away.html" if is_away else "500.html").render(names)
    return HttpResponse(page, status=status, headers=headers)


def _is_database_away(error: BaseException | None) -> bool:
    """Tell whether PostgreSQL could not be reached. One that answers with a refusal is there."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(AWAY_STATES)
