"""Which marks a lead wants to correct, and what they should say."""

from datetime import date
from typing import Any

from crispy_forms_gds.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_PROVIDER
from apsystem.lib.calendar import Session
from apsystem.lib.forms import GdsForm, address_day, offer
from attendance.forms.register import read_seen, words_of
from attendance.models import Code, Mark
from attendance.models.code import AFTERNOON
from attendance.models.mark import MarkQuerySet

MOST_SHOWN = 200
LONGEST_REASON = 300


class WhichForm(forms.Form):
    """The marks to choose from: of a provider, from a day to a day. It stands in the address."""

    provider = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="uid")
    first = address_day()
    last = address_day()
    session = forms.ChoiceField(
        choices=[("", "Both"), ("0", "Morning"), ("1", "Afternoon")], required=False
    )
    code = forms.CharField(label="Marked", max_length=2, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the providers within reach: a lead's own, or all of them."""
        super().__init__(*args, **kwargs)
        providers = Organisation.objects.as_user(by).providers()
        if own := by.organisations_as(REACH_PROVIDER):
            providers = providers.filter(pk__in=own)
        offer(self, "provider", providers)
        self.by = by
        for name, words in (("first", "From"), ("last", "To, the day included")):
            self.fields[name].label = words
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields["code"].widget = forms.Select(
            choices=[("", "Anything")]
            + [(code.pk, words_of(code)[:70]) for code in Code.objects.as_user(by)]
        )

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day. One day where only one is given."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        first = first or last or localdate()
        return first, max(first, last or first)

    def rows(self) -> MarkQuerySet:
        """Return the marks that fit. None before a provider is chosen."""
        rows = Mark.objects.as_user(self.by)
        if not self.is_valid():
            return rows.none()
        first, last = self.days
        rows = rows.filter(
            placement__provider=self.cleaned_data["provider"], date__gte=first, date__lte=last
        )
        if self.cleaned_data["session"]:
            rows = rows.filter(session=self.cleaned_data["session"])
        if self.cleaned_data["code"]:
            rows = rows.filter(code=self.cleaned_data["code"])
        rows = rows.select_related("pupil", "placement", "code").with_changes()
        return rows.order_by("date", "session", "pupil__surname", "pupil__forename", "pk")


class CorrectForm(GdsForm):
    """What the chosen marks should say, and the one reason that each amendment keeps."""

    submit_label = "Change the ticked marks"

    code = forms.ChoiceField(label="The right mark")
    reason = forms.CharField(
        label="Why are they changed?",
        max_length=LONGEST_REASON,
        help_text="Each mark keeps this reason, with your name, position and the moment.",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the codes; "present" is one choice for both sessions."""
        super().__init__(*args, **kwargs)
        codes = Code.objects.as_user(by).in_force(localdate()).usable_at(Session.AM)
        self.fields["code"].choices = [("", "Choose")] + [
            (code.pk, words_of(code)[:90]) for code in codes if code.pk != AFTERNOON
        ]

    @property
    def helper(self) -> FormHelper:
        """Draw the fields only: the marks stand in the same form."""
        helper = super().helper
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


def read_ticks(data: QueryDict) -> dict[int, int]:
    """Return the ticked marks, each with the version that the page showed."""
    found = {}
    for text in data.getlist("mark"):
        key, _, seen = text.partition(":")
        if read_seen(key):
            found[read_seen(key)] = read_seen(seen)
    return found
