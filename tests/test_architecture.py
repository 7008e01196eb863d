"""The shape of the code: layers, sizes, scopes. What a reader relies on, held by a machine."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.test import override_settings

from accounts.scoping import ScopedQuerySet
from pupils.models import ChildQuerySet, Pupil
from tests.constraints import APPS as CONSTRAINED
from tests.constraints import models_of
from tests.guards import GUARDS
from tests.unscoped import UNSCOPED

ROOT = Path(__file__).resolve().parent.parent
# From the lowest layer up; those in one set stand beside each other.
RANKS = [
    {"accounts"},
    {"pupils"},
    {"referrals"},
    {"placements"},
    {"attendance", "reintegration", "outreach"},
    {"reporting"},
]
APPS = sorted(label for rank in RANKS for label in rank)
LONGEST = 400
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted(
    path
    for folder in [*APPS, "apsystem", "tests", "bench"]
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


@pytest.mark.parametrize(("name", "words"), sorted({guard[1:3] for guard in GUARDS}))
def test_a_guard_that_is_turned_off_is_there(name, words):
    assert words in (ROOT / name).read_text(encoding="utf-8"), "mend tests/guards.py"


def rank_of(label: str) -> int | None:
    return next((place for place, labels in enumerate(RANKS) if label in labels), None)


def test_every_app_of_ours_has_a_layer():
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} == {*APPS, "apsystem"}


def test_foreign_keys_point_downwards_or_stay_at_home():
    upwards = []
    for model in apps.get_models():
        here = rank_of(model._meta.app_label)
        for field in model._meta.get_fields():
            if here is None or not field.is_relation or field.auto_created:
                continue
            there = rank_of(field.related_model._meta.app_label)
            is_home = field.related_model._meta.app_label == model._meta.app_label
            if there is not None and not is_home and there >= here:
                upwards.append(f"{model.__name__}.{field.name}")
    assert upwards == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_short_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= LONGEST
    if path.relative_to(ROOT).parts[0] != "tests":
        assert not text.strip() or ast.get_docstring(ast.parse(text)), "begin with one sentence"


def reads(path: Path) -> set[str]:
    """Return the rows that a module reads through a manager, as far as the chain is written."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            inner = node.value
            if inner.attr == "objects" and node.attr not in {"as_user", "none", "numbered"}:
                found.add(ast.unparse(node))
    return found


# Models state the scopes, actions check again, and the others act for nobody.
ACTING = {"models", "actions", "management", "tasks.py", "nightly.py", "models.py", "actions.py"}
READERS = {
    path.relative_to(ROOT).as_posix(): path
    for path in SOURCES
    if path.relative_to(ROOT).parts[0] in APPS and not ACTING & set(path.relative_to(ROOT).parts)
}


@pytest.mark.parametrize("name", READERS)
def test_whatever_shows_rows_reads_them_through_as_user(name):
    assert reads(READERS[name]) == set(UNSCOPED.get(name, {}))


def test_every_exception_is_of_a_file_that_is_looked_at():
    assert set(UNSCOPED) <= set(READERS)


def children_models():
    """Return every model that leads to a child by a foreign key or one to one, however far."""
    found = {Pupil}
    while True:
        more = {
            model
            for model in apps.get_models()
            if rank_of(model._meta.app_label) is not None and not model.__name__.endswith("Event")
            for field in model._meta.get_fields()
            if field.concrete and field.is_relation and field.related_model in found
        }
        if more <= found:
            return sorted(found, key=lambda model: model.__name__)
        found |= more


@pytest.mark.parametrize("model", children_models(), ids=lambda model: model.__name__)
def test_every_model_about_a_child_is_scoped_and_says_how(model):
    rows = model.objects.all()

    assert isinstance(rows, ChildQuerySet)
    assert isinstance(rows, ScopedQuerySet)
    if model is not Pupil:
        assert rows.reach.pupil, "say how the rows lead to the child"


def test_a_queryset_without_a_rule_gives_schools_and_providers_nothing(
    db, school_staff, provider_staff
):
    class Unruled(ScopedQuerySet):
        pass

    for person in (school_staff, provider_staff):
        assert not Unruled(Pupil).as_user(person).exists()


WRITTEN_ONCE = ("<thead", 'class="govuk-tag', "govuk-summary-list__row")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_component_of_the_tag_library_is_drawn_nowhere_else(path):
    text = path.read_text(encoding="utf-8")

    assert [markup for markup in WRITTEN_ONCE if markup in text] == []


def test_every_constraint_has_a_sentence_for_the_person_who_breaks_it():
    without = [
        constraint.name
        for label in CONSTRAINED
        for model in models_of(label)
        for constraint in model._meta.constraints
        if constraint.violation_error_message == constraint.default_violation_error_message
    ]

    assert without == []


def test_the_system_check_finds_a_view_that_names_no_permission():
    with override_settings(ROOT_URLCONF="tests.forgotten_urls"):
        assert "apsystem.E001" in {found.id for found in run_checks()}
    assert "apsystem.E001" not in {found.id for found in run_checks()}
