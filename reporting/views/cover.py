"""A colleague covers: choose who and when, see what moves, then save."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import actions
from accounts.access import Request, requires
from accounts.forms import CoverForm
from accounts.models import Cover
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from reporting.cards import CARDS, Day


@requires(Permission.HOME_VIEW)
def arrange(request: Request) -> HttpResponse:
    """Choose a colleague, see what moves, and save."""
    form = CoverForm(request.POST or None, by=request.user)
    if form.is_valid() and "change" not in request.POST:
        save = actions.arrange_cover if "confirm" in request.POST else actions.check_cover
        try:
            save(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            if "confirm" in request.POST:
                messages.success(request, f"{form.instance.colleague} covers {_when(form)}.")
                return redirect("accounts:settings")
            return _check(request, form)
    back = reverse("accounts:settings")
    context = {"title": "Cover while somebody is away", "form": form, "back_url": back}
    return render(request, "form_page.html", context)


def _when(form: CoverForm) -> str:
    return f"for {form.instance.person} from {form.instance.period}"


def _check(request: Request, form: CoverForm) -> HttpResponse:
    return render(
        request,
        "reporting/cover.html",
        {
            "title": "Check the cover",
            "sent": [(name, value) for name, value in request.POST.items() if name in form.boxes],
            "cover": form.instance,
            "moves": _what_moves(request, form.instance),
            "back_url": reverse("accounts:settings"),
        },
    )


def _what_moves(request: Request, cover: Cover) -> list[tuple[str, int]]:
    """Return the cards whose rows belong to the person, each with how many there are today."""
    day = Day.of(request.user)
    owned = [card for card in CARDS if card.owner and request.user.can(card.permission)]
    return [(card.title, card.count_of(day, cover.person)) for card in owned]
