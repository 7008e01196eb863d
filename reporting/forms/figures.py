"""Which figures are asked for: a time, and what they are kept to. State in the address."""

from datetime import date
from functools import cached_property
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Organisation, User
from pupils.models import CareStatus, EhcPlan, Need, Pupil
from pupils.models.codes import Ethnicity, NeedType
from reporting.forms.asked import NO_CARE, Box, KeptForm
from reporting.kpis.narrowing import Narrowing
from reporting.kpis.period import KEPT, ROLLING, Period
from reporting.kpis.span import part_label, parts_offered
from reporting.models import Coverage

# Years of the national curriculum, by age (domain reference, nc_years.csv).
STAGES = {"1": (1, 2), "2": (3, 6), "3": (7, 9), "4": (10, 11)}
YES = "yes"
COLUMNS = {"sex": "sex", "sen": "sen_provision", "ethnicity": "ethnicity"}
ONE_YEAR = [(str(year), f"Year {year}") for year in range(1, 12)]


class FiguresForm(KeptForm):
    """A part of a year or twelve months, and the group that every figure of the page is of."""

    year_group = forms.ChoiceField(choices=ONE_YEAR, required=False, label="Year group")
    stage = forms.ChoiceField(
        choices=[(stage, f"Key stage {stage}") for stage in STAGES],
        required=False,
        label="Key stage",
    )
    ehc = forms.ChoiceField(
        choices=[(YES, "Yes"), ("no", "No")], required=False, label="EHC plan in force"
    )
    need = forms.ChoiceField(choices=NeedType.choices, required=False, label="Type of need")
    ethnicity = forms.ChoiceField(choices=Ethnicity.choices, required=False)

    BOXES = ("year", "part")
    KEPT = (
        *("provider", "school", "tier", "stage", "year_group"),
        *("sex", "sen", "ehc", "need", "care", "ethnicity", "meals"),
    )

    def __init__(self, *args: Any, by: User, may_narrow: bool, **kwargs: Any) -> None:
        """Offer parts of a year; those who see no child are offered the kept figures only."""
        super().__init__(*args, by=by, **kwargs)
        self.user = by
        kept = [(part.value, part_label(part)) for part in KEPT]
        more = [pair for pair in parts_offered() if pair[0] not in {part.value for part in KEPT}]
        cast("forms.ChoiceField", self.fields["part"]).choices = (
            [*kept, *more, (ROLLING, "Last twelve months")] if may_narrow else kept
        )
        places = Organisation.objects.as_user(by)
        cast("Any", self.fields["provider"]).queryset = places.providers()
        cast("Any", self.fields["school"]).queryset = places.schools()
        if not may_narrow:
            for name in self.KEPT:
                self.fields.pop(name, None)

    @property
    def asked_year(self) -> int:
        """Return the academic year."""
        return int(self.chosen("year", self.years[0]))

    @property
    def asked_part(self) -> str:
        """Return the part of the year, or that twelve months are asked for."""
        return str(self.chosen("part", Coverage.TWO_TERMS.value))

    def period(self, as_of: date) -> Period:
        """Return the days. One query; raise NoCalendar."""
        if self.asked_part == ROLLING:
            return Period.rolling(as_of)
        return Period.of(self.asked_year, self.asked_part, as_of)

    @cached_property
    def more_boxes(self) -> list[Box]:
        """Return the boxes of what the figures may be kept to. One query, of all the places."""
        offered = [name for name in self.KEPT if name in self.fields]
        if offered:
            self._offer_places()
        return [self.box(name, nothing="All") for name in offered]

    def _offer_places(self) -> None:
        rows = Organisation.objects.as_user(self.user).filter(closed_on=None).order_by("name")
        places = list(rows)
        for kind in (Organisation.Kind.PROVIDER, Organisation.Kind.SCHOOL):
            field = cast("forms.ChoiceField", self.fields[kind.value])
            field.choices = [(row.uid, str(row)) for row in places if row.kind == kind]

    @property
    def kept_words(self) -> list[tuple[str, str]]:
        """Return name and words of what the figures are kept to."""
        return [
            (name, words if words.startswith(label) else f"{label}: {words}")
            for name, label, choices, chosen in self.more_boxes
            if chosen
            for words in [dict(choices)[chosen]]
        ]

    def narrowing(self, period: Period) -> Narrowing:
        """Return the same as the figures ask it. What is recorded of children holds for `period`."""
        kept = self.kept
        groups: dict[str, tuple[int, int]] = {
            name: (kept[name].pk, kept[name].pk) for name in ("provider", "school") if name in kept
        }
        if "tier" in kept:
            groups["tier"] = (kept["tier"], kept["tier"])
        if "stage" in kept or "year_group" in kept:
            low, high = STAGES.get(kept.get("stage", ""), (1, 11))
            one = kept.get("year_group")
            groups["year-group"] = (max(low, int(one or low)), min(high, int(one or high)))
        return Narrowing(groups, self._pupils(period))

    def _pupils(self, period: Period) -> QuerySet | None:
        kept, user = self.kept, self.user
        found = Q(**{column: kept[name] for name, column in COLUMNS.items() if name in kept})
        if "meals" in kept:
            found &= Q(has_free_meals=kept["meals"] == YES)
        if "need" in kept:
            needs = Need.objects.as_user(user).filter(need_type=kept["need"])
            found &= Q(pk__in=needs.values("pupil"))
        if "ehc" in kept:
            plans = EhcPlan.objects.as_user(user)
            found &= _in_force(plans, "issued_on", "ceased_on", period, kept["ehc"])
        if "care" in kept:
            rows = CareStatus.objects.as_user(user)
            is_known = kept["care"] != NO_CARE
            if is_known:
                rows = rows.filter(kind=kept["care"])
            found &= _in_force(rows, "starts_on", "ends_on", period, YES if is_known else "no")
        return Pupil.objects.as_user(user).filter(found) if found else None


def _in_force(rows: QuerySet, start: str, end: str, period: Period, answer: str) -> Q:
    """Keep the children with a row that was in force on a day of the period, or those without."""
    on_a_day = Q(**{f"{start}__lt": period.until}) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": period.start})
    )
    with_one = Q(pk__in=rows.filter(on_a_day).values("pupil"))
    return with_one if answer == YES else ~with_one
