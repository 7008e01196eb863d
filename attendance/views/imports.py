"""Pages of imports: upload, columns, what would change, confirm, and the record of all."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.actions.exports import read_header
from attendance.forms.imports import ColumnsForm, ConfirmForm, UploadForm
from attendance.models import Import, MarkLayout
from attendance.models.imports import Status


@requires(Permission.MARK_IMPORT)
def index(request: Request) -> HttpResponse:
    """List the imports within reach, newest first; with `waiting`, the own unconfirmed ones."""
    rows = Import.objects.as_user(request.user)
    is_waiting = request.GET.get("show") == "waiting"
    if is_waiting:
        rows = rows.waiting().begun_by(request.user)
    page = page_of(request, rows.with_names())
    can_make_keys = request.user.can(Permission.KEY_CHANGE)
    context = {"title": "Imports of marks", "page": page, "is_waiting": is_waiting,
               "can_make_keys": can_make_keys}  # fmt: skip
    return render(request, "attendance/imports.html", context)


@requires(Permission.MARK_IMPORT)
def upload(request: Request) -> HttpResponse:
    """Take a file. Nothing is imported by that."""
    form = UploadForm(request.POST or None, request.FILES or None, by=request.user)
    if form.is_valid():
        try:
            row = actions.upload(form.place, form.cleaned_data["file"], by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("attendance:import", row.uid)
    return render(
        request,
        "form_page.html",
        {
            "title": "Import marks",
            "caption": form.only_place,
            "lead": "First you see what would change. Nothing is imported before you confirm.",
            "form": form,
            "back_url": reverse("attendance:imports"),
        },
    )


def _found(request: Request, uid: str) -> Import:
    return get_object_or_404(Import.objects.as_user(request.user).with_names(), uid=uid)


def _waiting(request: Request, uid: str) -> Import:
    row = _found(request, uid)
    if row.status != Status.WAITING:
        raise Http404
    return row


@requires(Permission.MARK_IMPORT)
def columns(request: Request, uid: str) -> HttpResponse:
    """Say what the columns hold. It is kept for the provider's next file."""
    row = _waiting(request, uid)
    header = read_header(bytes(row.file.content))
    layouts = MarkLayout.objects.as_user(request.user).filter(provider=row.provider)
    kept = layouts.first()
    known = row.file.mapping or (kept.mapping if kept else {})
    form = ColumnsForm(request.POST or None, header=header, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_columns(row, form.cleaned_data, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("attendance:import", row.uid)
    return render(
        request,
        "attendance/import_columns.html",
        {
            "title": "What do the columns hold?",
            "caption": row.provider,
            "row": row,
            "header": header,
            "form": form,
            "back_url": reverse("attendance:imports"),
        },
    )


@requires(Permission.MARK_IMPORT)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show what a file would change, and import it; or the record of what it changed."""
    row = _found(request, uid)
    if row.status != Status.WAITING:
        context = {"title": "Import of marks", "row": row}
        return render(request, "attendance/import_done.html", context)
    if not row.file.mapping:
        return redirect("attendance:import-columns", row.uid)
    overtaken = False
    if request.method == "POST":
        overtaken, done = _confirm(request, row)
        if done:
            return done
    plan = actions.look_at(row, by=request.user)
    looked_at(request, [one.pupil_id for one in plan.differences], act="list")
    form = ConfirmForm(
        request.POST if request.method == "POST" and not overtaken else None,
        asks_why=bool(plan.changed),
        initial={"seen": plan.fingerprint, "reason": request.POST.get("reason", "")},
    )
    return render(
        request,
        "attendance/import_check.html",
        {
            "title": "Check before you import",
            "caption": row.provider,
            "row": row,
            "plan": plan,
            "form": form,
            "overtaken": overtaken,
            "before": Import.objects.as_user(request.user).same_file_as(row),
            "back_url": reverse("attendance:imports"),
        },
    )


def _confirm(request: Request, row: Import) -> tuple[bool, HttpResponse | None]:
    """Import, and say so. Tell whether marks have changed since the person looked."""
    seen, reason = (request.POST.get(name, "") for name in ("seen", "reason"))
    try:
        done = actions.confirm(row, seen=seen, reason=reason.replace("\0", ""), by=request.user)
    except actions.Overtaken:
        return True, None
    except ValidationError:
        row.refresh_from_db()
        return False, None if row.status == Status.WAITING else redirect(request.path)
    said = f"{done.new:,} marks are new, {done.changed:,} are changed."
    messages.success(request, f"The file is imported. {said}")
    return False, redirect(request.path)


@requires(Permission.MARK_IMPORT)
@require_POST
def give_up(request: Request, uid: str) -> HttpResponse:
    """Delete an uploaded file without importing it."""
    row = _waiting(request, uid)
    actions.give_up(row, by=request.user)
    messages.success(request, "The file is deleted. Nothing was imported from it.")
    return redirect("attendance:imports")
