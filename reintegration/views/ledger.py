"""The fair-share ledger, and what it goes by: weights, and schools that are left out for a time."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import Organisation
from accounts.permissions import REACH_SCHOOL, Permission
from accounts.views.filling import fill_in
from apsystem.lib.pages import page_of
from reintegration import actions
from reintegration.forms.panel import ExceptionForm, VacancyForm, WeightForm
from reintegration.models import (
    FairAccessCategory,
    LedgerWeight,
    PanelException,
    Vacancy,
    ledger,
    next_in_turn,
)
from reintegration.models.vacancy import FIRST_YEAR, LAST_YEAR

USUAL_YEAR = 9


def shielded(number: int) -> str:
    """Return a count as a school may read it: small numbers in words."""
    smallest = settings.SMALLEST_COUNT
    return f"fewer than {smallest}" if 0 < number < smallest else str(number)


def _year(request: Request) -> int:
    asked = request.GET.get("year", "")
    number = int(asked) if asked.isdecimal() and len(asked) < len("000") else USUAL_YEAR
    return number if FIRST_YEAR <= number <= LAST_YEAR else USUAL_YEAR


@requires(Permission.LEDGER_VIEW)
def index(request: Request) -> HttpResponse:
    """Show the ledger of a year group: in turn for the panel, by name and shielded for schools."""
    year, user = _year(request), request.user
    entries = ledger(year, localdate())
    is_full = user.can(Permission.PANEL_VIEW)
    turn = next_in_turn(entries) if is_full else None
    if not is_full:
        entries.sort(key=lambda entry: entry.school.name)
    return render(
        request,
        "reintegration/ledger.html",
        {
            "title": "Fair-share ledger",
            "back_url": reverse(
                "reintegration:panel-list" if is_full else "reintegration:panel-decisions"
            ),
            "year": year,
            "years": range(FIRST_YEAR, LAST_YEAR + 1),
            "turn": turn,
            "is_full": is_full,
            "entries": entries,
            "shown": [
                (
                    entry,
                    shielded(entry.taken),
                    shielded(entry.looked_after),
                    shielded(entry.with_plan),
                )
                for entry in entries
            ],
            "smallest": settings.SMALLEST_COUNT,
            "can_set": user.can(Permission.PANEL_SET),
            "can_say": user.can(Permission.VACANCY_SAY),
        },
    )


@requires(Permission.PANEL_SET)
def weights(request: Request) -> HttpResponse:
    """List the weights, and enter one from a day on."""
    user = request.user
    form = WeightForm(
        request.POST or None,
        instance=LedgerWeight(),
        categories=FairAccessCategory.objects.as_user(user),
    )
    return fill_in(
        request,
        form,
        lambda form: actions.weigh(form.instance, by=user),
        title="Weights of the ledger",
        done="The weight is entered.",
        to="reintegration:ledger-weights",
        template="reintegration/ledger_weights.html",
        back=reverse("reintegration:ledger"),
        page=page_of(request, LedgerWeight.objects.as_user(user).select_related("category")),
    )


@requires(Permission.PANEL_SET)
def exceptions(request: Request) -> HttpResponse:
    """List the schools that are left out for a time, and leave one out."""
    user = request.user
    form = ExceptionForm(
        request.POST or None,
        instance=PanelException(),
        schools=Organisation.objects.as_user(user).schools(),
    )
    return fill_in(
        request,
        form,
        lambda form: actions.leave_out(form.instance, by=user),
        title="Schools left out of the turn",
        done="The school is left out for that time.",
        to="reintegration:ledger-exceptions",
        template="reintegration/ledger_exceptions.html",
        back=reverse("reintegration:ledger"),
        page=page_of(request, PanelException.objects.as_user(user).select_related("school")),
    )


@requires(Permission.VACANCY_SAY)
def vacancies(request: Request) -> HttpResponse:
    """List the free places of every school, and say how many one has."""
    user = request.user
    schools = Organisation.objects.as_user(user).schools()
    if own := user.organisations_as(REACH_SCHOOL):
        schools = schools.filter(pk__in=own)
    form = VacancyForm(request.POST or None, instance=Vacancy(), schools=schools)
    return fill_in(
        request,
        form,
        lambda form: actions.say_vacancy(form.instance, by=user),
        title="Free places at schools",
        done="The places are saved.",
        to="reintegration:vacancies",
        template="reintegration/vacancies.html",
        back=reverse("reintegration:ledger"),
        page=page_of(request, Vacancy.objects.as_user(user).select_related("school")),
    )
