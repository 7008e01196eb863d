"""Every model of ours has a factory whose row is valid, and a name that people can read."""

import inspect

import pytest
from factory.django import DjangoModelFactory

from tests import factories
from tests.constraints import APPS, models_of

FILLED_BY_MIGRATION = {"Code", "ExclusionReason", "FairAccessCategory"}
FACTORIES = {
    name: made
    for name, made in sorted(vars(factories).items())
    if inspect.isclass(made) and issubclass(made, DjangoModelFactory) and made._meta.model
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FACTORIES)
def test_a_factory_makes_a_valid_row_with_a_readable_name(name):
    row = FACTORIES[name]()

    row.full_clean()

    assert str(row).strip()
    assert "object (" not in str(row)


def test_every_model_has_a_factory():
    models = {model.__name__ for label in APPS for model in models_of(label)}

    made = {factory._meta.model.__name__ for factory in FACTORIES.values()}

    assert models - made == FILLED_BY_MIGRATION


def test_every_named_constraint_begins_with_its_app_and_model():
    wrong = [
        constraint.name
        for label in APPS
        for model in models_of(label)
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{label}_{model._meta.model_name}_")
    ]

    assert wrong == []
