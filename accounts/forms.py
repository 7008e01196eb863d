"""Forms about people: who they are, and which role they hold where."""

from typing import Any

from django import forms

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from apsystem.lib.forms import DateField, GdsForm, RangeForm, offer

IDLE, NO_ROLE = "idle", "none"


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
