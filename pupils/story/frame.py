"""What stands on top of every page of a child: who it is, where, and the other pages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from pupils.models import CareStatus, ChildQuerySet, EhcPlan, Enrolment, Pupil
from pupils.models.codes import SenProvision
from pupils.story.events import Count, by_kind, counts
from pupils.story.sections import sections_of
from pupils.story.statements import read_in_one


@dataclass(frozen=True)
class Identity:
    """Who the child is, in a line: year group, school, provider, and what to keep in mind.

    A place is left out where the person sees no roll of its kind.
    """

    year_group: str
    schools: list[str] = field(default_factory=list)
    providers: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        pupil: Pupil,
        enrolments: Iterable[Enrolment],
        plans: Iterable[EhcPlan],
        care: Iterable[CareStatus],
    ) -> "Identity":
        """Read the rows that the person may see. No query of its own."""
        today = localdate()
        places: dict[str, list[str]] = {kind: [] for kind in Organisation.Kind.values}
        for row in enrolments:
            is_over = row.ends_on is not None and row.ends_on <= today
            if row.starts_on <= today and not is_over:
                places[row.organisation.kind].append(row.organisation.name)
        flags = []
        if any(plan.ceased_on is None or plan.ceased_on > today for plan in plans):
            flags.append("EHC plan")
        elif pupil.sen_provision == SenProvision.SUPPORT:
            flags.append("SEN support")
        flags += [str(row) for row in care if not row.is_over and row.starts_on <= today]
        return cls(
            pupil.year_group(),
            places[Organisation.Kind.SCHOOL],
            places[Organisation.Kind.PROVIDER],
            flags,
        )


def frame(
    pupil: Pupil,
    user: User,
    here: str,
    *,
    since: datetime | None = None,
    **beside: ChildQuerySet,
) -> dict[str, Any]:
    """Return what `child_page.html` draws: three queries, whatever is registered.

    `here` is the slug of the section that is shown. The rows are handed on, so that a page that
    shows them asks no second time, and with them the child's rows of what is asked `beside`.
    """
    enrolments = list(
        Enrolment.objects.as_user(user).filter(pupil=pupil).select_related("organisation")
    )
    asked = {
        "plans": EhcPlan.objects.as_user(user),
        "care": CareStatus.objects.as_user(user),
        **beside,
    }
    own = read_in_one({name: rows.filter(pupil=pupil) for name, rows in asked.items()})
    sections = sections_of(user)
    told = counts(pupil, user, sections, since=since)
    found = by_kind(told)
    return {
        "pupil": pupil,
        "identity": Identity.of(pupil, enrolments, own["plans"], own["care"]),
        "sections": [
            {
                "label": entry.label,
                "url": reverse(entry.page, args=[pupil.uid]),
                "count": found.get(f"section {entry.slug}", Count()).all if entry.rows else None,
                "is_here": entry.slug == here,
            }
            for entry in sections
        ],
        "counts": found,
        "sources": set(told),
        "enrolments": enrolments,
        **own,
    }
