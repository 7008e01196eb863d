"""Pages for the home school: today's marks of its pupils, and the week as a file."""

from datetime import timedelta
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_SCHOOL, Permission
from apsystem.lib.calendar import Session
from apsystem.lib.exports import csv_of
from apsystem.lib.pages import attachment
from attendance.models.expected import week_of
from attendance.models.home import HomeSession, home_sessions
from attendance.views.register import read_day
from placements.models import SchoolPlacement

HEADS = ["Surname", "Forename", "UPN", "Provider", "Date", "Session", "Mark at the provider",
         "Code for your register", "Why"]  # fmt: skip
DAY = timedelta(days=1)


@requires(Permission.HOME_REGISTER_VIEW)
def index(request: Request) -> HttpResponse:
    """Open today for the own school, or let council staff choose a school."""
    own = request.user.organisations_as(REACH_SCHOOL)
    schools = Organisation.objects.as_user(request.user).schools()
    if own:
        school = get_object_or_404(schools, pk=own[0])
        return redirect("attendance:home-day", school.uid, localdate().isoformat())
    return render(
        request,
        "attendance/home_schools.html",
        {"title": "Pupils in alternative provision", "schools": schools, "today": localdate()},
    )


@requires(Permission.HOME_REGISTER_VIEW)
def day(request: Request, school: str, on: str) -> HttpResponse:
    """Show a day's marks of a school's pupils, and the code for the school's own register."""
    place, chosen = _school(request, school), read_day(on)
    found = home_sessions(place, request.user, chosen, chosen + DAY)
    looked_at(request, [row.placement.pupil_id for row in found], act="list")
    own = SchoolPlacement.objects.as_user(request.user).filter(school=place)
    arranged = own.within(chosen, chosen).whole().order_by("pupil__surname", "pk")
    sees_own = request.user.can(Permission.COMMISSION_VIEW)
    if sees_own:
        looked_at(request, [row.pupil_id for row in arranged], act="list")
    monday, _ = week_of(chosen)
    return render(
        request,
        "attendance/home_day.html",
        {
            "title": "Pupils in alternative provision",
            "school": place,
            "on": chosen,
            "is_today": chosen == localdate(),
            "before": chosen - DAY,
            "after": chosen + DAY if chosen < localdate() else None,
            "monday": monday,
            "lines": _lines(found),
            "arranged": arranged if sees_own else [],
            "waiting": sum(row.mark is None and row.own_code != "C2" for row in found),
        },
    )


def _lines(
    found: list[HomeSession],
) -> list[tuple[HomeSession, list[tuple[str, HomeSession | None]]]]:
    """Return a line for each placement: its first session, and its sessions by half of the day."""
    lines = []
    for _, rows in groupby(found, lambda row: row.placement.pk):
        by_half = {row.session: row for row in rows}
        first = next(iter(by_half.values()))
        halves = [("Morning", by_half.get(Session.AM)), ("Afternoon", by_half.get(Session.PM))]
        lines.append((first, halves))
    return lines


@requires(Permission.HOME_REGISTER_VIEW)
def week(request: Request, school: str, on: str) -> HttpResponse:
    """Export a week: the provider's marks, and the codes for the school's own register."""
    place, (monday, end) = _school(request, school), week_of(read_day(on))
    found = home_sessions(place, request.user, monday, min(end, localdate() + DAY))
    looked_at(request, [row.placement.pupil_id for row in found], act="export")
    content = csv_of(HEADS, (_cells(row) for row in found))
    return attachment(content, "text/csv; charset=utf-8", f"alternative-provision-{monday}.csv")


def _cells(row: HomeSession) -> list[object]:
    pupil = row.placement.pupil
    return [
        pupil.surname,
        pupil.forename,
        pupil.upn,
        row.placement.provider.name,
        row.date,
        row.half,
        row.marked,
        row.own_code,
        row.words,
    ]


def _school(request: Request, uid: str) -> Organisation:
    schools = Organisation.objects.as_user(request.user).schools()
    if own := request.user.organisations_as(REACH_SCHOOL):
        schools = schools.filter(pk__in=own)
    return get_object_or_404(schools, uid=uid)
