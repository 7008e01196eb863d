"""Pages of changes of an objective: somebody proposes one, and the council answers."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from placements import actions
from placements.forms import AnswerChangeForm, ChangeObjectiveForm
from placements.models import Objective, ObjectiveChange
from placements.views.running import act_on


@requires(Permission.PLACEMENT_REVIEW)
def propose(request: Request, pk: int) -> HttpResponse:
    """Propose other words for an objective."""
    rows = Objective.objects.as_user(request.user)
    rows = rows.select_related("placement__pupil", "placement__provider")
    objective = get_object_or_404(rows, pk=pk)
    looked_at(request, [objective.placement.pupil_id])
    return act_on(
        request,
        objective.placement,
        ChangeObjectiveForm(
            request.POST or None,
            initial={"words": objective.words, "measure": objective.measure},
        ),
        lambda _, form: actions.propose_change(objective, by=request.user, **form.cleaned_data),
        heading="Propose a change of an objective",
        done="The change is proposed. What is agreed holds until the council answers.",
    )


@requires(Permission.PLACEMENT_OPEN)
def answer(request: Request, pk: int) -> HttpResponse:
    """Answer a proposed change for the council."""
    rows = ObjectiveChange.objects.as_user(request.user).told()
    rows = rows.select_related("objective__placement__pupil", "objective__placement__provider")
    change = get_object_or_404(rows, pk=pk)
    placement = change.objective.placement
    looked_at(request, [placement.pupil_id])
    return act_on(
        request,
        placement,
        AnswerChangeForm(request.POST or None),
        lambda _, form: actions.answer_change(
            change,
            is_agreed=form.cleaned_data["decision"] == "yes",
            answer=form.cleaned_data["answer"],
            by=request.user,
        ),
        heading="Answer a change of an objective",
        done="The answer is saved, and the provider is told.",
        template="placements/objective_answer.html",
        change=change,
    )
