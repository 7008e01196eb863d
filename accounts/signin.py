"""Signing in with a password: closed sign-up, our forms. Single sign-on will join here."""

import logging
from smtplib import SMTPException
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from accounts.models.calendar import is_school_day
from accounts.permissions import Role
from apsystem.lib.forms import GdsFormMixin

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    """People are added by those who answer for them; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep sign-up closed."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Open the register for who only marks, on school days; others begin with their day.

        A class waits while a tutor signs in.
        """
        held = cast("User", request.user).memberships_at(None)
        only_marks = {entry.role for entry in held} == {Role.PROVIDER_STAFF}
        if only_marks and is_school_day(held[0].organisation, localdate()):
            return reverse("attendance:today")
        return str(super().get_login_redirect_url(request))


class _Plain(GdsFormMixin):
    """Take the placeholders out: they vanish when a person types."""

    fields: dict[str, Any]

    def plain(self) -> None:
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["spellcheck"] = "false"


class SignInForm(_Plain, LoginForm):
    """E-mail address and password. Pasting works, and so do password managers."""

    submit_label = "Sign in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Use the words of the pages."""
        super().__init__(*args, **kwargs)
        self.plain()
        self.fields["login"].label = "E-mail address"
        self.fields["login"].max_length = 254
        self.fields["login"].error_messages = {"required": "Enter your e-mail address"}
        self.fields["password"].error_messages = {"required": "Enter your password"}
        self.fields["password"].help_text = ""


class ResetPasswordForm(_Plain, AllauthResetPasswordForm):
    """Ask for a link by e-mail. The answer is the same whether the address is known or not."""

    submit_label = "Send me a link"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Use the words of the pages."""
        super().__init__(*args, **kwargs)
        self.plain()
        self.fields["email"].label = "E-mail address"
        self.fields["email"].error_messages = {
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address like name@school.example",
        }


class NewPasswordForm(_Plain, AllauthResetPasswordKeyForm):
    """Choose a new password."""

    submit_label = "Save the new password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Use the words of the pages."""
        super().__init__(*args, **kwargs)
        self.plain()
        self.fields["password1"].label = "New password"
        self.fields["password2"].label = "New password again"


def send_password_link(request: HttpRequest, user: User) -> bool:
    """Mail the link by which a person sets a password. Tell whether the mail went out.

    It is the mail of "I have forgotten my password": nobody else ever sees a password.
    """
    form = AllauthResetPasswordForm({"email": user.email})
    if not form.is_valid():
        return False
    try:
        form.save(request)
    except (SMTPException, OSError):
        logger.exception("The link to set a password could not be sent to person %s.", user.pk)
        return False
    return True
