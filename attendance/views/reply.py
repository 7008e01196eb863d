"""The page of a notice: a parent answers one question. No account; the link is the credential."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import opened_by_link
from attendance import actions
from attendance.forms.absence import ReplyForm
from attendance.models import Answer
from attendance.models.absence import notice_of


@opened_by_link("absence-reply")
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Ask why a pupil, named by the first name only, is away. One answer, on the day itself.

    A link that is guessed, spent or of another day gets the same page and tells nothing. Opening
    it changes nothing: programs that read mail follow links, too.
    """
    notice = notice_of(token)
    form = ReplyForm(request.POST) if request.method == "POST" else None
    if notice is not None and form is not None and form.is_valid():
        said, words = form.cleaned_data["answer"], form.cleaned_data["words"]
        if actions.answer(token, said=said, words=words):
            return _page(request, {"title": "Thank you", "answer": Answer(said)})
        notice = None
    if notice is None:
        return _page(request, {"title": "This link does not work any more"}, status=404)
    context = {"title": "Please tell us about today", "notice": notice, "answers": Answer.choices}
    return _page(request, {**context, "form": form})


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    return render(request, "attendance/reply.html", context, status=status)
