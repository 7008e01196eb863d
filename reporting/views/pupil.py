"""Finding a child, and the child's page."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from attendance.models import Mark
from placements.models import Assessment, Placement
from pupils.models import CareStatus, Contact, EhcPlan, Enrolment, Letter, Need, Pupil
from referrals.models import Entry, Referral
from reporting.kpis.arithmetic import rate
from reporting.kpis.history import chronology

LETTERS_SHOWN = 10


class SearchForm(forms.Form):
    """Part of a name, a UPN, or a date of birth."""

    q = forms.CharField(max_length=100, required=False, strip=True)


@requires(Permission.PUPIL_SEARCH)
def search(request: Request) -> HttpResponse:
    """Find pupils by part of a name, UPN or date of birth."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    page = None
    if asked:
        page = page_of(request, Pupil.objects.as_user(request.user).matching(asked))
        looked_at(request, [pupil.pk for pupil in page], act="search")
    return render(
        request,
        "reporting/search.html",
        {
            "title": "Find a pupil",
            "form": form,
            "asked": asked,
            "page": page,
            "can_add": request.user.can(Permission.PUPIL_ADD),
        },
    )


@requires(Permission.PUPIL_VIEW)
def pupil(request: Request, uid: str) -> HttpResponse:
    """Show a child: who, whom to ring, where the child is, and what happened, newest first."""
    user = request.user
    found = get_object_or_404(Pupil.objects.as_user(user), uid=uid)
    looked_at(request, [found.pk])
    placements = Placement.objects.as_user(user).filter(pupil=found).with_names()
    referrals = Referral.objects.as_user(user).filter(pupil=found).with_names()
    entries = Entry.objects.as_user(user).filter(referral__pupil=found).told()
    enrolments = Enrolment.objects.as_user(user).filter(pupil=found)
    letters = list(Letter.objects.as_user(user).filter(pupil=found))
    marks = Mark.objects.as_user(user).filter(pupil=found)
    present, possible = marks.present_and_possible()
    return render(
        request,
        "reporting/pupil.html",
        {
            "title": "Pupil",
            "pupil": found,
            "year_group": found.year_group(),
            "contacts": Contact.objects.as_user(user).filter(pupil=found),
            "needs": Need.objects.as_user(user).filter(pupil=found),
            "plans": EhcPlan.objects.as_user(user).filter(pupil=found),
            "care": CareStatus.objects.as_user(user).filter(pupil=found),
            "enrolments": enrolments.select_related("organisation"),
            "placements": placements,
            "attendance": rate(present, possible),
            "present": present,
            "possible": possible,
            "entries": chronology(referrals, placements, entries, letters),
            "letters": letters[:LETTERS_SHOWN],
            "today": localdate(),
            "can_change": user.can(Permission.PUPIL_CHANGE),
            "assessments": Assessment.objects.as_user(user).kept().filter(pupil=found).count()
            if user.can(Permission.ASSESSMENT_VIEW)
            else None,
            "sees_referrals": user.can(Permission.REFERRAL_VIEW),
        },
    )
