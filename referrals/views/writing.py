"""Writing a referral in pieces: a task list whose answers save themselves."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_SCHOOL, Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.gds import moment
from apsystem.lib.pages import attachment
from referrals import actions
from referrals.forms import (
    NEEDED,
    SECTIONS,
    AnswersForm,
    ChoosePupilForm,
    DocumentForm,
    HandOverForm,
    section_of,
)
from referrals.models import ANSWERS, OPEN, Attachment, Referral, SharingBasis, Status

KEPT = (
    "What is saved stands below. Your text is kept in the boxes: save again to replace what is "
    "saved."
)


def find(request: Request, uid: str) -> Referral:
    """Return a referral within reach, and write down the look. 404 where there is none."""
    rows = (
        Referral.objects.as_user(request.user).with_names().select_related("held_by", "provider")
    )
    referral = get_object_or_404(rows, uid=uid)
    looked_at(request, [referral.pupil_id])
    return referral


def _draft(request: Request, uid: str) -> Referral:
    referral = find(request, uid)
    if referral.status != Status.DRAFT:
        raise Http404
    return referral


@requires(Permission.REFERRAL_MAKE)
def choose(request: Request) -> HttpResponse:
    """Choose the pupil, and begin; where a referral is open already, go on with that one."""
    form = ChoosePupilForm(request.POST or None, user=request.user)
    offered = list(form.pupils.values_list("pk", flat=True))
    looked_at(request, offered, act="list")
    if form.is_valid():
        pupil = form.cleaned_data["pupil"]
        opened = Referral.objects.as_user(request.user).filter(pupil=pupil, status__in=OPEN)
        if referral := opened.first():
            messages.warning(request, "This pupil has an open referral already: here it is.")
            return redirect(referral)
        schools = Organisation.objects.as_user(request.user)
        blank = Referral(
            uid=form.cleaned_data["uid"] or uuid.uuid4(),
            pupil=pupil,
            school=schools.get(pk=request.user.organisations_as(REACH_SCHOOL)[0]),
            made_by=request.user,
        )
        try:
            return redirect(actions.make(blank, by=request.user))
        except ValidationError as error:
            take_errors(form, error)
    return render(
        request,
        "referrals/choose.html",
        {"title": "Refer a pupil", "form": form, "has_pupils": bool(offered)},
    )


def tasks_of(referral: Referral) -> list[dict[str, Any]]:
    """Return the parts of the task list, each with where it stands in words."""
    missing = set(referral.missing)
    tasks = []
    for key, (title, names) in SECTIONS.items():
        needed, given = set(names) & set(NEEDED), any(getattr(referral, name) for name in names)
        if needed & missing:
            status = "Incomplete" if given else "Not started"
        else:
            status = (
                "Optional"
                if set(names) <= missing | {"consent_from", "consent_on"}
                else "Completed"
            )
        tasks.append({"key": key, "title": title, "status": status})
    return tasks


@requires(Permission.REFERRAL_MAKE)
def section(request: Request, uid: str, part: str) -> HttpResponse:
    """Answer one part. Saves by itself with scripts, by the button without."""
    if part not in SECTIONS:
        raise Http404
    referral = _draft(request, uid)
    title, names = SECTIONS[part]
    form = AnswersForm(request.POST or None, referral=referral, names=names)
    form.submit_label = "Save and go back"
    is_quiet = request.headers.get("X-Autosave") == "1"
    theirs: list[tuple[str, str]] = []
    if form.is_valid() or (is_quiet and form.is_bound):
        try:
            saved = actions.change(
                referral,
                by=request.user,
                revision=form.cleaned_data.get("revision"),
                **form.answers(referral),
            )
        except actions.Stale as error:
            theirs = saved_by_others(form, error)
        except (ValidationError, WrongStatus) as error:
            form.add_error(None, str(error))
        else:
            told = {"revision": saved.revision, "saved": moment(timezone.now())}
            told |= {"refused": form.refused}
            return JsonResponse(told) if is_quiet else redirect(referral)
    if is_quiet:
        return JsonResponse({"problems": form.non_field_errors()}, status=HTTPStatus.CONFLICT)
    context = {"title": title, "referral": referral, "form": form, "theirs": theirs}
    return render(request, "referrals/section.html", context)


def saved_by_others(form: AnswersForm, error: actions.Stale) -> list[tuple[str, str]]:
    """Keep what was typed with the sentence, and return what is saved now, to stand beside it."""
    form.keep_beside(error.fresh.revision, f"{error} {KEPT}")
    return [(ANSWERS[name], actions.shown(error.fresh, name)) for name in form.names]


@requires(Permission.REFERRAL_MAKE)
def documents(request: Request, uid: str) -> HttpResponse:
    """Attach documents, and see what is attached."""
    referral = find(request, uid)
    if referral.status not in OPEN:
        raise Http404
    form = DocumentForm(request.POST or None, request.FILES or None)
    attached = 0
    for file in form.cleaned_data["file"] if form.is_valid() else []:
        try:
            actions.attach(referral, file, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            attached += 1
    if attached:
        messages.success(
            request,
            "The document is attached."
            if attached == 1
            else f"{attached} documents are attached.",
        )
        if form.is_valid():
            return redirect("referrals:documents", uid)
    context = {"title": "Documents", "referral": referral, "form": form}
    rows = _attached(referral).select_related("document__added_by")
    return render(request, "referrals/documents.html", context | {"attachments": rows})


def kept(referral: Referral) -> list[Attachment]:
    """Return the documents that are attached."""
    return list(_attached(referral))


def _attached(referral: Referral) -> QuerySet[Attachment]:
    return referral.attachments.filter(document__removed_at=None).select_related("document")


def _attachment(request: Request, uid: str) -> Attachment:
    rows = Attachment.objects.as_user(request.user).filter(document__removed_at=None)
    attachment = get_object_or_404(rows.select_related("document", "referral"), uid=uid)
    looked_at(request, [attachment.referral.pupil_id], act="file")
    return attachment


@requires(Permission.REFERRAL_VIEW)
def document(request: Request, uid: str) -> HttpResponse:
    """Hand out a document as an attachment that no browser runs."""
    found = _attachment(request, uid).document
    try:
        with found.file.open("rb") as file:
            return attachment(file.read(), found.media_type, found.name)
    except FileNotFoundError as error:
        raise Http404 from error


@requires(Permission.REFERRAL_MAKE)
@require_POST
def detach(request: Request, uid: str) -> HttpResponse:
    """Take a document out of a draft."""
    attachment = _attachment(request, uid)
    try:
        actions.detach(attachment, by=request.user)
    except WrongStatus as error:
        messages.error(request, str(error))
    return redirect("referrals:documents", attachment.referral.uid)


@requires(Permission.REFERRAL_MAKE)
def hand_over(request: Request, uid: str) -> HttpResponse:
    """Hand a referral over to a colleague."""
    referral = find(request, uid)
    if referral.status not in OPEN:
        raise Http404
    colleagues = request.user.colleagues_who(Permission.REFERRAL_MAKE)
    colleagues = colleagues.exclude(pk=referral.holder.pk)
    form = HandOverForm(request.POST or None, colleagues=colleagues)
    if form.is_valid():
        colleague = form.cleaned_data["colleague"]
        actions.hand_over(referral, to=colleague, by=request.user)
        messages.success(request, f"{colleague} has the referral now, and is told by e-mail.")
        return redirect(referral)
    return render(request, "form_page.html", {"title": "Hand over", "form": form,
        "lead": f"{referral.holder} has this referral now."})  # fmt: skip


@requires(Permission.REFERRAL_MAKE)
def check(request: Request, uid: str) -> HttpResponse:
    """Check the answers, and send them to the SEND team."""
    referral = find(request, uid)
    if referral.status != Status.DRAFT:
        return redirect("referrals:receipt", uid)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            actions.submit(referral, by=request.user)
        except WrongStatus:
            return redirect("referrals:receipt", uid)  # sent twice, or sent by a colleague
        except ValidationError as error:
            referral.refresh_from_db()
            problems = _problems(referral, error)
        else:
            return redirect("referrals:receipt", uid)
    heading = "Check the answers"
    title = f"Error: {heading}" if problems else heading
    context = {"title": title, "heading": heading, "referral": referral, "problems": problems}
    return render(
        request,
        "referrals/check.html",
        context
        | {
            "tasks": tasks_of(referral),
            "attachments": kept(referral),
            "answers": answers_of(referral),
        },
    )


def answers_of(referral: Referral) -> list[dict[str, Any]]:
    """Return the answers as a person reads them, each with the part that asks for it."""
    return [
        {
            "label": label,
            "words": actions.shown(referral, name),
            "is_not_known": name in referral.not_known and not getattr(referral, name),
            "part": section_of(name),
            "name": name,
        }
        for name, label in ANSWERS.items()
        if getattr(referral, name) or name not in {"event_on", "consent_from", "consent_on"}
    ]


def _problems(referral: Referral, error: ValidationError) -> list[tuple[str, str]]:
    """Return what keeps a referral from being sent, each with the part where to mend it."""
    found = [
        (section_of(name), words) for name, words in NEEDED.items() if name in referral.missing
    ]
    if found:
        return found
    is_whole = referral.basis != SharingBasis.CONSENT or (
        referral.consent_from and referral.consent_on
    )
    return [("why" if is_whole else "sharing", words) for words in error.messages]


@requires(Permission.REFERRAL_VIEW)
def receipt(request: Request, uid: str) -> HttpResponse:
    """Show the receipt: the reference, what happens next, and by when. It stays the same page."""
    referral = find(request, uid)
    if referral.submitted_at is None:
        raise Http404
    return render(
        request, "referrals/receipt.html", {"title": "Referral sent", "referral": referral}
    )
