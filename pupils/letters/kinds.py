"""The registry of letters: what a kind of letter tells, asks and needs, and the cases it is about.

A case is a referral or a placement. This app knows neither: the app that does registers how a case
is found for a person, and the kinds of letter about it.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from accounts.models import Organisation, User
from pupils.letters.checks import Check
from pupils.models import Letter, Pupil

Facts = dict[str, Any]


class Addressee(StrEnum):
    """Whom a kind of letter may go to."""

    PARENT = "parent"
    SCHOOL = "school"
    PROVIDER = "provider"


class Shape(StrEnum):
    """How an answer is given."""

    TEXT = "text"
    LINE = "line"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True)
class Ask:
    """One thing that the writer is asked for a kind of letter. Dates are kept as 2026-09-04.

    `from_fact` names the fact that it begins with. An answer that is needed may stay empty in a
    draft, and stops the letter from going out.
    """

    name: str
    label: str
    shape: Shape = Shape.TEXT
    help_text: str = ""
    initial: str = ""
    from_fact: str = ""
    choices: Sequence[tuple[str, str]] = ()
    is_needed: bool = True


@dataclass(frozen=True)
class Case:
    """A referral or a placement, as a letter sees it. `row` is the thing itself."""

    about: str
    uid: uuid.UUID
    pupil: Pupil
    school: Organisation
    provider: Organisation | None
    name: str
    url: str
    row: Any


def _no_checks(_letter: Letter, _case: Case) -> list[Check]:
    return []


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter. `template` is a typst file, and `facts` what it is filled with.

    `needed` names the facts without which it cannot go out, each with what it is called. `notice`
    is the kind of clock that runs from the day it is given to the fact `starts_on`.
    """

    slug: str
    title: str
    about: str
    template: Path
    facts: Callable[[Case], Facts]
    is_open: Callable[[Any], bool]
    to: Sequence[Addressee]
    asks: Sequence[Ask] = ()
    needed: dict[str, str] = field(default_factory=dict)
    needs_second_person: bool = False
    has_challenge: bool = False
    notice: str = ""
    checks: Callable[[Letter, Case], list[Check]] = _no_checks


Finder = Callable[[User, uuid.UUID], Case | None]
_finders: dict[str, Finder] = {}
_kinds: dict[str, LetterKind] = {}


def finds(about: str) -> Callable[[Finder], Finder]:
    """Register how a case of this sort is found for a person: None where it is out of reach."""

    def keep(finder: Finder) -> Finder:
        _finders[about] = finder
        return finder

    return keep


def register(kind: LetterKind) -> LetterKind:
    """Add a kind of letter."""
    _kinds[kind.slug] = kind
    return kind


def kind_of(slug: str) -> LetterKind | None:
    """Return a kind of letter by its slug."""
    return _kinds.get(slug)


def kinds_about(about: str) -> list[LetterKind]:
    """Return the kinds of letter about a sort of case."""
    return [kind for kind in _kinds.values() if kind.about == about]


def kinds_open(about: str, row: Any) -> list[LetterKind]:
    """Return the kinds of letter that may be drafted about a case as it stands."""
    return [kind for kind in kinds_about(about) if kind.is_open(row)]


def case_of(about: str, uid: uuid.UUID | None, user: User) -> Case | None:
    """Return the case of a letter, where the person may reach it."""
    finder = _finders.get(about)
    return finder(user, uid) if finder and uid else None


def day_of(value: Any) -> date | None:
    """Return the day that a fact or an answer holds, None where it holds none."""
    try:
        return date.fromisoformat(value or "")
    except (TypeError, ValueError):
        return None
