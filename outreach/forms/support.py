"""Forms of support: begun with a school, opened with a baseline, closed with an exit."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_SCHOOL, Permission
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    OnceForm,
    Radios,
    RowForm,
    SeenForm,
    TextArea,
    offer,
)
from outreach.models import Aspect, Cycle, Judgement, Support
from outreach.models.support import Focus, Kind, Status
from placements.models import Assessment

NOBODY = "nobody"


class SupportFilter(forms.Form):
    """What the list of support can be narrowed to. Its state is in the address."""

    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[
            ("", "Running"),
            ("late", "Past the planned last day"),
            ("review", "A cycle to review"),
            *Status.choices,
        ],
    )
    kind = forms.ChoiceField(
        label="For whom", required=False, choices=[("", "All"), *Kind.choices]
    )
    whose = forms.ChoiceField(label="Worker", required=False)
    school = forms.ChoiceField(label="School", required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer workers to those who work in several schools; to people of a school their own."""
        super().__init__(*args, **kwargs)
        schools = Organisation.objects.as_user(by).schools()
        if own := by.organisations_as(REACH_SCHOOL):
            schools = schools.filter(pk__in=own)
        self._offer("school", [], schools)
        if not by.can(Permission.OUTREACH_WORK):
            del self.fields["whose"]
            return
        people = by.colleagues_who(Permission.OUTREACH_WORK)
        self._offer("whose", [(NOBODY, "Nobody yet")], people)

    def _offer(self, name: str, before: list[tuple[str, str]], rows: QuerySet) -> None:
        choices = [("", "All"), *before, *((str(row.uid), row.name) for row in rows)]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def narrowing(self) -> dict[str, str]:
        """Return the filter; a value that is not offered filters nothing."""
        self.is_valid()
        return dict(self.cleaned_data)


