"""The actors, and the rules of acting."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people, roles, policy, the gate, the view log, the outbox."""

    name = "accounts"
    verbose_name = "Accounts"
