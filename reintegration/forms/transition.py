"""Forms of the pathway plan."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, SeenForm, TextArea, offer
from reintegration.models import Activity, Application, CoachContact, Pathway
from reintegration.models.transition import GRADES, Destination, Guarantee, Now

NOT_SO_FAR = ("", "Not so far")


class PathwayFilter(forms.Form):
    """What the list of pathway plans can be narrowed to. Its state is in the address."""

    waits = forms.CharField(max_length=10, required=False)

    @property
    def waits_for(self) -> str:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data["waits"] if self.is_valid() else ""


class PathwayForm(SeenForm):
    """What the young person hopes for, where the way is to lead, and what is needed for it."""

    submit_label = "Save the pathway plan"

    aspirations = TextArea(
        label="What the young person hopes for",
        max_length=2000,
        help_text="In their own words where you can",
    )
    intended = Radios(
        label="Where the way is to lead (optional)",
        choices=[("", "Not chosen so far"), *Destination.choices],
        required=False,
    )
    intended_place = forms.CharField(
        label="At which place, for what (optional)", max_length=200, required=False
    )
    needs = TextArea(
        label="What is needed for it (optional)",
        max_length=2000,
        required=False,
        help_text="Grades, travel, support, a reference, money",
    )

    class Meta:
        model = Pathway
        fields = ["aspirations", "intended", "intended_place", "needs"]


class CoachForm(GdsForm):
    """Who goes along through Year 11 and the autumn after."""

    submit_label = "Save the coach"

    coach = forms.ModelChoiceField(
        queryset=Pathway.objects.none(),
        label="Transition coach",
        empty_label="Choose a person",
        error_messages={"required": "Choose the coach"},
    )
    coach_from = DateField(label="From which day", initial=localdate)

    def __init__(self, *args: Any, staff: QuerySet, **kwargs: Any) -> None:
        """Offer the people who may work on pathway plans for the council."""
        super().__init__(*args, **kwargs)
        offer(self, "coach", staff)


class GuaranteeForm(GdsForm):
    """How the September Guarantee stands."""

    submit_label = "Save how it stands"

    guarantee = Radios(
        label="September Guarantee",
        choices=Guarantee.choices,
        error_messages={"required": "Choose how it stands"},
    )
    guarantee_on = DateField(label="Since which day", initial=localdate)


def _grade(subject: str, **more: Any) -> forms.TypedChoiceField:
    choices = [("", "Not known so far"), *GRADES]
    return forms.TypedChoiceField(
        label=subject, choices=choices, coerce=int, empty_value=None, required=False, **more
    )


class GradesForm(SeenForm):
    """What was reached in the two subjects that most ways after Year 11 ask for."""

    submit_label = "Save the grades"

    english = _grade("English", help_text="Language or literature, whichever is better")
    maths = _grade("Maths")

    class Meta:
        model = Pathway
        fields = ["english", "maths"]


class EnrolledForm(GdsForm):
    """Where it began after Year 11."""

    submit_label = "Save where it began"

    enrolled_as = Radios(
        label="As what",
        choices=Destination.choices,
        error_messages={"required": "Choose as what"},
    )
    enrolled_at = forms.CharField(label="Where", max_length=200)
    enrolled_on = DateField(label="First day", initial=localdate)


class ApplicationForm(SeenForm):
    """An application, and what became of it."""

    submit_label = "Save the application"

    place = forms.CharField(label="Where to", max_length=200)
    kind = Radios(
        label="For what",
        choices=Destination.choices,
        error_messages={"required": "Choose for what"},
    )
    course = forms.CharField(label="Course or job (optional)", max_length=200, required=False)
    applied_on = DateField(label="Sent on", initial=localdate)
    interview_on = DateField(label="Interview on (optional)", required=False)
    result = Radios(
        label="What came of it",
        choices=[NOT_SO_FAR, *Application.Result.choices],
        required=False,
    )
    result_on = DateField(label="Day of the answer (optional)", required=False)
    is_taken = forms.BooleanField(label="The offer is taken up", required=False)

    class Meta:
        model = Application
        fields = ["place", "kind", "course", "applied_on", "interview_on", "result", "result_on",
                  "is_taken"]  # fmt: skip


class PlannedForm(RowForm):
    """Something towards adulthood that is planned."""

    kind = Radios(
        label="What kind",
        choices=Activity.Kind.choices,
        error_messages={"required": "Choose what kind it is"},
    )
    words = forms.CharField(
        label="What it is", max_length=300, help_text="Where and with whom, in one line"
    )
    planned_on = DateField(label="On which day")

    class Meta:
        model = Activity
        fields = ["kind", "words", "planned_on"]


class ActivityForm(PlannedForm):
    """Something for one young person, or a referral of the family to counselling."""

    submit_label = "Save the activity"
    field_order = ["kind", "words", "referred_to", "planned_on"]

    referred_to = forms.CharField(
        label="Referred to (family counselling only)",
        max_length=200,
        required=False,
        help_text="The service that counsels the family, and who was asked there",
    )

    class Meta(PlannedForm.Meta):
        fields = [*PlannedForm.Meta.fields, "referred_to"]


class SessionForm(PlannedForm):
    """A session of the careers and employability programme, for several young people."""

    submit_label = "Save the session"
    field_order = ["kind", "words", "planned_on", "about", "absent"]

    about = forms.ModelMultipleChoiceField(
        Pathway.objects.none(),
        label="Whom it is for",
        widget=forms.CheckboxSelectMultiple,
        help_text="The plan of each shows the session, and nobody else's name",
        error_messages={"required": "Choose at least one young person"},
    )
    absent = forms.ModelMultipleChoiceField(
        Pathway.objects.none(),
        label="Who did not come (optional)",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave all empty if everybody came, or the day has not come yet",
    )

    def __init__(self, *args: Any, pathways: QuerySet, **kwargs: Any) -> None:
        """Offer these young people, and what is done with several of them at once."""
        super().__init__(*args, **kwargs)
        together = [row for row in Activity.Kind.choices if row[0] != Activity.Kind.COUNSELLING]
        self.fields["kind"].choices = together
        for name in ("about", "absent"):
            offer(self, name, pathways)
            self.fields[name].label_from_instance = lambda row: str(row.pupil)


class AttendedForm(GdsForm):
    """Whether the young person, or the family, came."""

    submit_label = "Save"

    attended = Radios(
        label="Did they come?",
        choices=[("yes", "Yes"), ("no", "No")],
        error_messages={"required": "Choose yes or no"},
    )
    outcome = forms.CharField(label="What came of it (optional)", max_length=500, required=False)

    def clean_attended(self) -> bool:
        """Return whether they came."""
        return bool(self.cleaned_data["attended"] == "yes")


class ContactForm(RowForm):
    """A contact of the coach."""

    submit_label = "Save the contact"

    on = DateField(label="On which day", initial=localdate)
    way = Radios(
        label="How",
        choices=CoachContact.Way.choices,
        error_messages={"required": "Choose how you were in touch"},
    )
    was_reached = forms.BooleanField(
        label="The young person or the family was reached", required=False
    )
    words = TextArea(label="What was said, or what was tried", max_length=2000)

    class Meta:
        model = CoachContact
        fields = ["on", "way", "was_reached", "words"]


class DestinationForm(GdsForm):
    """Where the young person is now."""

    submit_label = "Save the answer"

    answer = Radios(
        label="Where is the young person now?",
        choices=Now.choices,
        error_messages={"required": "Choose where the young person is"},
    )
    words = TextArea(
        label="How you know, and what comes next (optional)", max_length=1000, required=False
    )
