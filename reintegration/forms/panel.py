"""Forms of the panel before and around its meetings."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import Membership, Organisation
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    RangeForm,
    RowForm,
    SeenForm,
    TextArea,
    offer,
)
from reintegration.models import (
    FairAccessCategory,
    LedgerWeight,
    PanelCase,
    PanelException,
    PanelMeeting,
    PanelMember,
    Vacancy,
)
from reintegration.models.vacancy import FIRST_YEAR, LAST_YEAR, MOST_PLACES

YEAR_GROUPS = [(number, f"Year {number}") for number in range(FIRST_YEAR, LAST_YEAR + 1)]
CLOCK_FORMATS = ["%H:%M", "%H.%M", "%I%p", "%I:%M%p"]


class PlanMeetingForm(RowForm):
    """When and where the panel meets, how long, and how many must be there."""

    submit_label = "Plan the meeting"

    held_on = DateField(label="Day of the meeting")
    starts_at = forms.TimeField(
        label="It begins at",
        input_formats=CLOCK_FORMATS,
        help_text="For example, 9:30 or 2pm",
        error_messages={"invalid": "Write the time like 9:30 or 2pm"},
    )
    minutes = forms.IntegerField(
        label="Minutes that it may take", initial=120, min_value=10, max_value=600
    )
    place = forms.CharField(label="Where", max_length=200, help_text="The room, or how to join")
    quorum = forms.IntegerField(
        label="How many members must be there to decide",
        min_value=1,
        max_value=50,
        help_text="Without those who step aside from the case. Your protocol says how many.",
    )

    class Meta:
        model = PanelMeeting
        fields = ["held_on", "starts_at", "minutes", "place", "quorum"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the quorum of the settings."""
        super().__init__(*args, **kwargs)
        self.fields["quorum"].initial = settings.PANEL_QUORUM


class SeatForm(GdsForm):
    """Who sits on the panel, for which organisation, and when."""

    submit_label = "Give the seat"

    person = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        label="Person",
        empty_label="Choose a person",
        help_text="People who hold a role of the panel. The administrator gives these roles.",
    )
    starts_on = DateField(label="First day", initial=localdate)
    last_day = DateField(
        label="Last day (optional)", required=False, help_text="Often the last day of a term"
    )

    def __init__(self, *args: Any, people: QuerySet, **kwargs: Any) -> None:
        """Offer the people who hold a role of the panel."""
        super().__init__(*args, **kwargs)
        offer(self, "person", people)
        self.fields["person"].label_from_instance = lambda row: f"{row.user}, {row.organisation}"


class EndSeatForm(GdsForm):
    """The last day of a seat."""

    submit_label = "End the seat"

    last_day = DateField(label="Last day", initial=localdate)


class CaseForm(SeenForm):
    """What every case says: why the panel is asked, and in whose words."""

    submit_label = "Put the case forward"

    why = TextArea(label="Why the panel is asked")
    pupil_words = TextArea(
        label="What the pupil wants, in their own words (optional)",
        required=False,
        help_text="Leave it empty to show what is recorded: the conversation about the way back, "
        "or the school's referral",
    )
    parent_words = TextArea(label="What a parent says (optional)", required=False)

    class Meta:
        model = PanelCase
        fields = ["why", "pupil_words", "parent_words"]


class FairAccessForm(CaseForm):
    """A case under the protocol."""

    field_order = ["category", "agreed_on", "why", "pupil_words", "parent_words"]

    category = forms.ModelChoiceField(
        queryset=FairAccessCategory.objects.none(),
        label="Category of the protocol",
        empty_label="Choose a category",
    )
    agreed_on = DateField(
        label="Day on which it was agreed to consider the case",
        initial=localdate,
        help_text="A place is allotted within 20 school days after it",
    )

    class Meta(CaseForm.Meta):
        fields = [*CaseForm.Meta.fields, "category", "agreed_on"]

    def __init__(self, *args: Any, categories: QuerySet, **kwargs: Any) -> None:
        """Offer the categories."""
        super().__init__(*args, **kwargs)
        offer(self, "category", categories)
        self.order_fields(self.field_order)


class ModerationForm(CaseForm):
    """A case about a way back: both sides of a disagreement."""

    school_words = TextArea(
        label="What the school says (optional)",
        required=False,
        help_text="Why it disagrees, in its own words",
    )
    other_words = TextArea(
        label="What the provider and the council say (optional)", required=False
    )

    class Meta(CaseForm.Meta):
        fields = [*CaseForm.Meta.fields, "school_words", "other_words"]


