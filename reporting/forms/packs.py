"""Packs for a board: which figures of which period, and what is said of each."""

from typing import Any, cast

from django import forms
from django.db import models
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import GdsForm, OnceForm, SeenForm, TextArea
from reporting.kpis import REGISTRY, Measure
from reporting.kpis.period import KEPT, YEARS_KEPT
from reporting.kpis.span import part_label, parts_offered
from reporting.models import BoardPack, PackFigure


class PackForm(SeenForm):
    """A title, a period, an introduction, and the figures."""

    submit_label = "Save the pack"

    year = forms.TypedChoiceField(
        label="Academic year", coerce=int, error_messages={"required": "Choose the academic year"}
    )
    coverage = forms.ChoiceField(
        label="Part of the year",
        choices=[(one.value, part_label(one.value)) for one in KEPT],
        help_text="Shorter parts are not offered: leadership could work small numbers out from "
        "them and the longer ones",
        error_messages={"required": "Choose the part of the year"},
    )
    words = TextArea(label="Introduction (optional)", required=False, max_length=4000)
    measures = forms.MultipleChoiceField(
        label="Figures",
        widget=forms.CheckboxSelectMultiple,
        help_text="They stand in the pack in the order of the page of figures",
        error_messages={"required": "Choose at least one figure"},
    )

    class Meta:
        model = BoardPack
        fields = ["title", "year", "coverage", "words"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer this year and those before it, and every measure."""
        now = academic_year(localdate())
        years = [(str(year), year_label(year)) for year in range(now, now - YEARS_KEPT, -1)]
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["year"]).choices = years
        offered = [(measure.slug, measure.title) for measure in self.offered()]
        cast("forms.ChoiceField", self.fields["measures"]).choices = offered

    @staticmethod
    def offered() -> list[Measure]:
        """Return the measures that a pack may hold."""
        return list(REGISTRY.values())

    def saved(self, row: models.Model) -> dict[str, Any]:
        """Return what the boxes show: the figures too."""
        figures = cast("BoardPack", row).figures.order_by("position", "pk")
        return {**super().saved(row), "measures": list(figures.values_list("measure", flat=True))}


class NewPackForm(OnceForm, PackForm):
    """A pack that is begun once, however often it is sent."""


class ProviderPackForm(PackForm):
    """A pack of a provider: a half term, or more of the year, and what can be kept to it."""

    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        None, empty_label="Choose a provider", error_messages={"required": "Choose the provider"}
    )
    coverage = forms.ChoiceField(
        label="Part of the year",
        choices=parts_offered,
        error_messages={"required": "Choose the part of the year"},
    )

    field_order = ("title", "provider", "year", "coverage", "words", "measures")

    class Meta(PackForm.Meta):
        fields = ["title", "provider", "year", "coverage", "words"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the open providers."""
        super().__init__(*args, **kwargs)
        providers = Organisation.objects.as_user(by).providers()
        cast("forms.ModelChoiceField", self.fields["provider"]).queryset = providers

    @staticmethod
    def offered() -> list[Measure]:
        """Return the measures whose units can be told apart by provider."""
        return [measure for measure in REGISTRY.values() if "provider" in measure.knows]


class NewProviderPackForm(OnceForm, ProviderPackForm):
    """A pack of a provider that is begun once, however often it is sent."""


class CommentForm(SeenForm):
    """What the board should know of a figure."""

    submit_label = "Save the comment"

    comment = TextArea(
        label="Comment",
        required=False,
        max_length=2000,
        help_text="What happened, why, and what is done about it. Name no child.",
    )

    class Meta:
        model = PackFigure
        fields = ["comment"]


class FreezeForm(GdsForm):
    """Nothing to fill in: the button is the whole question."""

    submit_label = "Freeze the pack"
