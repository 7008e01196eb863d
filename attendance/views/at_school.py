"""Pages of a pupil's attendance at the mainstream school."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.at_school import SchoolAttendanceForm
from attendance.models import SchoolAttendance
from pupils.models import Pupil
from pupils.story import frame


def _pupil(request: Request, uid: str) -> Pupil:
    found = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [found.pk])
    return found


@requires(Permission.SCHOOL_ATTENDANCE_VIEW)
def index(request: Request, uid: str) -> HttpResponse:
    """List what schools counted for a pupil, newest first."""
    pupil, user = _pupil(request, uid), request.user
    rows = SchoolAttendance.objects.as_user(user).kept().filter(pupil=pupil).with_names()
    can_record = user.can(Permission.SCHOOL_ATTENDANCE_RECORD)
    return render(
        request,
        "attendance/at_school.html",
        {
            **frame(pupil, user, "at-school"),
            "title": "Attendance at school",
            "page": page_of(request, rows),
            "can_record": can_record and bool(actions.schools_of(pupil, by=user)),
        },
    )


@requires(Permission.SCHOOL_ATTENDANCE_RECORD)
def add(request: Request, uid: str) -> HttpResponse:
    """Type the sessions of a pupil and a period."""
    pupil = _pupil(request, uid)
    schools = actions.schools_of(pupil, by=request.user)
    if not schools:
        raise Http404
    row = SchoolAttendance(pupil=pupil)
    form = SchoolAttendanceForm(
        request.POST or None, instance=row, schools=schools, by=request.user
    )
    if form.is_valid():
        try:
            saved = actions.record_at_school(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect("attendance:at-school", pupil.uid)
    return render(
        request,
        "form_page.html",
        {
            "title": "Attendance at school",
            "caption": f"{pupil}, {form.only_school}" if form.only_school else pupil,
            "form": form,
            "back_url": reverse("attendance:at-school", args=[pupil.uid]),
        },
    )


@requires(Permission.SCHOOL_ATTENDANCE_RECORD)
def take_back(request: Request, uid: str) -> HttpResponse:
    """Ask, and take off what was recorded by mistake."""
    rows = SchoolAttendance.objects.as_user(request.user).kept()
    row = get_object_or_404(rows.select_related("school", "pupil"), uid=uid)
    looked_at(request, [row.pupil_id])
    back = reverse("attendance:at-school", args=[row.pupil.uid])
    if request.method == "POST":
        actions.take_back_at_school(row, by=request.user)
        messages.success(request, "It is taken back, and counts no more.")
        return redirect(back)
    return render(
        request,
        "confirm_page.html",
        {
            "title": "Take back attendance at school?",
            "body": f"{row.pupil} at {row.school}: {row}. It counts no more then, and the days can "
            "be recorded again. It stays in the history.",
            "action": "Take it back",
            "back_url": back,
        },
    )
