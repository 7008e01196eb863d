"""Pages of the logbook, and of what schools buy and use."""

from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from apsystem.lib.pages import page_of
from outreach import actions
from outreach.forms.log import BuyForm, CorrectForm, EntryForm, LogFilter, OutcomeForm, SchoolForm
from outreach.models import LogEntry, LogLine, Purchase, Support
from outreach.models.entry import EntryStatus


@requires(Permission.OUTREACH_VIEW)
def index(request: Request) -> HttpResponse:
    """List entries of the log within reach, each with the lines that the person may read."""
    user = request.user
    form = LogFilter(request.GET, by=user)
    page = page_of(request, LogEntry.objects.as_user(user).narrowed(**form.narrowing).with_names())
    lines: dict[int, list[LogLine]] = {}
    for line in LogLine.objects.as_user(user).of([row.pk for row in page]):
        lines.setdefault(line.entry_id, []).append(line)
    shown = [line.support.pupil_id for found in lines.values() for line in found]
    looked_at(request, [pk for pk in shown if pk], act="list")
    return render(
        request,
        "outreach/log.html",
        {
            "title": "Logbook",
            "form": form,
            "page": page,
            "rows": [(row, lines.get(row.pk, [])) for row in page],
            "can_work": user.can(Permission.OUTREACH_WORK),
            "today": localdate(),
        },
    )


@requires(Permission.OUTREACH_WORK)
def add(request: Request) -> HttpResponse:
    """Write an entry; the school is asked first, unless the address names it."""
    user = request.user
    schools = Organisation.objects.as_user(user).schools()
    asked = SchoolForm(request.GET or None, by=user)
    named = request.GET.get("school", "")
    school = schools.filter(pk=named).first() if named.isdecimal() and len(named) < 10 else None  # noqa: PLR2004 - what a key can hold
    if school is None:
        return render(
            request,
            "outreach/choose_school.html",
            {"title": "Add to the logbook", "schools": schools, "form": asked},
        )
    running = Support.objects.as_user(user).running().filter(school=school).with_names()
    looked_at(request, [row.pupil_id for row in running if row.pupil_id], act="list")
    about = request.GET.get("about", "")
    form = EntryForm(
        request.POST or None,
        instance=LogEntry(school=school, worker=user),
        supports=running,
        initial={"about": [row.pk for row in running if str(row.uid) == about]},
    )
    return fill_in(
        request,
        form,
        lambda form: actions.log(form.instance, form.lines, by=user),
        title="Add to the logbook",
        done="The entry is saved.",
        back=reverse("outreach:log"),
        caption=school,
    )


def _about(request: Request, entry: LogEntry) -> dict[str, Any]:
    """Return whom an entry may be about, and its lines by support; write down the look."""
    found = LogLine.objects.as_user(request.user).of([entry.pk])
    lines = {row.support_id: row.words for row in found}
    running = Support.objects.as_user(request.user).running_or(lines)
    supports = running.filter(school=entry.school).with_names()
    looked_at(request, [row.pupil_id for row in supports if row.pupil_id], act="list")
    return {"supports": supports, "lines": lines}


@requires(Permission.OUTREACH_WORK)
def correct(request: Request, uid: str) -> HttpResponse:
    """Correct what was done."""
    rows = LogEntry.objects.as_user(request.user).with_names()
    entry = get_object_or_404(rows, uid=uid, status=EntryStatus.DONE)
    caption = f"{entry}, {entry.school}"
    form = CorrectForm(request.POST or None, instance=entry, **_about(request, entry))

    def act(form: Any) -> None:
        said = {name: form.cleaned_data[name] for name in ("why", "seen")}
        actions.correct(entry, form.instance, form.lines, by=request.user, **said)

    return fill_in(
        request,
        form,
        act,
        title="Correct the entry",
        done="The correction is saved.",
        back=reverse("outreach:log"),
        caption=caption,
        lead="The log shows that the entry was corrected, by whom and why.",
    )


@requires(Permission.OUTREACH_WORK)
def outcome(request: Request, uid: str) -> HttpResponse:
    """Record what came of something planned."""
    rows = LogEntry.objects.as_user(request.user).with_names()
    entry = get_object_or_404(rows, uid=uid)
    form = OutcomeForm(request.POST or None, entry=entry, **_about(request, entry))

    def act(form: Any) -> None:
        words = form.cleaned_data["words"]
        if form.cleaned_data["outcome"] == "done":
            minutes = form.cleaned_data["minutes"]
            actions.note_done(entry, form.lines, minutes=minutes, words=words, by=request.user)
        else:
            actions.call_off(entry, words=words, by=request.user)

    return fill_in(
        request,
        form,
        act,
        title="What came of it",
        done="It is recorded.",
        back=reverse("outreach:log"),
        caption=f"{entry}, {entry.school}",
    )


@requires(Permission.OUTREACH_VIEW)
def balances(request: Request) -> HttpResponse:
    """Show what each school bought, used, has left and said of it, and the hours."""
    user = request.user
    asked = request.GET.get("year", "")
    this_year = academic_year(localdate())
    years = [this_year + 1, this_year, this_year - 1, this_year - 2]
    year = int(asked) if asked in {str(known) for known in years} else this_year
    done = LogEntry.objects.as_user(user).done_in(*year_bounds(year)).order_by()
    by_school = done.values("school__name").annotate(minutes=Sum("minutes"))
    by_worker = done.values("worker__name").annotate(minutes=Sum("minutes"))
    return render(
        request,
        "outreach/balances.html",
        {
            "title": "Bought and used",
            "year": str(year),
            "years": [(str(known), year_label(known)) for known in years],
            "year_words": year_label(year),
            "balances": list(actions.balances(year, user)),
            "said": list(actions.said_by_schools(year, user)),
            "schools": by_school.order_by("school__name"),
            "workers": by_worker.order_by("worker__name")
            if user.can(Permission.OUTREACH_WORK)
            else [],
            "purchases": Purchase.objects.as_user(user)
            .filter(deal__year=year)
            .select_related("deal__school", "recorded_by"),
            "can_trade": user.can(Permission.OUTREACH_TRADE),
        },
    )


@requires(Permission.OUTREACH_TRADE)
def buy(request: Request) -> HttpResponse:
    """Record what a school bought."""
    form = BuyForm(request.POST or None, instance=Purchase(), by=request.user)

    def act(form: Any) -> None:
        said = {name: form.cleaned_data[name] for name in ("school", "year", "unit")}
        actions.buy(form.instance, by=request.user, **said)

    return fill_in(
        request,
        form,
        act,
        title="Record what a school bought",
        done="It is recorded.",
        back=reverse("outreach:balances"),
    )
