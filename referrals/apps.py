"""A school asks for provision; the council decides."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referrals and their decisions."""

    name = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """Register the kinds of letter about a referral."""
        import_module("referrals.letters")
