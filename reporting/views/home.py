"""My day: what waits for this person, and the same as a calendar feed."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from accounts.access import Request, open_to_all, requires, too_often
from accounts.models.personal import person_of
from accounts.permissions import Permission
from reporting.cards import CARDS, Day, Due, Group, dues, lines

FEED_READS_AN_HOUR = 60
EMPTY = {
    Group.DUE: "Nothing is due.",
    Group.NEW: "Nothing is new.",
    Group.CHANGED: "Nothing of yours was changed by others in the last seven days.",
    Group.WAITING: "You wait for nobody.",
}


@requires(Permission.HOME_VIEW)
def my_day(request: Request) -> HttpResponse:
    """Show what is due. Counts only, so nobody's record is opened by coming here."""
    day = Day.of(request.user)
    found = list(lines(day, CARDS))
    has_cards = any(request.user.can(card.permission) for card in CARDS)
    return render(
        request,
        "reporting/my_day.html",
        {
            "title": "My day",
            "today": day.today,
            "covered": day.covered,
            "has_cards": has_cards,
            "groups": [
                {
                    "group": group,
                    "lines": [line for line in found if line.card.group == group],
                    "empty": EMPTY[group],
                }
                for group in Group
            ],
        },
    )


@open_to_all
@require_safe
def feed(request: Request, token: str) -> HttpResponse:
    """Send a person's due dates to a calendar program. The token is the credential.

    It acts as the person, with the roles of today. No child's record stands in it, so that no look
    is written down. A token that is wrong, revoked or of somebody without a role is a 404.
    """
    if too_often(request, "feed", FEED_READS_AN_HOUR):
        return HttpResponse("Too many requests.", status=429, headers={"Retry-After": "3600"})
    person = person_of(token)
    if person is None or not person.can(Permission.HOME_VIEW):
        raise Http404
    content = _calendar(request, dues(Day.of(person)))
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="due-dates.ics"',
        },
    )


def _calendar(request: Request, found: list[Due]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.COUNCIL_NAME}//{settings.SERVICE_NAME}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{settings.SERVICE_NAME}: due dates")
    now = timezone.now()
    for due in found:
        event = Event()
        event.add("uid", f"{due.uid}@{request.get_host().split(':')[0]}")
        event.add("dtstamp", now)
        event.add("dtstart", due.on)
        event.add("summary", due.title)
        event.add("description", due.words)
        event.add("url", request.build_absolute_uri(due.url))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()