class DisagreeForm(GdsForm):
    """What a school says itself of a return with which it does not agree."""

    submit_label = "Send to the panel"

    words = TextArea(
        label="Why your school does not agree",
        max_length=4000,
        help_text="The panel reads it as you write it, beside what the provider and the council say. "
        "Say what would have to change",
        error_messages={"required": "Say why your school does not agree"},
    )


class ChangeForm(ModerationForm):
    """What a case says, to be changed before the meeting."""

    submit_label = "Save the case"


class WithdrawForm(GdsForm):
    """Why a case is withdrawn."""

    submit_label = "Withdraw the case"

    because = forms.CharField(label="Why", max_length=500)


class ConflictForm(GdsForm):
    """What a member's interest in a case is."""

    submit_label = "Declare the interest"

    member = forms.ModelChoiceField(
        queryset=PanelMember.objects.none(),
        label="Member",
        required=False,
        empty_label="Myself",
    )
    reason = forms.CharField(
        label="What the interest is",
        max_length=500,
        help_text="It stands in the minutes. For example: I teach a brother",
    )

    def __init__(self, *args: Any, members: QuerySet | None, **kwargs: Any) -> None:
        """Let who prepares the meeting declare for a member; a member speaks for themselves."""
        super().__init__(*args, **kwargs)
        if members is None:
            del self.fields["member"]
        else:
            offer(self, "member", members)


class AttendForm(GdsForm):
    """Who is there."""

    submit_label = "Open the meeting"

    attended = forms.ModelMultipleChoiceField(
        queryset=PanelMember.objects.none(),
        label="Who is there",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick who is there"},
    )

    def __init__(self, *args: Any, members: QuerySet, **kwargs: Any) -> None:
        """Offer those who sit on the panel on the day."""
        super().__init__(*args, **kwargs)
        offer(self, "attended", members)


class WeightForm(RowForm):
    """What a child counts in the ledger from a day on."""

    submit_label = "Enter the weight"

    category = forms.ModelChoiceField(
        queryset=FairAccessCategory.objects.none(),
        label="Category (optional)",
        required=False,
        empty_label="Every category",
    )
    year_group = forms.TypedChoiceField(
        label="Year group (optional)",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Every year group"), *YEAR_GROUPS],
    )
    weight = forms.DecimalField(
        label="Weight",
        min_value=0,
        max_value=10,
        decimal_places=2,
        help_text="1 is one child. Where nothing is entered, each child counts as one.",
    )
    starts_on = DateField(label="From", initial=localdate)
    reason = forms.CharField(label="Why", max_length=300)

    class Meta:
        model = LedgerWeight
        fields = ["category", "year_group", "weight", "starts_on", "reason"]

    def __init__(self, *args: Any, categories: QuerySet, **kwargs: Any) -> None:
        """Offer the categories."""
        super().__init__(*args, **kwargs)
        offer(self, "category", categories)


class ExceptionForm(RangeForm):
    """A school that is left out of the turn for a time."""

    submit_label = "Leave the school out"

    school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label="School", empty_label="Choose a school"
    )
    starts_on = DateField(label="First day", initial=localdate)
    last_day = DateField(label="Last day")
    reason = forms.CharField(
        label="Why", max_length=500, help_text="Every school can read it in the ledger"
    )

    class Meta:
        model = PanelException
        fields = ["school", "starts_on", "reason"]

    def __init__(self, *args: Any, schools: QuerySet, **kwargs: Any) -> None:
        """Offer the schools."""
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)


class VacancyForm(RowForm):
    """How many places a school has free in a year group."""

    submit_label = "Save the places"

    school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label="School", empty_label="Choose a school"
    )
    year_group = forms.TypedChoiceField(
        label="Year group",
        coerce=int,
        choices=[("", "Choose a year group"), *YEAR_GROUPS],
    )
    places = forms.IntegerField(
        label="Free places",
        min_value=0,
        max_value=MOST_PLACES,
        help_text="0 where the year group is full. It replaces what was said before.",
    )

    class Meta:
        model = Vacancy
        fields = ["school", "year_group", "places"]

    def __init__(self, *args: Any, schools: QuerySet, **kwargs: Any) -> None:
        """Offer the schools that the person speaks for; one school needs no choice."""
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)
        if len(schools) == 1:
            self.initial["school"] = schools[0].pk
