"""Pages of the morning: who is not accounted for, what was tried, and which registers are late."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.absence import EntryForm
from attendance.models import AbsenceEntry, AbsenceNotice, Mark
from attendance.models.unaccounted import (
    NO_REASON,
    Line,
    Rows,
    by_register,
    line_at,
    lines,
    without_times,
)
from attendance.models.unmarked import DAYS_BACK, late_registers
from attendance.views.register import SESSIONS, read_day
from placements.models import Placement
from pupils.models import Contact

Context = dict[str, object]


@requires(Permission.ABSENCE_VIEW)
def index(request: Request) -> HttpResponse:
    """Show who is not accounted for, and who is away today for a known reason."""
    user, now = request.user, timezone.now()
    found = lines(Rows.of(user), now)
    page = page_of(request, found)
    away = list(Mark.objects.as_user(user).away_on(localdate()).with_names())
    open_keys = {line.key for line in found}
    away = [row for row in away if (row.placement_id, row.date, row.session) not in open_keys]
    pupils = {line.placement.pupil_id for line in page}
    contacts = Contact.objects.as_user(user).by_pupil(pupils)
    looked_at(request, pupils | {row.pupil_id for row in away}, act="list")
    return render(
        request,
        "attendance/absence.html",
        {
            "title": "Not yet accounted for",
            "page": page,
            "rows": [
                (row, row.age(now), row.is_escalated(now), contacts.get(row.placement.pupil_id))
                for row in page
                if row.mark
            ],
            "late": list(by_register(page, now)),
            "away": away,
            "untimed": without_times(Placement.objects.as_user(user), localdate()),
            "can_set": user.can(Permission.ABSENCE_SET),
            "today": localdate(),
            "can_answer": user.can(Permission.ABSENCE_ANSWER),
            "tabs": tabs(request, "absence"),
        },
    )


@requires(Permission.ABSENCE_VIEW)
def line(request: Request, placement: str, on: str, half: str) -> HttpResponse:
    """Show what was tried for one pupil and session, and write down the next try."""
    user, day = request.user, _read(on, half)
    found = get_object_or_404(
        Placement.objects.as_user(user).with_register().with_names(), uid=placement
    )
    row = line_at(Rows.of(user), found, day, SESSIONS[half], timezone.now())
    looked_at(request, [found.pupil_id])
    can_answer = user.can(Permission.ABSENCE_ANSWER)
    form = None
    if row is not None and can_answer:
        form = EntryForm(
            request.POST or None,
            line=row,
            by=user,
            can_mark=user.can(Permission.REGISTER_MARK),
        )
        if form.is_valid() and _saved(request, form):
            return redirect("attendance:absence")
    elif request.method == "POST":
        if not can_answer:
            raise Http404
        messages.warning(
            request, "The pupil was accounted for meanwhile: nothing more was written down."
        )
        return redirect(request.path)
    context = _context(user, found, (day, half), row)
    return render(request, "attendance/absence_line.html", {**context, "form": form})


def _saved(request: Request, form: EntryForm) -> bool:
    try:
        problem = actions.record(
            form.instance, by=request.user, seen=form.cleaned_data.get("seen")
        )
    except ValidationError as error:
        take_errors(form, error)
        return False
    if problem:
        messages.warning(request, f"Saved. The mark was not changed: {problem}")
    else:
        messages.success(request, "Saved.")
    return True


def _context(user: User, found: Placement, at: tuple[date, str], row: Line | None) -> Context:
    """Return what the page of one line shows. Five queries."""
    (day, half), now = at, timezone.now()
    of_line = (found, day, SESSIONS[half])
    marks = Mark.objects.as_user(user).filter(placement=found, date=day, session=SESSIONS[half])
    mark = marks.select_related("code", "marked_by").first()
    entries = list(AbsenceEntry.objects.as_user(user).of_line(*of_line).told())
    return {
        "title": "Absence of a pupil",
        "placement": found,
        "on": day,
        "half": half,
        "line": row,
        "age": row.age(now) if row else "",
        "is_escalated": bool(row and row.is_escalated(now)),
        "mark": mark,
        "entries": entries,
        "is_accounted": any(entry.is_accounted for entry in entries)
        or (mark is not None and mark.code_id not in NO_REASON),
        "notices": AbsenceNotice.objects.as_user(user).of_line(*of_line).told(),
        "contacts": [
            (contact, actions.is_sendable(contact.absence_channel))
            for contact in Contact.objects.as_user(user).filter(pupil=found.pupil_id)
        ],
        "back_url": reverse("attendance:absence"),
    }


def _read(on: str, half: str) -> date:
    if half not in SESSIONS:
        raise Http404
    return read_day(on)


@requires(Permission.REGISTER_VIEW)
def unmarked(request: Request) -> HttpResponse:
    """Show the registers that are late today, and those of earlier days with pupils unmarked."""
    placements = Placement.objects.as_user(request.user)
    providers = {
        place.pk: place for place in Organisation.objects.as_user(request.user).providers()
    }
    rows = [
        (row, providers[row.provider_id])
        for row in late_registers(placements, timezone.now())
        if row.provider_id in providers
    ]
    return render(
        request,
        "attendance/unmarked.html",
        {
            "title": "Registers not finished",
            "page": page_of(request, rows),
            "days": DAYS_BACK,
            "tabs": tabs(request, "unmarked"),
        },
    )


def tabs(request: Request, here: str) -> list[dict[str, object]]:
    """Return the pages of absence that the person may open."""
    pages = [
        ("absence", "Not accounted for", Permission.ABSENCE_VIEW),
        ("unmarked", "Registers not finished", Permission.REGISTER_VIEW),
        ("steps", "Needs a step", Permission.ABSENCE_VIEW),
        ("thresholds", "Times and thresholds", Permission.ABSENCE_VIEW),
    ]
    return [
        {"label": label, "url": reverse(f"attendance:{name}"), "is_here": name == here}
        for name, label, permission in pages
        if request.user.can(permission)
    ]
