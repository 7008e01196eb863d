"""Letters about a child: the list, the draft, the checks, the PDF, and the way out."""

import logging
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.gds import day
from apsystem.lib.pages import attachment, page_of
from pupils import actions, letters
from pupils.forms.letter import IssueForm, LetterFilterForm, LetterForm
from pupils.letters.kinds import Shape
from pupils.models import Letter, Pupil
from pupils.models.letter import Altered, Status
from pupils.story import frame

logger = logging.getLogger(__name__)
KEPT = "What you typed is kept in the boxes: save again to replace what is saved."


def _found(request: Request, uid: str, *, act: str = "view") -> Letter:
    rows = Letter.objects.as_user(request.user).with_names()
    letter = get_object_or_404(rows.select_related("contact", "organisation"), uid=uid)
    looked_at(request, [letter.pupil_id], act=act)
    return letter


@requires(Permission.LETTER_VIEW)
def index(request: Request) -> HttpResponse:
    """List the letters within reach, the newest first."""
    form = LetterFilterForm(request.GET)
    status = form.cleaned_data["status"] if form.is_valid() else ""
    rows = Letter.objects.as_user(request.user).with_names().narrowed(status)
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    context = {"title": "Letters", "page": page, "form": form}
    return render(request, "pupils/letter_list.html", context)


