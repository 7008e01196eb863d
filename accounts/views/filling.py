"""Pages with one form: shown, filled in, done; or a file, checked and taken in. For every app."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import Request
from accounts.workflow import WrongStatus
from apsystem.lib.forms import CHECK, FileForm, take_errors
from apsystem.lib.tables import ImportRefused


def fill_in(
    request: Request,
    form: Any,
    act: Callable[[Any], object],
    *,
    title: str,
    done: str,
    back: str,
    to: str = "",
    template: str = "form_page.html",
    **context: Any,
) -> HttpResponse:
    """Show a form, do with it what `act` does, and go to a page: back, unless `to` names another.

    What the action refuses stands beside its field, and nothing that was typed is lost.
    """
    if form.is_valid():
        try:
            act(form)
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(to or back)
    return render(request, template, {"title": title, "form": form, "back_url": back, **context})


def take_in(
    request: Request,
    act: Callable[..., object],
    *,
    title: str,
    back: str,
    template: str,
    **context: Any,
) -> HttpResponse:
    """Show a page that takes in a file: only say what would change, or save all of it.

    `act` takes the bytes, `by` and `dry_run`. Why it refuses a file stands on the page, row by row.
    """
    form = FileForm(request.POST or None, request.FILES or None)
    result: object = None
    errors, is_check = [], True
    if form.is_valid():
        is_check = form.cleaned_data["do"] == CHECK
        try:
            result = act(form.cleaned_data["file"].read(), by=request.user, dry_run=is_check)
        except ImportRefused as error:
            errors = error.errors
            form.add_error("file", "The file was not taken in. What is wrong stands below")
    shown = {"title": title, "form": form, "back_url": back, "result": result, "errors": errors}
    return render(request, template, {**shown, "is_check": is_check, **context})
