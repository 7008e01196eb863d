"""Break named constraints, one at a time, and leave none out."""

from collections.abc import Callable
from typing import Any

import pghistory.models
import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

APPS = [
    "accounts", "pupils", "referrals", "placements", "attendance", "reintegration", "outreach",
    "reporting",
]  # fmt: skip


def models_of(label: str) -> list[type[models.Model]]:
    """Return the models of an app, without the tables of their history."""
    return [
        model
        for model in apps.get_app_config(label).get_models()
        if not issubclass(model, pghistory.models.Event)
    ]


def constraints_of(label: str) -> set[str]:
    """Return the names of all constraints of an app."""
    return {
        constraint.name for model in models_of(label) for constraint in model._meta.constraints
    }


def assert_refused(name: str, make: Callable[[], Any]) -> None:
    """Hold that the database, not a form, refuses a row by the constraint of this name."""
    with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
        make()
