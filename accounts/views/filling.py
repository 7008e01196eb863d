"""A page with one form: shown, filled in, done. Every app's pages of this kind come through here."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import Request
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors


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
