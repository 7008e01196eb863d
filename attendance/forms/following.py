"""Forms of home visits, rewards, consent to displays, and EBSA pathways."""

from datetime import date, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_PROVIDER, Permission
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    OnceForm,
    Radios,
    RowForm,
    TextArea,
    offer,
)
from attendance.models import (
    DisplayConsent,
    EbsaPathway,
    HomeVisit,
    PartTimeTimetable,
    ReturnStep,
    Reward,
)
from attendance.models.pathway import Went
from attendance.models.support import NOBODY
from attendance.models.visit import OUTCOMES, VisitStatus
from pupils.models import Pupil

YES_NO = [("yes", "Yes"), ("no", "No")]


def places_of(by: User) -> Any:
    """Return the providers that a person may choose: the own ones, or all."""
    rows = Organisation.objects.as_user(by).providers()
    own = by.organisations_as(REACH_PROVIDER)
    return rows.filter(pk__in=own) if own else rows


class VisitForm(OnceForm):
    """A home visit that is planned."""

    submit_label = "Plan the visit"

    purpose = TextArea(
        label="What the visit is for",
        max_length=1000,
        error_messages={"required": "Say what the visit is for"},
    )
    planned_on = DateField(label="Day of the visit")
    planned_at = forms.CharField(
        label="Time (optional)", max_length=20, required=False, help_text="For example, 10.30am"
    )
    visitor = forms.ModelChoiceField(
        User.objects.none(),
        label="Who goes",
        empty_label="Choose a person",
        help_text="This person records what came of it",
    )
    goes_with = forms.CharField(
        label="Who goes with them", max_length=200, required=False, help_text="Name and role"
    )
    lone_working = forms.CharField(
        label="Lone working",
        max_length=500,
        required=False,
        help_text="Needed where nobody goes with them: who knows of the visit, and when they "
        "ring back. Schools do not see this.",
    )

    class Meta:
        model = HomeVisit
        fields = ["purpose", "planned_on", "planned_at", "visitor", "goes_with", "lone_working"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the colleagues who may record a visit."""
        super().__init__(*args, **kwargs)
        offer(self, "visitor", by.colleagues_who(Permission.ATTENDANCE_SUPPORT_RECORD))
        self.initial.setdefault("visitor", by)


class OutcomeForm(GdsForm):
    """What came of a home visit."""

    submit_label = "Save what came of it"

    status = Radios(
        label="What came of it",
        choices=[(status.value, status.label) for status in OUTCOMES],
        error_messages={"required": "Choose what came of the visit"},
    )
    went_on = DateField(label="Day of the visit, if somebody went", required=False)
    seen = forms.CharField(
        label="Who was seen", max_length=300, required=False, help_text="If somebody was in"
    )
    pupil_was_seen = Radios(
        label="Was the young person seen?",
        choices=YES_NO,
        required=False,
        help_text="If somebody was in",
    )
    found = TextArea(
        label="What was found",
        max_length=4000,
        help_text="If nobody was in, what was left or done; if it was called off, why",
        error_messages={"required": "Say what was found, or why the visit was called off"},
    )
    is_concern = Radios(
        label="Was anything a concern for somebody's safety?",
        choices=YES_NO,
        help_text="Raise a concern at once by the route for safeguarding of your organisation: "
        "this page tells nobody.",
        error_messages={"required": "Choose whether anything was a concern"},
    )
    concern_raised = TextArea(
        label="How the concern was raised, when, and with whom",
        max_length=2000,
        required=False,
        help_text="Schools do not see this",
    )

    def __init__(self, *args: Any, visit: HomeVisit, **kwargs: Any) -> None:
        """Begin with the day that was planned."""
        super().__init__(*args, **kwargs)
        self.initial.setdefault("went_on", min(visit.planned_on, localdate()))

    def clean(self) -> dict[str, Any]:
        """Turn yes and no into what is kept; where nothing was answered, nothing is known."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_concern") == "yes" and not cleaned.get("concern_raised"):
            self.add_error("concern_raised", "Say how the concern was raised, and with whom")
        answers = {"yes": True, "no": False}
        cleaned["is_concern"] = cleaned.get("is_concern") == "yes"
        cleaned["pupil_was_seen"] = answers.get(cleaned.get("pupil_was_seen", ""))
        return cleaned


class StepFilter(forms.Form):
    """What the list of steps of returns can be narrowed to. Its state is in the address."""

    OTHERS: ClassVar = [(NOBODY, "Somebody who has left")]

    due = forms.ChoiceField(
        required=False, label="Due", choices=[("", "Any"), ("yes", "Today or earlier")]
    )
    whose = forms.ChoiceField(required=False, label="Pathway begun by")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the colleagues who make visits and keep pathways."""
        super().__init__(*args, **kwargs)
        people = by.colleagues_who(Permission.ATTENDANCE_SUPPORT_RECORD)
        choices = [
            ("", "Anybody"),
            *self.OTHERS,
            *((str(person.uid), person.name) for person in people),
        ]
        cast("forms.ChoiceField", self.fields["whose"]).choices = choices

    @property
    def narrowing(self) -> dict[str, str]:
        """Return the filter; a value that is not offered filters nothing."""
        self.is_valid()
        return dict(self.cleaned_data)


class VisitFilter(StepFilter):
    """What the list of visits can be narrowed to."""

    OTHERS: ClassVar = []

    status = forms.ChoiceField(
        required=False, label="Visit", choices=[("", "All"), *VisitStatus.choices]
    )
    whose = forms.ChoiceField(required=False, label="Who goes")
    field_order = ["status", "due", "whose"]


class RewardForm(OnceForm):
    """Something that a pupil got for coming."""

    submit_label = "Save the reward"

    given_for = forms.CharField(
        label="What it is for",
        max_length=300,
        help_text="For example, came every morning this week",
        error_messages={"required": "Say what the reward is for"},
    )
    what = forms.CharField(
        label="What was given",
        max_length=200,
        help_text="For example, a postcard home",
        error_messages={"required": "Say what was given"},
    )
    given_on = DateField(label="Day", initial=localdate)
    provider = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Given at",
        required=False,
        empty_label="Not at a provider",
    )
    display_words = forms.CharField(
        label="Words for the attendance display (optional)",
        max_length=100,
        required=False,
        help_text="Everybody who passes will read them. They stand there only where the young "
        "person and the parent agreed.",
    )

    class Meta:
        model = Reward
        fields = ["given_for", "what", "given_on", "provider", "display_words"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the places; do not ask where there is but one."""
        super().__init__(*args, **kwargs)
        places = places_of(by)
        offer(self, "provider", places)
        if own := by.organisations_as(REACH_PROVIDER):
            self.initial["provider"] = own[0]
            self.fields["provider"].required = True


