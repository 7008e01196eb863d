"""The registry of the sub-navigation: one entry for each page of a child."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value

from accounts.models import User
from accounts.permissions import Permission
from pupils.models import Pupil


@dataclass(frozen=True, eq=False)
class Section:
    """A page of a child, at an address that takes the child's uid.

    `rows` are counted beside the label: those that the person may see, of all children. They come
    from a queryset whose `reach` says how it leads to the child. `place` orders the labels.
    """

    slug: str
    label: str
    page: str
    permission: Permission
    rows: Callable[[User], QuerySet] | None = None
    place: int = 100

    def rows_of(self, user: User) -> QuerySet:
        """Return the rows that are counted, of all children."""
        return self.rows(user) if self.rows else Pupil.objects.none()

    @property
    def columns_read(self) -> dict[str, Any]:
        """Return what names the count."""
        return {"source": Value(f"section {self.slug}")}


SECTIONS: dict[str, Section] = {}


def section(entry: Section) -> Section:
    """Register a page of a child. The same slug again replaces the entry."""
    SECTIONS[entry.slug] = entry
    return entry


def sections_of(user: User) -> list[Section]:
    """Return the pages that a person may open, in their order."""
    found = [entry for entry in SECTIONS.values() if user.can(entry.permission)]
    return sorted(found, key=lambda entry: (entry.place, entry.slug))
