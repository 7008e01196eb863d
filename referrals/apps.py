"""A school asks for provision; the council decides."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referrals and their decisions."""

    name = "referrals"
    verbose_name = "Referrals"
