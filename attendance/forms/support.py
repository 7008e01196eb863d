"""Forms of an attendance contract, its reviews, and the caseload."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, TextArea, offer
from attendance.models import SupportPlan
from attendance.models.support import NOBODY, Answer, Status
from placements.models import Placement
from placements.models.rule import LONGEST_HALF_TERM
from pupils.models import Pupil

DUE = [("now", "Due today or earlier"), ("today", "Due today"), ("overdue", "Overdue")]
LONGEST_WHY = 300
WHOLE = "Enter a whole number"


class PlanForm(RowForm):
    """A draft of a contract: why, what each side will do, the target, how often it is reviewed."""

    submit_label = "Save the draft"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = TextArea(
        label="Why support begins",
        max_length=2000,
        help_text="What the registers show, and what gets in the way of coming",
        error_messages={"required": "Say why support begins"},
    )
    placement = forms.ModelChoiceField(
        Placement.objects.none(),
        label="Placement",
        required=False,
        empty_label="No placement: all registers count",
        help_text="The sessions of this placement count for the contract",
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Attendance officer",
        required=False,
        empty_label="Nobody yet",
        help_text="On whose caseload the contract is",
    )
    pupil_will = TextArea(
        label="What the young person will do",
        max_length=1000,
        required=False,
        help_text="This and what follows can be filled in at the meeting. To be agreed, the "
        "contract needs all but what the council will do.",
    )
    parent_will = TextArea(label="What the parent will do", max_length=1000, required=False)
    place_will = TextArea(
        label="What the school or provider will do", max_length=1000, required=False
    )
    council_will = TextArea(
        label="What the council will do (optional)", max_length=1000, required=False
    )
    target_percent = forms.IntegerField(
        label="Target: share of sessions to attend, in percent",
        required=False,
        min_value=1,
        max_value=100,
        help_text="Only sessions that count as possible are counted. Enter this, or a target in "
        "words, or both.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"{WHOLE} from 1 to 100"
        ),
    )
    target_words = forms.CharField(
        label="Target in words",
        max_length=300,
        required=False,
        help_text="For example, comes to every workshop on Tuesdays",
    )
    review_school_days = forms.IntegerField(
        label="School days from one review to the next",
        min_value=1,
        max_value=LONGEST_HALF_TERM,
        help_text="10 school days are a fortnight. Holidays and closures do not count.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"{WHOLE} from 1 to {LONGEST_HALF_TERM}"
        ),
    )

    class Meta:
        model = SupportPlan
        fields = [
            "why",
            "placement",
            "owner",
            "pupil_will",
            "parent_will",
            "place_will",
            "council_will",
            "target_percent",
            "target_words",
            "review_school_days",
        ]

    def __init__(self, *args: Any, by: User, pupil: Pupil, **kwargs: Any) -> None:
        """Offer the pupil's placements, and who holds a caseload; remember what was read."""
        super().__init__(*args, **kwargs)
        self.fields["target_percent"].max_length = self.fields["review_school_days"].max_length = 3
        rows = Placement.objects.as_user(by).running().with_register().filter(pupil=pupil)
        offer(self, "placement", rows.select_related("provider"))
        self.initial["seen"] = self.instance.version
        self.initial["uid"] = self.instance.uid if self.instance.pk else uuid.uuid4()
        if by.can(Permission.ATTENDANCE_SUPPORT_ASSIGN):
            offer(self, "owner", by.colleagues_who(Permission.ATTENDANCE_SUPPORT_ASSIGN))
        else:
            del self.fields["owner"]


class AgreeForm(GdsForm):
    """What the young person says to the contract, and the parent's agreement."""

    submit_label = "Agree the contract"

    agreed_on = DateField(label="First day of the contract", initial=localdate)
    pupil_answer = Radios(
        label="What does the young person say?", choices=Answer.choices, required=False
    )
    pupil_words = TextArea(
        label="Why, in the young person's own words", max_length=2000, required=False
    )
    pupil_not_asked = forms.CharField(
        label="If the young person could not be asked, why not", max_length=300, required=False
    )
    parent_name = forms.CharField(
        label="Parent who agreed",
        max_length=200,
        error_messages={"required": "Enter the name of the parent who agreed"},
    )
    parent_agreed_on = DateField(label="Day on which the parent agreed", initial=localdate)


class SupportReviewForm(GdsForm):
    """What was said at a review. The sessions are counted, not typed."""

    submit_label = "Save the review"

    held_on = DateField(label="Day of the review", initial=localdate)
    attended = forms.CharField(
        label="Who was there",
        max_length=500,
        help_text="Names and roles, the young person and the parent too",
        error_messages={"required": "Say who was there"},
    )
    changed = TextArea(
        label="What has changed since the last review",
        max_length=4000,
        error_messages={"required": "Say what has changed"},
    )
    pupil_view = TextArea(
        label="What the young person says (optional)", max_length=2000, required=False
    )
    next_step = TextArea(
        label="What follows",
        max_length=2000,
        help_text="Who does what until the next review",
        error_messages={"required": "Say what follows"},
    )


class CloseForm(GdsForm):
    """The last day of a contract, and why."""

    submit_label = "Close the contract"

    ended_on = DateField(label="Last day", initial=localdate)
    end_words = TextArea(label="Why", max_length=2000, error_messages={"required": "Say why"})

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        """Ask in the words of the page."""
        super().__init__(*args, **kwargs)
        self.fields["end_words"].label = label


class AssignForm(GdsForm):
    """On whose caseload a contract goes."""

    submit_label = "Save"

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Attendance officer",
        required=False,
        empty_label="Nobody yet",
        blank=True,
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer those who hold a caseload."""
        super().__init__(*args, **kwargs)
        offer(self, "owner", by.colleagues_who(Permission.ATTENDANCE_SUPPORT_ASSIGN))


class CaseloadFilter(forms.Form):
    """What the caseload can be narrowed to. Its state is in the address."""

    status = forms.ChoiceField(
        required=False,
        label="Contract",
        choices=[("", "To be agreed or agreed"), *Status.choices, ("all", "All")],
    )
    due = forms.ChoiceField(required=False, label="Review", choices=[("", "Any"), *DUE])
    whose = forms.ChoiceField(required=False, label="Attendance officer")
    provider = forms.ChoiceField(required=False, label="Provider")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the officers and the providers to those who see more than one."""
        super().__init__(*args, **kwargs)
        if by.can(Permission.ATTENDANCE_SUPPORT_ASSIGN):
            people = by.colleagues_who(Permission.ATTENDANCE_SUPPORT_ASSIGN)
            places = Organisation.objects.as_user(by).providers()
            self._offer("whose", [(NOBODY, "Nobody yet")], people)
            self._offer("provider", [], places)
        else:
            del self.fields["whose"], self.fields["provider"]

    def _offer(self, name: str, before: list[tuple[str, str]], rows: Any) -> None:
        choices = [("", "All"), *before, *((str(row.uid), row.name) for row in rows)]
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    @property
    def narrowing(self) -> dict[str, str]:
        """Return the filter; a value that is not offered filters nothing."""
        self.is_valid()
        return dict(self.cleaned_data)
