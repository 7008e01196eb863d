"""Pages of the way beyond Year 11: lists, the pathway plan, and the options for young people."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, open_to_all, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.pages import page_of
from pupils.models import Pupil
from pupils.story import frame
from reintegration import actions
from reintegration.forms.transition import (
    ActivityForm,
    ApplicationForm,
    AttendedForm,
    CoachForm,
    ContactForm,
    DestinationForm,
    EnrolledForm,
    GradesForm,
    GuaranteeForm,
    PathwayFilter,
    PathwayForm,
    SessionForm,
)
from reintegration.models import Activity, Application, CoachContact, DestinationCheck, Pathway
from reintegration.models.transition import pupils_without_pathway

WAITS = [
    ("coach", "A transition coach"),
    ("offer", "An offer by 30 September"),
    ("check", "A check in October, January or March"),
    ("neet", "A way out of NEET"),
    ("not known", "Somebody who finds out"),
]


def _url(pupil: Pupil) -> str:
    return reverse("reintegration:pathway", args=[pupil.uid])


def _found(request: Request, uid: str) -> Pathway:
    rows = Pathway.objects.as_user(request.user).with_names()
    pathway = get_object_or_404(rows, uid=uid)
    looked_at(request, [pathway.pupil_id])
    return pathway


def _act_on(
    request: Request, pupil: Pupil, form: Any, act: Callable[[Any], object], **words: str
) -> HttpResponse:
    caption = f"After Year 11: {pupil}"
    return fill_in(request, form, act, caption=caption, back=_url(pupil), **words)


@requires(Permission.POST16_VIEW)
def index(request: Request) -> HttpResponse:
    """List the pathway plans within reach."""
    form = PathwayFilter(request.GET)
    rows = Pathway.objects.as_user(request.user).with_names()
    page = page_of(request, rows.narrowed(form.waits_for, localdate()))
    looked_at(request, [row.pupil_id for row in page], act="list")
    may_work = request.user.can(Permission.POST16_WORK)
    context = {"title": "After Year 11", "page": page, "waits": WAITS, "may_work": may_work}
    return render(request, "reintegration/pathways.html", context)


@requires(Permission.POST16_VIEW)
def missing(request: Request) -> HttpResponse:
    """List who is placed in Years 10 and 11 and has no pathway plan."""
    page = page_of(request, pupils_without_pathway(request.user, localdate()))
    looked_at(request, [row.pk for row in page], act="list")
    context = {"title": "Pathway plans to open", "page": page}
    return render(request, "reintegration/pathways_missing.html", context)


@requires(Permission.POST16_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """Show the pathway plan of a pupil, with all its parts."""
    user = request.user
    pupil = get_object_or_404(Pupil.objects.as_user(user), uid=uid)
    looked_at(request, [pupil.pk])
    pathway = Pathway.objects.as_user(user).with_names().filter(pupil=pupil).first()
    return render(
        request,
        "reintegration/pathway.html",
        {
            **frame(pupil, user, "post-16"),
            "title": "After Year 11",
            "pathway": pathway,
            "applications": Application.objects.as_user(user).filter(pathway=pathway),
            "activities": Activity.objects.as_user(user).filter(pathway=pathway),
            "contacts": CoachContact.objects.as_user(user)
            .filter(pathway=pathway)
            .select_related("by"),
            "checks": DestinationCheck.objects.as_user(user).filter(pathway=pathway),
            "may_work": user.can(Permission.POST16_WORK),
            "today": localdate(),
        },
    )


@requires(Permission.POST16_WORK)
def change(request: Request, uid: str) -> HttpResponse:
    """Open the pathway plan of a pupil, or change what it says."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    pathway = Pathway.objects.as_user(request.user).filter(pupil=pupil).first()
    form = PathwayForm(request.POST or None, instance=pathway or Pathway(pupil=pupil))

    def act(form: Any) -> None:
        if pathway:
            actions.change_pathway(pathway, by=request.user, **form.cleaned_data)
        else:
            actions.open_pathway(form.instance, pupil=pupil, by=request.user)

    title = "Change the pathway plan" if pathway else "Open a pathway plan"
    return _act_on(request, pupil, form, act, title=title, done="The plan is saved.")


def _change_of(
    request: Request, uid: str, form: Any, *, title: str, done: str, lead: str = ""
) -> HttpResponse:
    pathway = _found(request, uid)
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.change_pathway(pathway, by=request.user, **form.cleaned_data),
        title=title,
        done=done,
        lead=lead,
    )


@requires(Permission.POST16_WORK)
def coach(request: Request, uid: str) -> HttpResponse:
    """Name the transition coach."""
    staff = request.user.colleagues_who(Permission.POST16_WORK)
    form = CoachForm(request.POST or None, staff=staff)
    done = "The coach is named."
    return _change_of(request, uid, form, title="Transition coach", done=done)


