"""Write the pages of docs/ that repeat what the code states, or tell that they are stale."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from accounts.models import Organisation
from accounts.permissions import (
    GRANTS,
    MEANINGS,
    REACH_ALL,
    REACH_PROVIDER,
    REACH_SCHOOL,
    Permission,
    Role,
)
from accounts.workflow import Move, WorkflowModel
from reporting.kpis import Measure, by_priority

WRITTEN_BY = (
    "<!-- Written by `manage.py make_docs` from {origin}. "
    "Change the code, then run the command again. -->"
)
PROJECT = Path(__file__).resolve().parents[3]
KINDS = {
    "CheckConstraint": "check",
    "UniqueConstraint": "unique",
    "ExclusionConstraint": "exclusion",
}


class Command(BaseCommand):
    """Readers who read no Python check the policy, the figures and the rules on these pages."""

    help = "Write the generated pages of docs/."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to compare only."""
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where a page is stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the pages, or compare them."""
        folder = Path(settings.BASE_DIR) / "docs"
        stale = [
            name
            for name, page in PAGES.items()
            if not (folder / name).exists() or (folder / name).read_text("utf-8") != page()
        ]
        if options["check"]:
            if stale:
                raise CommandError(f"Stale: {', '.join(stale)}. Run manage.py make_docs.")
            self.stdout.write("The generated pages are up to date.")
            return
        for name in stale:
            (folder / name).write_text(PAGES[name](), "utf-8")
        self.stdout.write(f"Written: {', '.join(stale) or 'nothing, all were up to date'}.")


# --- Markdown ------------------------------------------------------------------------------


def _page(title: str, origin: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", WRITTEN_BY.format(origin=origin), *parts]) + "\n"


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- Who may do what -----------------------------------------------------------------------


def permissions_page() -> str:
    """Return the table of permissions and roles, and whose children each role reaches."""
    matrix = _table(
        ["Permission", "What it opens", *(role.label for role in Role)],
        [
            [
                f"`{permission}`",
                MEANINGS[permission],
                *("yes" if permission in GRANTS[role] else "no" for role in Role),
            ]
            for permission in Permission
        ],
    )
    reach = _table(
        ["Role", "Can be held in", "Children within reach", "Permissions"],
        [
            [
                role.label,
                ", ".join(_homes(role)),
                _reach(role),
                f"{len(GRANTS[role])} of {len(Permission)}",
            ]
            for role in Role
        ],
    )
    return _page(
        "Who may do what",
        "`accounts/permissions/`, `accounts/models/organisation.py` and `accounts/access.py`",
        [
            "A role is held by a person in an organisation, from a day to a day. It holds "
            "permissions; a permission opens pages and actions. Which children a person then "
            "sees is the other half: the second table.",
            "## Permissions and roles",
            matrix,
            "## Roles, organisations and reach",
            reach,
            '"Within reach" is worked out from the rolls that a child is on: see '
            "[decision 4](decisions/0004-enrolments-carry-the-scope.md). A page whose permission a "
            "person lacks is refused. A child or a case out of reach is answered as not found, "
            "the same as one that does not exist.",
        ],
    )


def _homes(role: Role) -> list[str]:
    return [kind.label.lower() for kind in Organisation.Kind if role in Organisation.ROLES[kind]]


def _reach(role: Role) -> str:
    if role in REACH_ALL:
        return "every child known to the council"
    if role in REACH_SCHOOL:
        return "children on the roll of the person's school, now or earlier this academic year"
    if role in REACH_PROVIDER:
        return "children at the person's provider, now or up to 30 days ago"
    return "none"


# --- Workflows -----------------------------------------------------------------------------


def workflows_page() -> str:
    """Return a diagram and a table for each model whose status changes by moves."""
    found = [model for model in apps.get_models() if issubclass(model, WorkflowModel)]
    return _page(
        "Workflows",
        "the `MOVES` of each model",
        [
            "A status changes only by a move. A move names where it starts, where it leads and "
            "the permission that it asks for. It is made on a locked and fresh copy of the row, "
            "so two people who move the same row at once are told who was first.",
            *(part for model in found for part in _workflow(model)),
        ],
    )


def _workflow(model: type[WorkflowModel]) -> Iterator[str]:
    field = cast("models.CharField", cast("Any", model)._meta.get_field("status"))
    labels = dict(field.flatchoices)
    moves = list(model.MOVES.values())
    yield f"## {str(model._meta.verbose_name).capitalize()}"
    yield _diagram(labels, str(field.get_default()), moves)
    yield _table(
        ["Move", "From", "To", "Permission", "Roles"],
        [
            [
                move.verb,
                ", ".join(str(labels[status]) for status in labels if status in move.sources),
                str(labels[move.target]),
                f"`{move.permission}`",
                ", ".join(role.label for role in Role if move.permission in GRANTS[role]),
            ]
            for move in moves
        ],
    )


def _diagram(labels: dict[str, str], first: str, moves: list[Move]) -> str:
    started = {status for move in moves for status in move.sources}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label}" as {_state(status)}' for status, label in labels.items()]
    lines.append(f"    [*] --> {_state(first)}")
    lines += [
        f"    {_state(status)} --> {_state(move.target)}: {move.verb}"
        for move in moves
        for status in labels
        if status in move.sources
    ]
    lines += [f"    {_state(status)} --> [*]" for status in labels if status not in started]
    return "\n".join([*lines, "```"])


def _state(status: str) -> str:
    return status.replace(" ", "_")


# --- Figures -------------------------------------------------------------------------------


def kpis_page() -> str:
    """Return the dictionary of the figures."""
    return _page(
        "Dictionary of the figures",
        "`reporting/kpis/`",
        [
            "Every figure is one division: what is above the line, added up over all children, "
            "by what is below it. There are no averages of rates. Where nothing is below the "
            "line there is no value. The version counts the changes of a definition; each kept "
            "figure names the version by which it was computed.",
            *(part for title, rows in by_priority() for part in _overview(title, rows)),
            *(
                part
                for title, rows in by_priority()
                for part in (f"## {title}", *(part for row in rows for part in _measure(row)))
            ),
        ],
    )


def _overview(title: str, measures: Iterable[Measure]) -> Iterator[str]:
    yield f"**{title}**"
    yield _table(
        ["Figure", "Unit", "Better", "Version", "Headline"],
        [
            [
                f"[{measure.title}](#{measure.slug})",
                measure.unit,
                measure.better,
                str(measure.version),
                "yes" if measure.is_headline else "no",
            ]
            for measure in measures
        ],
    )


def _measure(measure: Measure) -> Iterator[str]:
    yield f'<a id="{measure.slug}"></a>\n\n### {measure.title}'
    yield _table(
        ["", measure.slug],
        [
            ["Definition", measure.definition],
            ["Above the line", measure.numerator_words],
            ["Below the line", measure.denominator_words],
            ["Not counted", measure.exclusions],
            ["Source of the method", measure.source],
            ["Unit", measure.unit],
            ["Better", measure.better],
            ["Version", str(measure.version)],
            ["Owner", measure.owner],
            ["Set beside", _comparator(measure)],
        ],
    )


def _comparator(measure: Measure) -> str:
    published = measure.published
    if published is None:
        return "nothing: no comparable figure is published"
    name = f"`{published.measure}`"
    if published.is_complement:
        name = f"100 minus {name}"
    return f"{name}, {published.school_type}, as published by DfE for the same part of a year"


# --- Constraints ---------------------------------------------------------------------------


def constraints_page() -> str:
    """Return every named constraint of our models with its sentence."""
    own = [
        model
        for model in apps.get_models()
        if _is_ours(model) and model._meta.constraints and not model._meta.proxy
    ]
    return _page(
        "What the database holds to be true",
        "the `Meta.constraints` of each model",
        [
            "These rules are kept by PostgreSQL itself, whoever writes: a page, an import, a "
            "seed or a shell. The sentence is what a person reads when a page would break the "
            "rule.",
            *(part for model in own for part in _constraints(model)),
        ],
    )


def _is_ours(model: type[models.Model]) -> bool:
    return Path(apps.get_app_config(model._meta.app_label).path).parent == PROJECT


def _constraints(model: type[models.Model]) -> Iterator[str]:
    meta = model._meta
    yield f"## {meta.app_label}: {meta.object_name}"
    yield _table(
        ["Constraint", "Kind", "Sentence"],
        [
            [f"`{rule.name}`", KINDS[type(rule).__name__], str(rule.violation_error_message)]
            for rule in meta.constraints
        ],
    )


PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": permissions_page,
    "workflows.md": workflows_page,
    "kpis.md": kpis_page,
    "constraints.md": constraints_page,
}
