"""A school asks for provision; the council decides."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referrals and their decisions."""

    name = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """Register what referrals tell of a child, and the kinds of letter about one."""
        import_module("referrals.letters")
        import_module("referrals.story")