@requires(Permission.POST16_WORK)
def guarantee(request: Request, uid: str) -> HttpResponse:
    """Say how the September Guarantee stands."""
    return _change_of(
        request,
        uid,
        GuaranteeForm(request.POST or None),
        title="September Guarantee",
        done="It is saved how the September Guarantee stands.",
        lead="Everybody who finishes Year 11 is to have an offer of a suitable place by 30 September.",
    )


@requires(Permission.POST16_WORK)
def grades(request: Request, uid: str) -> HttpResponse:
    """Record the GCSE grades in English and maths."""
    pathway = _found(request, uid)
    return _act_on(
        request,
        pathway.pupil,
        GradesForm(request.POST or None, instance=pathway),
        lambda form: actions.change_pathway(pathway, by=request.user, **form.cleaned_data),
        title="GCSE English and maths",
        done="The grades are saved.",
        lead="Results come out in August. Record an ungraded result too: without it the figure "
        "cannot count this young person.",
    )


@requires(Permission.POST16_WORK)
def enrolled(request: Request, uid: str) -> HttpResponse:
    """Say where it began."""
    form = EnrolledForm(request.POST or None)
    done = "It is saved where it began."
    return _change_of(request, uid, form, title="Where it began", done=done)


@requires(Permission.POST16_WORK)
def contact(request: Request, uid: str) -> HttpResponse:
    """Write down a contact of the coach."""
    pathway = _found(request, uid)
    form = ContactForm(request.POST or None, instance=CoachContact())
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.log_contact(pathway, form.instance, by=request.user),
        title="Contact with the young person or the family",
        done="The contact is saved.",
    )


@requires(Permission.POST16_WORK)
def application(request: Request, uid: str, pk: int | None = None) -> HttpResponse:
    """Add an application, or say what became of one."""
    pathway = _found(request, uid)
    rows = Application.objects.as_user(request.user).filter(pathway=pathway)
    row = get_object_or_404(rows, pk=pk) if pk is not None else Application()
    form = ApplicationForm(request.POST or None, instance=row)
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.apply(pathway, form.instance, by=request.user),
        title="Application",
        done="The application is saved.",
    )


@requires(Permission.POST16_WORK)
def activity(request: Request, uid: str) -> HttpResponse:
    """Plan an activity."""
    pathway = _found(request, uid)
    form = ActivityForm(request.POST or None, instance=Activity())
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.plan_activity(pathway, form.instance, by=request.user),
        title="Plan an activity",
        done="The activity is saved.",
    )


@requires(Permission.POST16_WORK)
def session(request: Request) -> HttpResponse:
    """Log a session of the programme once for all whom it is for."""
    rows = Pathway.objects.as_user(request.user).in_the_programme(localdate())
    looked_at(request, [row.pupil_id for row in rows], act="list")
    form = SessionForm(request.POST or None, instance=Activity(), pathways=rows)
    return fill_in(
        request,
        form,
        lambda form: actions.log_session(
            form.instance,
            pathways=form.cleaned_data["about"],
            absent=form.cleaned_data["absent"],
            by=request.user,
        ),
        title="Log a session of the programme",
        done="The session is saved on the page of each young person.",
        back=reverse("reintegration:pathways"),
        lead="Work experience, employers, careers, skills: one session for several young people.",
    )


@requires(Permission.POST16_WORK)
def attended(request: Request, uid: str, pk: int) -> HttpResponse:
    """Say whether somebody came to an activity."""
    pathway = _found(request, uid)
    row = get_object_or_404(Activity.objects.as_user(request.user), pk=pk, pathway=pathway)
    known = "" if row.attended is None else "yes" if row.attended else "no"
    initial = {"attended": known, "outcome": row.outcome}
    form = AttendedForm(request.POST or None, initial=initial)
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.record_activity(row, by=request.user, **form.cleaned_data),
        title="Did they come?",
        done="It is saved whether they came.",
        lead=str(row),
    )


@requires(Permission.POST16_WORK)
def check(request: Request, uid: str, month: str) -> HttpResponse:
    """Say where the young person is now."""
    pathway = _found(request, uid)
    rows = DestinationCheck.objects.as_user(request.user)
    row = get_object_or_404(rows, pathway=pathway, month=month)
    form = DestinationForm(request.POST or None)
    return _act_on(
        request,
        pathway.pupil,
        form,
        lambda form: actions.answer_destination(row, by=request.user, **form.cleaned_data),
        title=f"Check in {row}",
        done="The answer is saved.",
    )


@open_to_all
def options(request: HttpRequest) -> HttpResponse:
    """Show young people what they can do after Year 11, and how each is entered."""
    return render(
        request, "reintegration/options.html", {"title": "After Year 11: what can I do?"}
    )
