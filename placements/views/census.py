"""Pages of the two collections of alternative provision: what is missing, and the files."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_bounds
from apsystem.lib.exports import csv_of
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import attachment, page_of
from placements import actions
from placements.forms import AnswerForm, CodeForm, PeriodForm
from placements.models import (
    CensusAnswer,
    CensusCode,
    CodeSet,
    Placement,
    SchoolPlacement,
    census_day,
)
from placements.models.returns import (
    AUTHORITY_HEADS,
    RECORD_HEADS,
    SCHOOL_HEADS,
    Line,
    authority_lines,
    record_lines,
    school_lines,
)
from placements.views.following import find


def _patterns(request: Request) -> dict[str, CensusCode]:
    rows = CensusCode.objects.as_user(request.user).of(CodeSet.PATTERN)
    return {row.key: row for row in rows}


def _period(request: Request, until: date) -> tuple[date, date]:
    start, _ = year_bounds(academic_year(localdate()))
    return PeriodForm(request.GET).period(start, until)


def _school_lines(request: Request) -> tuple[list[Line], tuple[date, date]]:
    start, until = _period(request, localdate())
    rows = SchoolPlacement.objects.as_user(request.user).within(start, until).whole()
    return school_lines(rows, _patterns(request)), (start, until)


def _authority_lines(request: Request) -> tuple[list[Line], tuple[date, date], int]:
    """Return the lines, the period, and how many pupils are left out of the lines."""
    start, until = _period(request, census_day(academic_year(localdate())))
    rows = list(Placement.objects.as_user(request.user).in_census(start, until).for_census())
    lines = authority_lines(rows, _patterns(request), until)
    return lines, (start, until), len(rows) - len(lines)


def _page(
    request: Request, lines: list[Line], period: tuple[date, date], **more: Any
) -> HttpResponse:
    """Show what is missing; the file holds every row, the complete ones too."""
    lacking = [line for line in lines if line.missing]
    page = page_of(request, lacking)
    looked_at(request, [line.pupil.pk for line in page], act="list")
    codes = CensusCode.objects.as_user(request.user).filter(dfe_code=None)
    return render(
        request,
        "placements/census.html",
        {
            "page": page,
            "total": len(lines),
            "complete": len(lines) - len(lacking),
            "start": period[0],
            "until": period[1],
            "uncoded": codes.filter(group__in=more.pop("groups")),
            "can_code": request.user.can(Permission.CENSUS_CHANGE),
            "can_change_pupil": request.user.can(Permission.PUPIL_CHANGE),
            **more,
        },
    )


def _file(request: Request, name: str, heads: list[str], lines: list[Line]) -> HttpResponse:
    looked_at(request, [line.pupil.pk for line in lines], act="export")
    content = csv_of(heads, (line.cells for line in lines))
    return attachment(content, "text/csv; charset=utf-8", f"{name}-{localdate():%Y-%m-%d}.csv")


@requires(Permission.COMMISSION_EXPORT)
def school(request: Request) -> HttpResponse:
    """Show what the school census would lack of the placements that schools arrange."""
    lines, period = _school_lines(request)
    return _page(
        request,
        lines,
        period,
        title="School census: placements arranged by schools",
        groups=[CodeSet.SCHOOL_REASON, CodeSet.PATTERN],
        file=reverse("placements:school-census-file"),
        back=reverse("placements:commissioned-list"),
    )


@requires(Permission.COMMISSION_EXPORT)
def school_file(request: Request) -> HttpResponse:
    """Export the rows of the school census."""
    lines, _ = _school_lines(request)
    return _file(request, "school-census-ap", SCHOOL_HEADS, lines)


@requires(Permission.COMMISSION_EXPORT)
def record_file(request: Request) -> HttpResponse:
    """Export the whole record of what schools arrange, within reach."""
    rows = SchoolPlacement.objects.as_user(request.user).whole()
    lines = record_lines(rows, _patterns(request))
    return _file(request, "placements-by-schools", RECORD_HEADS, lines)


@requires(Permission.CENSUS_EXPORT)
def authority(request: Request) -> HttpResponse:
    """Show what the council's census would lack."""
    lines, period, left_out = _authority_lines(request)
    return _page(
        request,
        lines,
        period,
        title="The council's alternative provision census",
        groups=[CodeSet.AUTHORITY_REASON, CodeSet.PATTERN],
        file=reverse("placements:census-file"),
        back=reverse("placements:list"),
        is_councils=True,
        left_out=left_out,
    )


@requires(Permission.CENSUS_EXPORT)
def authority_file(request: Request) -> HttpResponse:
    """Export the rows of the council's census."""
    lines, *_ = _authority_lines(request)
    return _file(request, "ap-census", AUTHORITY_HEADS, lines)


@requires(Permission.CENSUS_ANSWER)
def answer(request: Request, uid: str) -> HttpResponse:
    """Answer what the council's census asks about a placement."""
    placement = find(request, uid)
    known = CensusAnswer.objects.as_user(request.user).filter(placement=placement).first()
    form = AnswerForm(request.POST or None, instance=known or CensusAnswer(), by=request.user)
    back = reverse("placements:detail", args=[placement.uid])
    if form.is_valid():
        try:
            actions.answer_census(
                placement,
                reason=form.cleaned_data["reason"],
                setting=form.cleaned_data["setting"],
                by=request.user,
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The answers for the census are saved.")
            return redirect(back)
    return render(
        request,
        "form_page.html",
        {
            "title": "Answers for the census",
            "caption": f"{placement}: {placement.pupil}",
            "form": form,
            "back_url": back,
        },
    )


@requires(Permission.CENSUS_CHANGE)
def codes(request: Request) -> HttpResponse:
    """Show the keys of the collections, and which have a code of DfE's."""
    return render(
        request,
        "placements/census_codes.html",
        {"title": "Codes of the census", "rows": CensusCode.objects.as_user(request.user)},
    )


@requires(Permission.CENSUS_CHANGE)
def change_code(request: Request, pk: int) -> HttpResponse:
    """Enter the code of DfE's for one of our keys."""
    code = get_object_or_404(CensusCode.objects.as_user(request.user), pk=pk)
    initial = {"dfe_code": code.dfe_code, "source": code.source}
    form = CodeForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.set_code(code, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"Saved: {code}.")
            return redirect("placements:census-codes")
    return render(
        request,
        "form_page.html",
        {
            "title": "DfE code",
            "heading": code.label,
            "caption": code.get_group_display(),
            "form": form,
            "back_url": reverse("placements:census-codes"),
        },
    )