@requires(Permission.LETTER_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """List the letters about one child."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    page = page_of(request, Letter.objects.as_user(request.user).with_names().filter(pupil=pupil))
    context = {**frame(pupil, request.user, "letters"), "title": "Letters", "page": page}
    return render(request, "pupils/letters_of_pupil.html", context)


@requires(Permission.LETTER_WRITE)
def draft(request: Request, kind: str, case: uuid.UUID) -> HttpResponse:
    """Write a letter about a referral or a placement."""
    found = letters.kind_of(kind)
    about = letters.case_of(found.about, case, request.user) if found else None
    if found is None or about is None:
        raise Http404
    looked_at(request, [about.pupil.pk])
    form = LetterForm(request.POST or None, kind=found, case=about, by=request.user)
    if form.is_valid():
        blank = Letter(**form.changes)
        blank.uid = form.cleaned_data["uid"] or blank.uid
        try:
            letter = actions.draft_letter(blank, kind=found, case=about, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(letter)
    context = {"title": found.title, "caption": about.pupil, "form": form, "back_url": about.url}
    return render(request, "form_page.html", context)


@requires(Permission.LETTER_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a letter: where it stands, the checks, and what may be done with it."""
    letter, user = _found(request, uid), request.user
    problem, checks = "", []
    if letter.is_open:
        try:
            checks = actions.checks(letter, by=user)
        except ValidationError as error:
            problem = " ".join(error.messages)
    kind = letters.kind_of(letter.kind)
    case = letters.case_of(letter.about, letter.case, user)
    return render(
        request,
        "pupils/letter.html",
        {
            "title": letter.title,
            "letter": letter,
            "case": case,
            "asks": [
                (ask.label, _shown(letter, ask))
                for ask in kind.asks
                if letter.answers.get(ask.name)
            ]
            if kind
            else [],
            "checks": checks,
            "problem": problem,
            "is_stopped": bool(problem) or any(check.stops for check in checks),
            "moves": letter.moves_open_to(user),
            "may_approve": letter.may_be_approved_by(user),
            "may_change": letter.status == Status.DRAFT and user.can(Permission.LETTER_WRITE),
        },
    )


def _shown(letter: Letter, ask: letters.Ask) -> str:
    """Return an answer as the page shows it: a day as a day, a choice in its words."""
    given = letter.answers[ask.name]
    return (
        day(letters.day_of(given))
        if ask.shape == Shape.DATE
        else dict(ask.choices).get(given, given)
    )


@requires(Permission.LETTER_WRITE)
def change(request: Request, uid: str) -> HttpResponse:
    """Change a draft. What was typed is kept, whoever saved in between."""
    letter = _found(request, uid)
    try:
        kind, case = actions.kind_and_case(letter, by=request.user)
    except ValidationError as error:
        raise Http404 from error
    form = LetterForm(request.POST or None, kind=kind, case=case, by=request.user, letter=letter)
    if form.is_valid():
        try:
            actions.change_letter(
                letter,
                by=request.user,
                revision=form.cleaned_data["revision"],
                **form.changes,
            )
        except actions.StaleLetter as error:
            form.keep_beside(error.fresh.revision, f"{error} {KEPT}")
        except WrongStatus as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The letter is saved, with the facts as they are today.")
            return redirect(letter)
    context = {
        "title": f"Change: {letter.title}",
        "caption": letter.pupil,
        "form": form,
        "back_url": letter.get_absolute_url(),
    }
    return render(request, "form_page.html", context)


@requires(Permission.LETTER_VIEW)
def pdf(request: Request, uid: str) -> HttpResponse:
    """Hand out the letter as it went out, or as it would look, as an attachment."""
    letter = _found(request, uid, act="file")
    try:
        content = letter.read_file() if letter.status == Status.ISSUED else actions.preview(letter)
    except Altered:
        logger.critical("The file of letter %s is gone or altered.", letter.reference)
        return render(request, "pupils/letter_altered.html", {"letter": letter}, status=503)
    except (letters.Unprintable, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect(letter)
    name = letter.reference if letter.status == Status.ISSUED else f"{letter.reference} draft"
    return attachment(content, "application/pdf", f"{name}.pdf")


def _act(request: Request, letter: Letter, act: Callable[[], object], done: str) -> HttpResponse:
    """Do one thing with a letter, say how it went, and return to its page."""
    try:
        act()
    except (WrongStatus, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, done)
    return redirect(letter)


@requires(Permission.LETTER_APPROVE)
@require_POST
def approve(request: Request, uid: str) -> HttpResponse:
    """Approve a draft."""
    letter = _found(request, uid)
    return _act(
        request,
        letter,
        lambda: actions.approve_letter(letter, by=request.user),
        f"Letter {letter.reference} is approved. Issue it when it is to go out.",
    )


@requires(Permission.LETTER_WRITE)
@require_POST
def revise(request: Request, uid: str) -> HttpResponse:
    """Make an approved letter a draft again."""
    letter = _found(request, uid)
    return _act(
        request,
        letter,
        lambda: actions.revise_letter(letter, by=request.user),
        f"Letter {letter.reference} is a draft again, to be approved anew.",
    )


@requires(Permission.LETTER_WRITE)
def withdraw(request: Request, uid: str) -> HttpResponse:
    """Ask, and put a letter aside."""
    letter = _found(request, uid)
    if request.method == "POST":
        return _act(
            request,
            letter,
            lambda: actions.withdraw_letter(letter, by=request.user),
            f"Letter {letter.reference} is withdrawn.",
        )
    context = {
        "title": f"Withdraw letter {letter.reference}?",
        "caption": letter.pupil,
        "body": "It will not go out. It stays in the list, and cannot be taken up again.",
        "action": "Withdraw the letter",
        "back_url": letter.get_absolute_url(),
    }
    return render(request, "confirm_page.html", context)


@requires(Permission.LETTER_WRITE)
def issue(request: Request, uid: str) -> HttpResponse:
    """Look at how and when the letter is given, and issue it for good."""
    letter = _found(request, uid)
    initial = {"channel": letter.channel, "given_on": actions.may_be_given_today(letter)}
    form = IssueForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.issue_letter(letter, by=request.user, **form.cleaned_data)
        except WrongStatus as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(
                request, f"Letter {letter.reference} is issued. It is kept and cannot be changed."
            )
            return redirect(letter)
    context = {
        "title": "Issue the letter",
        "caption": f"{letter.title}, to {letter.to_name}",
        "lead": "An issued letter cannot be changed or taken back.",
        "form": form,
        "back_url": letter.get_absolute_url(),
    }
    return render(request, "form_page.html", context)
