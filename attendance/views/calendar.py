"""Pages of the calendar: half terms, and the days on which places are closed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import Closure, HalfTerm
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.calendar import ClosureForm, HalfTermForm, RemoveForm, years_offered


def _calendar(year: int) -> str:
    return f"{reverse('attendance:calendar')}?year={year}"


@requires(Permission.CALENDAR_VIEW)
def index(request: Request) -> HttpResponse:
    """Show the half terms and the closures of an academic year."""
    years, asked = dict(years_offered()), request.GET.get("year", "")
    year = int(asked) if asked in years else academic_year(localdate())
    closures = Closure.objects.as_user(request.user)
    page = page_of(request, closures.of_year(year))
    return render(
        request,
        "attendance/calendar.html",
        {
            "title": "Calendar",
            "year": str(year),
            "year_words": year_label(year),
            "years": list(years.items()),
            "half_terms": HalfTerm.objects.as_user(request.user).of_year(year),
            "page": page,
            "removable": set(closures.changeable_by(request.user).values_list("pk", flat=True)),
            "can_change": request.user.can(Permission.CALENDAR_CHANGE),
            "can_close": request.user.can(Permission.CLOSURE_CHANGE),
        },
    )


@requires(Permission.CALENDAR_CHANGE)
def add_half_term(request: Request) -> HttpResponse:
    """Enter a half term."""
    return _half_term(request, HalfTerm(), "Add a half term")


@requires(Permission.CALENDAR_CHANGE)
def change_half_term(request: Request, pk: int) -> HttpResponse:
    """Change the dates of a half term."""
    row = get_object_or_404(HalfTerm.objects.as_user(request.user), pk=pk)
    return _half_term(request, row, f"Change {row}")


def _half_term(request: Request, row: HalfTerm, title: str) -> HttpResponse:
    initial = {"year": request.GET.get("year")}
    form = HalfTermForm(request.POST or None, instance=row, initial=initial)
    if form.is_valid():
        try:
            saved = actions.set_half_term(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect(_calendar(saved.year))
    back = reverse("attendance:calendar")
    return render(request, "form_page.html", {"title": title, "form": form, "back_url": back})


@requires(Permission.CALENDAR_CHANGE)
def remove_half_term(request: Request, pk: int) -> HttpResponse:
    """Remove a half term that was entered by mistake."""
    row = get_object_or_404(HalfTerm.objects.as_user(request.user), pk=pk)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.remove_half_term(row, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{row} is removed.")
            return redirect(_calendar(row.year))
    return render(
        request,
        "form_page.html",
        {
            "title": "Remove a half term",
            "heading": f"Remove {row}",
            "lead": "Its days are no school days then: no register opens on them.",
            "form": form,
            "back_url": _calendar(row.year),
        },
    )


@requires(Permission.CLOSURE_CHANGE)
def close(request: Request) -> HttpResponse:
    """Enter days on which a place, or every place, is closed."""
    form = ClosureForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            closure = actions.close(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The closure is saved.")
            return redirect(_calendar(academic_year(closure.starts_on)))
    return render(
        request,
        "form_page.html",
        {
            "title": "Add a closure",
            "caption": form.only_place,
            "form": form,
            "back_url": reverse("attendance:calendar"),
        },
    )


@requires(Permission.CLOSURE_CHANGE)
def reopen(request: Request, pk: int) -> HttpResponse:
    """Remove a closure, after a question."""
    closures = Closure.objects.as_user(request.user).changeable_by(request.user)
    row = get_object_or_404(closures.select_related("organisation"), pk=pk)
    back = _calendar(academic_year(row.starts_on))
    if request.method == "POST":
        actions.reopen(row, by=request.user)
        messages.success(request, "The closure is removed.")
        return redirect(back)
    return render(
        request,
        "confirm_page.html",
        {"title": "Remove a closure", "closure": row, "action": "Remove the closure",
         "body": f"{row.place}, {row.period}: {row.reason}. Without the closure these are school "
         "days: registers open, and sessions that nobody marked count as unmarked.",
         "back_url": back},
    )  # fmt: skip
