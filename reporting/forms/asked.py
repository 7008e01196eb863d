"""What the chronology of a child is narrowed to, and what statistics are asked for."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_label
from pupils.models.codes import CareKind, SenProvision, Sex
from pupils.story import KINDS, Count, Cursor
from referrals.models import Tier
from reporting.kpis.span import WHOLE_YEAR, Span, parts_offered
from reporting.kpis.statistics import VIEW_LABELS

LOOKED = "looked"
BY_HALF_TERM, BY_WEEK = "half-term", "week"
TRENDS = [(BY_HALF_TERM, "Half term"), (BY_WEEK, "Week")]
DIMENSION_LABELS = {
    "provider": "Providers",
    "school": "Home schools",
    "tier": "Tiers",
    "year_group": "Year groups",
    "sex": "Sex",
    "sen": "Special educational needs",
    "meals": "Free school meals",
    "care": "Social care",
}
MEALS = [("yes", "Eligible"), ("no", "Not eligible")]
# A group of one child tells what the page of the child does not.
KNOWN_TO = {
    "meals": Permission.PUPIL_IDENTIFY,
    "ethnicity": Permission.PUPIL_IDENTIFY,
    "care": Permission.CARE_VIEW,
}
NO_CARE = "none"
CARE = [*CareKind.choices, (NO_CARE, "Not known to social care")]


class ChronologyForm(forms.Form):
    """One kind of entry, what is new since the last look, and where the page begins."""

    kind = forms.ChoiceField(required=False, label="Show")
    since = forms.ChoiceField(
        choices=[("", "At any time"), (LOOKED, "Since I last looked")],
        required=False,
        label="Recorded",
    )
    after = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, counts: dict[str, Count], **kwargs: Any) -> None:
        """Offer the kinds of which there is something, each with its number."""
        super().__init__(*args, **kwargs)
        kinds = sorted(KINDS.values(), key=lambda kind: (kind.place, kind.slug))
        shown = [(kind, counts.get(kind.slug, Count()).all) for kind in kinds]
        self.all = sum((counts.get(kind.slug, Count()) for kind in kinds), Count())
        cast("forms.ChoiceField", self.fields["kind"]).choices = [
            ("", f"Everything ({self.all.all:,})"),
            *((kind.slug, f"{kind.label} ({count:,})") for kind, count in shown if count),
        ]

    @property
    def chosen(self) -> str:
        """Return the kind to show; what is not offered shows everything."""
        return self._value("kind")

    @property
    def is_since_look(self) -> bool:
        """Tell whether only what is new is asked for."""
        return self._value("since") == LOOKED

    @property
    def cursor(self) -> Cursor | None:
        """Return where the page begins."""
        return Cursor.read(self._value("after"))

    def _value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    @property
    def is_narrowed(self) -> bool:
        """Tell whether the address asks for less than everything."""
        return bool(self.chosen or self.is_since_look or self.cursor)


Box = tuple[str, str, list[tuple[str, str]], str]


class SpanForm(forms.Form):
    """Which part of which academic year, and how its course is drawn. State in the address."""

    year = forms.TypedChoiceField(coerce=int, required=False, label="Academic year")
    part = forms.ChoiceField(choices=parts_offered, required=False, label="Part of the year")
    trend = forms.ChoiceField(choices=TRENDS, required=False, label="Course by")

    BOXES: tuple[str, ...] = ("year", "part", "trend")

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        """Offer these academic years, the first where none is chosen."""
        super().__init__(*args, **kwargs)
        self.years = years
        labels = [(year, year_label(year)) for year in years]
        cast("forms.TypedChoiceField", self.fields["year"]).choices = labels

    def chosen(self, name: str, default: Any) -> Any:
        """Return what was chosen; what is not offered is the default."""
        self.is_valid()
        value = self.cleaned_data.get(name)
        return default if value in (None, "") else value

    def span(self, as_of: date) -> Span:
        """Return the days that are asked for. One query."""
        return Span.of(self.chosen("year", self.years[0]), self.chosen("part", WHOLE_YEAR), as_of)

    @property
    def is_by_week(self) -> bool:
        """Tell whether the course is drawn week by week."""
        return bool(self.chosen("trend", BY_HALF_TERM) == BY_WEEK)

    @property
    def boxes(self) -> list[Box]:
        """Return the boxes that stand open on the page."""
        return [self.box(name) for name in self.BOXES]

    def box(self, name: str, *, nothing: str = "") -> Box:
        """Return name, label, choices and choice of a box, as the page draws it."""
        field = cast("forms.ChoiceField", self.fields[name])
        choices = [(str(value), str(label)) for value, label in cast("Any", field.choices)]
        if nothing:
            choices = [("", nothing), *(pair for pair in choices if pair[0])]
        chosen = self.chosen(name, choices[0][0])
        if isinstance(chosen, Organisation):
            chosen = chosen.uid
        return name, str(field.label or name.capitalize()), choices, str(chosen)


class KeptForm(SpanForm):
    """What figures are kept to: a place, a tier, a year group, and what is recorded of children."""

    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        None, required=False, to_field_name="uid"
    )
    school: forms.ModelChoiceField = forms.ModelChoiceField(
        None, required=False, to_field_name="uid", label="Home school"
    )
    tier = forms.TypedChoiceField(choices=Tier.choices, coerce=int, required=False)
    year_group: forms.Field = forms.IntegerField(min_value=-5, max_value=20, required=False)
    sex = forms.ChoiceField(choices=Sex.choices, required=False)
    sen = forms.ChoiceField(choices=SenProvision.choices, required=False, label="SEN provision")
    meals = forms.ChoiceField(choices=MEALS, required=False, label="Free school meals")
    care = forms.ChoiceField(choices=CARE, required=False, label="Social care")

    KEPT: tuple[str, ...] = (
        *("provider", "school", "tier", "year_group"),
        *("sex", "sen", "meals", "care"),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Know the organisations, and leave out what this person may not know of a child."""
        super().__init__(*args, **kwargs)
        for name in ("provider", "school"):
            field = cast("forms.ModelChoiceField", self.fields[name])
            field.queryset = Organisation.objects.as_user(by)
        for name, asked in KNOWN_TO.items():
            if name in self.fields and not by.can(asked):
                del self.fields[name]

    @property
    def kept(self) -> dict[str, Any]:
        """Return what the figures are kept to."""
        found = {name: self.chosen(name, None) for name in self.KEPT}
        return {name: value for name, value in found.items() if value is not None}


class StatisticsForm(KeptForm):
    """Groups of children, counted in one of two ways, and kept to some of them."""

    view = forms.ChoiceField(
        choices=[(view.value, label) for view, label in VIEW_LABELS.items()],
        required=False,
        label="Counted",
    )
    by = forms.ChoiceField(required=False, label="Groups")

    BOXES = ("year", "part", "view", "by", "trend")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the groups that this person may know of."""
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["by"]).choices = [
            pair for pair in DIMENSION_LABELS.items() if pair[0] in self.fields
        ]

    @property
    def narrowing(self) -> dict[str, Any]:
        """Return the same as the statistics ask it."""
        asked = {
            name: value.pk if isinstance(value, Organisation) else value
            for name, value in self.kept.items()
        }
        if "meals" in asked:
            asked["meals"] = asked["meals"] == "yes"
        if asked.get("care") == NO_CARE:
            asked["care"] = ""
        return asked