class ConsentForm(RowForm):
    """Who agreed that a name may stand on a display."""

    submit_label = "Save the consent"

    provider = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Displays of",
        empty_label="Choose a provider",
        error_messages={"required": "Choose a provider"},
    )
    agreed_by = forms.CharField(
        label="Who agreed",
        max_length=300,
        help_text="The young person, and the name of the parent",
        error_messages={"required": "Say who agreed"},
    )
    agreed_on = DateField(label="Day of the consent", initial=localdate)

    class Meta:
        model = DisplayConsent
        fields = ["provider", "agreed_by", "agreed_on"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the places."""
        super().__init__(*args, **kwargs)
        offer(self, "provider", places_of(by))
        if own := by.organisations_as(REACH_PROVIDER):
            self.initial["provider"] = own[0]


class WithdrawForm(GdsForm):
    """Who withdrew a consent, and when."""

    submit_label = "Withdraw the consent"

    withdrawn_by = forms.CharField(
        label="Who withdrew it",
        max_length=200,
        error_messages={"required": "Say who withdrew the consent"},
    )
    withdrawn_on = DateField(label="Day", initial=localdate)


class PathwayForm(OnceForm):
    """What makes school hard, and what helps."""

    submit_label = "Save"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    risks = TextArea(
        label="What makes coming hard",
        max_length=4000,
        help_text="Risk: at school, at home, in the young person",
        error_messages={"required": "Say what makes coming hard"},
    )
    resilience = TextArea(
        label="What helps",
        max_length=4000,
        help_text="Resilience: people, places, interests, times that went well",
        error_messages={"required": "Say what helps"},
    )
    pupil_view = TextArea(
        label="What the young person says (optional)", max_length=2000, required=False
    )
    timetable = forms.ModelChoiceField(
        PartTimeTimetable.objects.none(),
        label="Part-time timetable that belongs to it (optional)",
        required=False,
        empty_label="None",
    )

    class Meta:
        model = EbsaPathway
        fields = ["risks", "resilience", "pupil_view", "timetable"]

    def __init__(self, *args: Any, by: User, pupil: Pupil, **kwargs: Any) -> None:
        """Offer the pupil's part-time timetables; remember which version was read."""
        super().__init__(*args, **kwargs)
        rows = PartTimeTimetable.objects.as_user(by).filter(placement__pupil=pupil)
        offer(self, "timetable", rows)
        self.initial["seen"] = self.instance.version


class StepForm(RowForm):
    """The next step of a return."""

    submit_label = "Add the step"

    words = forms.CharField(
        label="The step",
        max_length=300,
        help_text="For example, comes to the gate and meets the key worker",
        error_messages={"required": "Say what the step is"},
    )
    planned_on = DateField(label="Planned for")

    class Meta:
        model = ReturnStep
        fields = ["words", "planned_on"]


class StepWentForm(GdsForm):
    """How a step went."""

    submit_label = "Save how it went"

    tried_on = DateField(label="Day", initial=localdate)
    went = Radios(
        label="How it went",
        choices=Went.choices,
        error_messages={"required": "Choose how it went"},
    )
    went_words = TextArea(
        label="In words",
        max_length=1000,
        help_text="What helped, what was hard, what the young person says",
        error_messages={"required": "Say how it went in words"},
    )


class ClosePathwayForm(GdsForm):
    """The end of a pathway."""

    submit_label = "Close the pathway"

    closed_on = DateField(label="Last day", initial=localdate)
    close_words = TextArea(
        label="How it ended", max_length=2000, error_messages={"required": "Say how it ended"}
    )


class WeekForm(GdsForm):
    """Which display: the provider, and a day of the week."""

    submit_label = "Show the display"

    provider = forms.ModelChoiceField(
        Organisation.objects.none(), label="Provider", empty_label="Choose a provider"
    )
    day = DateField(label="A day of the week", initial=localdate)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the places."""
        super().__init__(*args, **kwargs)
        offer(self, "provider", places_of(by))
        if own := by.organisations_as(REACH_PROVIDER):
            self.initial["provider"] = own[0]

    def clean_day(self) -> date:
        """Return the Monday of the week; it has begun."""
        day: date = self.cleaned_data["day"]
        if day > localdate():
            raise ValidationError("This day has not come yet.")
        return day - timedelta(days=day.weekday())