class _SupportForm(RowForm):
    """What every support says: the aims, the worker, the days."""

    aims = TextArea(
        label="What it is to achieve",
        error_messages={"required": "Say what support is to achieve"},
    )
    worker = forms.ModelChoiceField(
        User.objects.none(),
        label="Outreach worker",
        empty_label="Choose a person",
        error_messages={"required": "Choose who works there"},
    )
    starts_on = DateField(label="First day")
    planned_last_day = DateField(label="Planned last day")

    class Meta:
        model = Support
        fields = ["aims", "worker", "starts_on", "planned_last_day"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the colleagues who do outreach."""
        super().__init__(*args, **kwargs)
        offer(self, "worker", by.colleagues_who(Permission.OUTREACH_WORK))
        if not self.instance.worker_id:
            self.initial["worker"] = by.pk


class ChangeForm(_SupportForm, SeenForm):
    """Who works, from when to when, and what is aimed at."""

    submit_label = "Save the changes"


class StartForm(_SupportForm, OnceForm):
    """Work with a whole school."""

    submit_label = "Begin the work"
    field_order = ["uid", "school", "focus", "aims", "worker", "starts_on", "planned_last_day"]

    school = forms.ModelChoiceField(
        Organisation.objects.none(), label="School", empty_label="Choose a school"
    )
    focus = Radios(
        label="What it is about",
        choices=Focus.choices,
        error_messages={"required": "Choose what it is about"},
    )

    class Meta(_SupportForm.Meta):
        fields = ["school", "focus", *_SupportForm.Meta.fields]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the schools."""
        super().__init__(*args, by=by, **kwargs)
        offer(self, "school", Organisation.objects.as_user(by).schools())
        self.initial.setdefault("starts_on", localdate())
        self.order_fields(self.field_order)


def _with_day(row: Any) -> str:
    return f"{row}, {row.held_on.day} {row.held_on:%B %Y}: {row.scores_words}"


def _ask_for_scores(form: forms.BaseForm, when: str, rows: QuerySet, words: str) -> None:
    """Add, for each aspect, the choice of an assessment and the reason where there is none."""
    known = list(rows)
    for aspect in Aspect:
        here = [row.pk for row in known if row.instrument.aspect == aspect]
        field = forms.ModelChoiceField(
            rows.filter(pk__in=here),
            label=f"{aspect.label}: {words}",
            required=False,
            empty_label="None",
        )
        field.label_from_instance = _with_day  # type: ignore[assignment,method-assign]
        form.fields[f"{aspect}_{when}"] = field
        form.fields[f"no_{aspect}_{when}"] = forms.CharField(
            label="If there is none, why not",
            max_length=300,
            required=False,
            help_text="It is counted, and the Board sees how often it happens.",
        )


def _demand_scores(form: forms.BaseForm, when: str) -> None:
    for aspect in Aspect:
        scores = form.cleaned_data.get(f"{aspect}_{when}")
        reason = form.cleaned_data.get(f"no_{aspect}_{when}")
        if not scores and not reason:
            form.add_error(f"{aspect}_{when}", "Choose an assessment, or say why there is none")
        if scores and reason:
            form.add_error(
                f"no_{aspect}_{when}",
                "An assessment is chosen: take the reason out, or choose None",
            )


class OpenForm(_SupportForm, SeenForm):
    """Support of a pupil, opened with a baseline."""

    submit_label = "Open the support"

    def __init__(self, *args: Any, assessments: QuerySet[Assessment], **kwargs: Any) -> None:
        """Ask for the baseline of each aspect."""
        super().__init__(*args, **kwargs)
        _ask_for_scores(self, "baseline", assessments, "baseline")

    def saved(self, row: Any) -> dict[str, Any]:
        """Return the scores and reasons too."""
        names = [f"{start}{aspect}_baseline" for aspect in Aspect.values for start in ("", "no_")]
        return super().saved(row) | forms.model_to_dict(row, names)

    def clean(self) -> dict[str, Any]:
        """Demand scores or a reason, and write them into the row."""
        cleaned = super().clean() or self.cleaned_data
        _demand_scores(self, "baseline")
        _write(self.instance, cleaned, "baseline")
        return cleaned


def _write(row: Support, cleaned: dict[str, Any], when: str) -> None:
    for aspect in Aspect.values:
        setattr(row, f"{aspect}_{when}", cleaned.get(f"{aspect}_{when}"))
        setattr(row, f"no_{aspect}_{when}", cleaned.get(f"no_{aspect}_{when}") or "")


class CloseForm(GdsForm):
    """The end of support: the last day, what came of it, and the exit of each aspect."""

    submit_label = "Close the support"

    ended_on = DateField(label="Last day", initial=localdate)
    end_words = TextArea(
        label="What came of it", error_messages={"required": "Say what came of it"}
    )

    def __init__(self, *args: Any, support: Support, assessments: QuerySet, **kwargs: Any) -> None:
        """Ask for the exit of each aspect, of a pupil."""
        super().__init__(*args, **kwargs)
        self.support = support
        if support.kind == Kind.PUPIL:
            _ask_for_scores(self, "exit", assessments, "exit")

    def clean(self) -> dict[str, Any]:
        """Demand scores or a reason, and write them into the row."""
        cleaned = super().clean() or self.cleaned_data
        if self.support.kind == Kind.PUPIL:
            _demand_scores(self, "exit")
            _write(self.support, cleaned, "exit")
        return cleaned


class CancelForm(GdsForm):
    """Why support is cancelled."""

    submit_label = "Cancel the support"

    end_words = TextArea(label="Why it is cancelled", max_length=2000)


class CycleForm(RowForm):
    """A round of assess, plan, do, review, begun."""

    submit_label = "Begin the cycle"

    assessed = TextArea(label="Assess: what is known", max_length=2000)
    planned = TextArea(label="Plan: what will be done, by whom", max_length=2000)
    review_on = DateField(label="Day of the review")

    class Meta:
        model = Cycle
        fields = ["assessed", "planned", "review_on"]


class CycleReviewForm(GdsForm):
    """How a round went."""

    submit_label = "Save the review"

    done = TextArea(label="Do: what was done", max_length=2000)
    judgement = Radios(
        label="Review: is it achieved?",
        choices=Judgement.choices,
        error_messages={"required": "Choose how it went"},
    )
    reviewed = TextArea(label="What was learned, and what comes next", max_length=2000)
