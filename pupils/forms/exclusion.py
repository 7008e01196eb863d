"""Suspensions and permanent exclusions: what is recorded first, and what follows."""

import uuid
from typing import Any

from django import forms

from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL
from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, TextArea, offer
from pupils.models import ExclusionReason, PermanentExclusion, Pupil, Suspension
from pupils.models.codes import BoardResult, ReviewResult, SuspensionKind
from pupils.models.suspension import MOST_SESSIONS

NOT_YET = "Not yet"
ALL_OPTIONAL = "Fill in what has happened so far. You can come back and add the rest."
HALF_DAYS = "Enter a whole number of half days, from 1 to 90"


class WholeNumberField(forms.IntegerField):
    """A whole number typed into a short box."""

    max_length = 6
    widget = forms.TextInput(attrs={"inputmode": "numeric"})


class ReasonField(forms.ModelChoiceField):
    """One of the national reasons, with its code."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer all of them: which may be used depends on the day that is typed."""
        super().__init__(ExclusionReason.objects.none(), **kwargs)

    def label_from_instance(self, obj: ExclusionReason) -> str:
        """Write code and words."""
        return f"{obj.code}: {obj.label}"


class ReasonsForm(RowForm):
    """A row of a pupil at a school, with up to three reasons. Sent twice, it is one."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    school = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="School",
        empty_label="Choose a school",
        error_messages={"required": "Choose the school"},
    )
    reason_1 = ReasonField(
        label="Main reason",
        empty_label="Choose the main reason",
        error_messages={"required": "Choose the main reason"},
    )
    reason_2 = ReasonField(label="Second reason (optional)", required=False, empty_label="None")
    reason_3 = ReasonField(label="Third reason (optional)", required=False, empty_label="None")
    given_by = forms.CharField(
        label="Decided by",
        max_length=150,
        help_text="Only the head, or whoever acts as head, may decide it",
        error_messages={"required": "Enter who decided it"},
    )
    misses_exam = forms.BooleanField(
        label="The pupil would miss a public exam or national curriculum test", required=False
    )
    parents_told_on = DateField(label="Parents told on (optional)", required=False)
    authority_told_on = DateField(label="Council told on (optional)", required=False)

    def __init__(self, *args: Any, by: User, pupil: Pupil, **kwargs: Any) -> None:
        """Offer the schools whose roll the pupil is or was on: to a school, itself."""
        super().__init__(*args, **kwargs)
        schools = Organisation.objects.as_user(by).with_roll_of(pupil.pk)
        if not by.roles & REACH_ALL:
            schools = schools.filter(pk__in=[entry.organisation_id for entry in by.acting])
        offer(self, "school", schools)
        for name in ("reason_1", "reason_2", "reason_3"):
            offer(self, name, ExclusionReason.objects.as_user(by))
        self.initial["seen"] = self.instance.version
        if not self.instance.pk:
            self.initial["uid"] = uuid.uuid4()
            if len(schools) == 1:
                self.initial["school"] = schools[0]


class SuspensionForm(ReasonsForm):
    """A suspension."""

    submit_label = "Save the suspension"

    kind = Radios(
        label="What the pupil is suspended from",
        choices=[
            (SuspensionKind.SUSPENSION.value, "School, for whole or half days"),
            (SuspensionKind.LUNCHTIME.value, "Lunchtimes only"),
        ],
        initial=SuspensionKind.SUSPENSION,
        error_messages={"required": "Choose what the pupil is suspended from"},
    )
    starts_on = DateField(label="First day")
    sessions = WholeNumberField(
        label="Number of half days",
        min_value=1,
        max_value=MOST_SESSIONS,
        help_text="A whole day is 2, five days are 10. For lunchtimes enter how many lunchtimes: "
        "each counts as half a day.",
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], HALF_DAYS),
    )
    back_on = DateField(
        label="First day back (optional)",
        required=False,
        help_text="The first whole day back. Left empty, it is worked out from the half days and "
        "the school calendar.",
    )

    class Meta:
        model = Suspension
        fields = [
            "school",
            "kind",
            "starts_on",
            "sessions",
            "back_on",
            "reason_1",
            "reason_2",
            "reason_3",
            "given_by",
            "misses_exam",
            "parents_told_on",
            "authority_told_on",
        ]

    field_order = ["uid", "seen", *Meta.fields]


class ExclusionForm(ReasonsForm):
    """A permanent exclusion."""

    submit_label = "Save the permanent exclusion"

    decided_on = DateField(label="Decided on")
    effective_on = DateField(
        label="First day out of school",
        help_text="The council provides education from the sixth school day after it",
    )

    class Meta:
        model = PermanentExclusion
        fields = [
            "school",
            "decided_on",
            "effective_on",
            "reason_1",
            "reason_2",
            "reason_3",
            "given_by",
            "misses_exam",
            "parents_told_on",
            "authority_told_on",
        ]

    field_order = ["uid", "seen", *Meta.fields]


class FollowForm(RowForm):
    """Who was told, what education is given, and what the board found."""

    submit_label = "Save what followed"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    parents_told_on = DateField(label="Parents told on", required=False)
    authority_told_on = DateField(label="Council told on", required=False)
    social_worker_told_on = DateField(
        label="Social worker told on", required=False, help_text="Where the pupil has one"
    )
    virtual_school_told_on = DateField(
        label="Virtual School Head told on",
        required=False,
        help_text="Where the pupil is looked after or has a social worker",
    )
    board_told_on = DateField(label="Governing board told on", required=False)
    provision_from = DateField(label="Education given from", required=False)
    provision = forms.CharField(
        label="Where it is given",
        max_length=200,
        required=False,
        help_text="For example, the name of the provider",
    )
    board_met_on = DateField(label="Governing board met on", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember which version was read."""
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.version


