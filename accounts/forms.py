"""Forms about people: who they are, and which role they hold where."""

from typing import Any

from django import forms

from accounts.models import ClockRule, Cover, Digest, Membership, Organisation, User
from accounts.models.personal import FIRST_HOUR, LAST_HOUR
from accounts.permissions import REACH_ALL, Permission, Role
from apsystem.lib.forms import DateField, GdsForm, Radios, RangeForm, RowForm, offer

IDLE, NO_ROLE = "idle", "none"
NOON = 12
MOST_SCHOOL_DAYS = 190


class PeopleFilter(forms.Form):
    """Which people the list shows."""

    q = forms.CharField(max_length=100, required=False, strip=True)
    show = forms.ChoiceField(
        choices=[("", "Everybody"), (IDLE, "No sign-in for 90 days"), (NO_ROLE, "No role today")],
        required=False,
    )

    def found(self, user: User) -> Any:
        """Return the people within reach whom the filter asks for; nonsense asks for nobody."""
        people = User.objects.as_user(user)
        if not self.is_valid():
            return people.none()
        people = people.matching(self.cleaned_data["q"], user)
        if self.cleaned_data["show"] == IDLE:
            return people.idle()
        return people.without_role() if self.cleaned_data["show"] == NO_ROLE else people


class RoleForm(RangeForm):
    """A role in an organisation, from a day on."""

    submit_label = "Add the role"

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Organisation",
        empty_label="Choose an organisation",
        error_messages={"required": "Choose the organisation"},
    )
    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *Role.choices],
        error_messages={"required": "Choose the role"},
    )
    starts_on = DateField(label="First day of the role")
    last_day = DateField(
        label="Last day of the role (optional)",
        required=False,
        help_text="Leave it empty where the role has no end yet",
    )

    class Meta:
        model = Membership
        fields = ["organisation", "role", "starts_on"]

    field_order = ["name", "email", "position", "organisation", "role", "starts_on", "last_day"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the organisations that are open."""
        super().__init__(*args, **kwargs)
        offer(self, "organisation", Organisation.objects.as_user(by).still_open())


class PersonForm(RoleForm):
    """A person who is not known yet, with a first role."""

    submit_label = "Add this person"

    name = forms.CharField(
        label="Full name", max_length=150, error_messages={"required": "Enter the full name"}
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The link to set a password goes there",
        error_messages={
            "required": "Enter the e-mail address",
            "invalid": "Enter an e-mail address like name@school.example",
        },
    )
    position = forms.CharField(
        label="Position (optional)",
        max_length=100,
        required=False,
        help_text="For example, SENCO or tutor. It stands beside changes that the person makes in a "
        "register.",
    )

    @property
    def person(self) -> User:
        """Return the person who was entered."""
        return User(**{name: self.cleaned_data[name] for name in ("name", "email", "position")})


class EndRoleForm(GdsForm):
    """The last day of a role."""

    submit_label = "End the role"

    last_day = DateField(
        label="Last day of the role", help_text="To end it at once, enter yesterday's date"
    )


def _hour(hour: int) -> str:
    return f"{(hour - 1) % NOON + 1}{'am' if hour < NOON else 'pm'}"


class DigestForm(RowForm):
    """When a summary of what changed comes by mail."""

    submit_label = "Save"

    hour = forms.TypedChoiceField(
        label="Hour",
        choices=[
            ("", "No mail"),
            *((hour, _hour(hour)) for hour in range(FIRST_HOUR, LAST_HOUR + 1)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="The mail says what changed since the last one, by references, and names no "
        "child. Where nothing changed, no mail comes.",
    )
    is_on_school_days_only = forms.BooleanField(
        label="On school days only", required=False, initial=True
    )

    class Meta:
        model = Digest
        fields = ["hour", "is_on_school_days_only"]


class CoverForm(RangeForm):
    """Who covers for whom, from when to when."""

    submit_label = "See what moves"
    boxes = ("person", "colleague", *(f"{name}_{box}" for name in ("starts_on", "last_day")
                                      for box in range(3)))  # fmt: skip

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Who is away", to_field_name="uid", empty_label=None
    )
    colleague = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Who covers",
        to_field_name="uid",
        empty_label="Choose a colleague",
        help_text="Somebody of the same organisation and role",
        error_messages={"required": "Choose who covers"},
    )
    starts_on = DateField(label="First day away")
    last_day = DateField(label="Last day away")

    class Meta:
        model = Cover
        fields = ["person", "colleague", "starts_on"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the colleagues; who arranges for others chooses who is away, too."""
        super().__init__(*args, **kwargs)
        own = by.acting[0].organisation if by.acting else None
        self.instance.organisation = own
        self.instance.person = by
        colleagues = by.colleagues()
        offer(self, "colleague", colleagues)
        if by.can(Permission.COVER_ARRANGE):
            offer(self, "person", colleagues)
            self.initial.setdefault("person", by.uid)
        else:
            del self.fields["person"]
            offer(self, "colleague", colleagues.exclude(pk=by.pk))


class ClockForm(RowForm):
    """How many school days something may take, from a day on."""

    submit_label = "Save the rule"

    school_days = forms.IntegerField(
        label="School days",
        min_value=1,
        max_value=MOST_SCHOOL_DAYS,
        error_messages={
            "invalid": "Enter a whole number of school days",
            "min_value": "Enter one school day or more",
            "max_value": f"Enter {MOST_SCHOOL_DAYS} school days or fewer: a year has no more",
        },
    )
    starts_on = DateField(
        label="First day of the rule",
        help_text="It holds for what begins on this day or later",
    )
    source = forms.CharField(
        label="Where this is laid down",
        max_length=200,
        help_text="The law, the guidance or the council's decision. It stands beside each count.",
        error_messages={"required": "Say where this is laid down"},
    )

    class Meta:
        model = ClockRule
        fields = ["school_days", "starts_on", "source"]


class KeyForm(GdsForm):
    """A key for the system of a provider: which system, and for how long."""

    submit_label = "Make the key"

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Provider",
        empty_label="Choose a provider",
        error_messages={"required": "Choose whose marks are sent"},
    )
    name = forms.CharField(
        label="What is it for?",
        max_length=60,
        help_text="The name of the system. It stands beside each mark that is changed by it.",
        error_messages={"required": "Enter what the key is for"},
    )
    days = Radios(
        label="How long does it work?",
        choices=[("90", "Three months"), ("180", "Six months"), ("365", "A year")],
        error_messages={"required": "Choose how long the key works"},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Ask for the provider only where there are several."""
        super().__init__(*args, **kwargs)
        places = Organisation.objects.as_user(by).providers()
        if not by.roles & REACH_ALL:
            places = places.filter(pk__in=by.organisations_with(Permission.KEY_CHANGE))
        self.only_place = None if by.roles & REACH_ALL else places.first()
        if self.only_place:
            del self.fields["organisation"]
        else:
            offer(self, "organisation", places)

    @property
    def place(self) -> Organisation:
        """Return whose marks are sent."""
        return self.only_place or self.cleaned_data["organisation"]
