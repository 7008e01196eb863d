"""The page behind the link: the receiving school reads a version and answers, without an account."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at_by_link, opened_by_link
from apsystem.lib.forms import take_errors
from reintegration import actions
from reintegration.forms.plans import SignForm
from reintegration.models.version import opened_by


@opened_by_link("plan-version")
def version(request: Request, token: str) -> HttpResponse:
    """Show the version that a link opens, and take the school's answer. The token is the credential.

    A token that is wrong, over, or of an earlier version is the same 404.
    """
    found = opened_by(token, localdate())
    if found is None:
        raise Http404
    looked_at_by_link(request, [found.plan.pupil_id])
    form = SignForm(request.POST or None)
    if form.is_valid():
        answer = {name: form.cleaned_data[name] for name in ("name", "position")}
        try:
            actions.sign(found, refused_because=form.cleaned_data["refused_because"], **answer)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reintegration:version", token)
    return render(
        request,
        "reintegration/version.html",
        {"title": "Reintegration plan", "version": found, "plan": found.content, "form": form},
    )