FOLLOWED = [
    "parents_told_on",
    "authority_told_on",
    "social_worker_told_on",
    "virtual_school_told_on",
    "board_told_on",
    "provision_from",
    "provision",
]


class SuspensionFollowForm(FollowForm):
    """What followed a suspension."""

    representations_on = DateField(
        label="Parents made representations on",
        required=False,
        help_text="From the day on which they write to the board",
    )
    board_result = Radios(
        label="What the board found",
        choices=[("", NOT_YET), *BoardResult.choices],
        required=False,
    )

    class Meta:
        model = Suspension
        fields = [*FOLLOWED, "representations_on", "board_met_on", "board_result"]

    field_order = ["seen", *Meta.fields]


class ExclusionFollowForm(FollowForm):
    """What followed a permanent exclusion. It is withdrawn on a page of its own."""

    result = Radios(
        label="Where the review stands",
        choices=[choice for choice in ReviewResult.choices if choice[0] != ReviewResult.HWD],
    )
    review_asked_on = DateField(label="Independent review asked for on", required=False)
    review_held_on = DateField(label="Independent review panel met on", required=False)

    class Meta:
        model = PermanentExclusion
        fields = [*FOLLOWED, "board_met_on", "result", "review_asked_on", "review_held_on"]

    field_order = ["seen", *Meta.fields]


class CancelForm(GdsForm):
    """The cancellation of a suspension."""

    submit_label = "Cancel the suspension"

    cancelled_on = DateField(label="Cancelled on")
    because = TextArea(label="Why it is cancelled", max_length=500)
    sessions_served = WholeNumberField(
        label="Half days that were served (optional)",
        min_value=0,
        max_value=MOST_SESSIONS,
        required=False,
        help_text="They still count to the 45 days. Left empty, they are worked out from the "
        "first day up to the day of the cancellation.",
        error_messages={"invalid": "Enter a whole number of half days, 0 if none"},
    )


class WithdrawForm(GdsForm):
    """The withdrawal of a permanent exclusion."""

    submit_label = "Withdraw the exclusion"

    rescinded_on = DateField(label="Withdrawn on")
    because = TextArea(label="Why it is withdrawn", max_length=500)


class ExclusionFilterForm(forms.Form):
    """What lists of suspensions and of permanent exclusions can be narrowed to."""

    school = forms.CharField(max_length=9, required=False)
    year = forms.CharField(max_length=4, required=False)
    waits = forms.CharField(max_length=10, required=False)
    state = forms.CharField(max_length=10, required=False)

    def narrowing(self, *names: str) -> dict[str, Any]:
        """Return the filter; what cannot be understood filters nothing."""
        told = self.cleaned_data if self.is_valid() else {}
        return {name: value for name, value in told.items() if name in names}
