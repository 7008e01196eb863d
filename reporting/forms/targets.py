"""Targets of figures: what is set, and what a review says."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from apsystem.lib.forms import DateField, GdsForm, RowForm, TextArea, offer
from reporting.models import Target

YEARS_BACK, YEARS_AHEAD = 1, 2


def years_offered() -> list[int]:
    """Return the academic years for which targets are set and shown."""
    now = academic_year(localdate())
    return list(range(now + YEARS_AHEAD, now - YEARS_BACK - 1, -1))


def _number(label: str, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=6, decimal_places=1, **kwargs)


class TargetForm(RowForm):
    """What a figure is to become, from where, by when, and who answers for it."""

    submit_label = "Set the target"

    year = forms.TypedChoiceField(
        label="Academic year", coerce=int, error_messages={"required": "Choose the academic year"}
    )
    baseline = _number("Where it stands now", required=False)
    baseline_words = forms.CharField(
        label="Where that number is from, or why there is none",
        required=False,
        max_length=200,
        help_text="For example: this service, autumn and spring terms 2025/26. Or: not counted "
        "until now",
    )
    value = _number("Target")
    due_on = DateField(label="To be met by")
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Who answers for it",
        empty_label="Choose a person",
        error_messages={"required": "Choose who answers for it"},
    )
    words = TextArea(label="What is to be done to meet it", max_length=2000)
    because = TextArea(
        label="Why this number",
        max_length=1000,
        help_text="Where a target was set before: why it changes. The one before stays on the page",
    )

    class Meta:
        model = Target
        fields = ["year", "baseline", "baseline_words", "value", "due_on", "owner", "words",
                  "because"]  # fmt: skip

    def __init__(self, *args: Any, by: User, year: int, **kwargs: Any) -> None:
        """Propose the year that was looked at, and its last day."""
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(one), year_label(one)) for one in years_offered()]
        offer(self, "owner", by.colleagues_who(Permission.FIGURES_VIEW))
        self.initial["year"] = year
        self.initial.setdefault("due_on", last_day_of(year))
        self.initial.setdefault("owner", by.pk)


def last_day_of(year: int) -> date:
    """Return 31 August at the end of an academic year."""
    return year_bounds(year)[1] - timedelta(days=1)


class TargetReviewForm(GdsForm):
    """How a target stands, and whether it is still right."""

    submit_label = "Save the review"

    on = DateField(label="Reviewed on", initial=localdate)
    words = TextArea(
        label="How it stands, and what follows",
        max_length=2000,
        error_messages={"required": "Say how it stands, and what follows"},
    )
