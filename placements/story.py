"""What placements tell of a child: first and last day, reviews, awards, and what was agreed."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import REACH_PROVIDER, Permission
from placements.models import (
    TAKEN_UP,
    Assessment,
    Award,
    ClosedToNew,
    Destination,
    Entry,
    EntryKind,
    Hold,
    HoldEnd,
    Informant,
    NextStep,
    Placement,
    PlacementQuerySet,
    Review,
    SchoolPlacement,
    Status,
)
from placements.models.review import say
from pupils.models import Pupil
from pupils.models.meetings import meets
from pupils.models.questions import About
from pupils.story import Row, Section, Source, Told, kind, section, tells
from pupils.story.columns import last_day
from pupils.story.events import Column
from referrals.models import Tier
from referrals.story import remark


@dataclass(frozen=True)
class Part:
    """What a higher app adds to the page of a placement: a template, and what it draws.

    `read` returns None where there is nothing to show.
    """

    slug: str
    permission: Permission
    template: str
    read: Callable[[Placement, User], dict[str, Any] | None]


PARTS: dict[str, Part] = {}


def part(entry: Part) -> Part:
    """Register a part of the page of a placement. The same slug again replaces the entry."""
    PARTS[entry.slug] = entry
    return entry


def parts_of(placement: Placement, user: User) -> list[tuple[str, dict[str, Any]]]:
    """Return the templates of the parts that a person may see, each with what it draws."""
    found = [
        (entry.template, entry.read(placement, user))
        for entry in PARTS.values()
        if user.can(entry.permission)
    ]
    return [(template, shown) for template, shown in found if shown is not None]


TOLD_ELSEWHERE = [EntryKind.ENDED, EntryKind.REVIEWED, EntryKind.AWARDED]
PAGE = "placements:detail"


def placements_told(rows: QuerySet, user: User, path: str = "") -> PlacementQuerySet:
    """Leave out what is offered, where the reader is of a provider: an offer names no child."""
    if user.organisations_as(REACH_PROVIDER):
        rows = rows.exclude(**{f"{path}status": Status.PROPOSED})
    return cast("PlacementQuerySet", rows)


remark("closed", lambda user: ClosedToNew.objects.as_user(user).said(localdate()))
section(
    Section(
        "placements",
        "Placements",
        "reporting:pupil-placements",
        Permission.PLACEMENT_VIEW,
        lambda user: placements_told(Placement.objects.as_user(user), user),
        place=20,
    )
)
section(
    Section(
        "assessments",
        "Assessments",
        "placements:assessments",
        Permission.ASSESSMENT_VIEW,
        lambda user: Assessment.objects.as_user(user).kept(),
        place=35,
    )
)
kind("placements", "Placements", 20)
kind("assessments", "Assessments", 35)
kind("reviews", "Reviews and awards", 30)


def _where(row: Row) -> str:
    return f"{Tier(row.number or 0).label}, {row.place}"


def _ended(row: Row) -> Told:
    return Told("Placement ended", f"{_where(row)}. {dict(Destination.choices).get(row.code, '')}")


def _happened(row: Row) -> Told:
    words = f"{row.place}. {row.words}" if row.words else row.place
    return Told(f"Placement: {str(EntryKind(row.code).label).lower()}", words)


def _reviewed(row: Row) -> Told:
    agreed = str(NextStep(row.code).label).lower()
    return Told(f"Placement reviewed: {agreed}", f"{row.place}. {row.words}")


def _of_award(column: str) -> Subquery:
    """Return what the entry of an award holds: when it was written down, and by whom."""
    entries = Entry.objects.filter(
        placement=OuterRef("placement"),
        kind=EntryKind.AWARDED,
        words__startswith=OuterRef("title"),
    )
    return Subquery(entries.order_by("-at").values(column)[:1])


def _gained(row: Row) -> Told:
    return Told(f"Award gained: {row.words}", row.place)


def _held(row: Row) -> Told:
    until = f"{row.place}, until {say(date.fromisoformat(row.code))}"
    return Told("Place held", f"{until}. {row.words}" if row.words else until)


def _held_no_longer(row: Row) -> Told:
    return Told(str(HoldEnd(row.code).label) if row.code else "Held place free again", row.place)


@meets(About.REVIEW)
def next_review(pupil: int, after: date) -> date | None:
    """Return when a placement of a pupil is reviewed next."""
    rows = Placement.objects.running().filter(pupil=pupil, next_review_on__gt=after)
    return rows.order_by("next_review_on").values_list("next_review_on", flat=True).first()


tells(
    Source(
        "placementstarts",
        "placements",
        lambda user: Placement.objects.as_user(user).filter(status__in=TAKEN_UP),
        {
            "on": "starts_on",
            "at": "opened_at",
            "ref": "uid",
            "number": "tier",
            "place": "provider__name",
        },
        lambda row: Told("Placement starts", _where(row)),
        page=PAGE,
        page_permission=Permission.PLACEMENT_VIEW,
    )
)
tells(
    Source(
        "placementends",
        "placements",
        lambda user: Placement.objects.as_user(user).filter(status=Status.ENDED),
        {
            "on": last_day("ends_on"),
            "at": Coalesce("ending__recorded_at", Cast("ends_on", DateTimeField())),
            "ref": "uid",
            "number": "tier",
            "code": "destination",
            "place": "provider__name",
            "by": "ending__recorded_by__name",
        },
        _ended,
        page=PAGE,
        page_permission=Permission.PLACEMENT_VIEW,
    )
)
tells(
    Source(
        "placemententry",
        "placements",
        lambda user: placements_told(
            Entry.objects.as_user(user).exclude(kind__in=TOLD_ELSEWHERE), user, "placement__"
        ),
        {
            "on": TruncDate("at"),
            "at": "at",
            "ref": "placement__uid",
            "code": "kind",
            "place": "placement__provider__name",
            "words": "words",
            "by": "by__name",
        },
        _happened,
        page=PAGE,
        page_permission=Permission.PLACEMENT_VIEW,
    )
)
tells(
    Source(
        "review",
        "reviews",
        Review.objects.as_user,
        {
            "on": "held_on",
            "at": "recorded_at",
            "ref": "placement__uid",
            "code": "next_step",
            "place": "placement__provider__name",
            "words": "progress_words",
            "by": "recorded_by__name",
        },
        _reviewed,
        page=PAGE,
        page_permission=Permission.PLACEMENT_VIEW,
    )
)
tells(
    Source(
        "award",
        "reviews",
        Award.objects.as_user,
        {
            "on": "gained_on",
            "at": Coalesce(_of_award("at"), Cast("gained_on", DateTimeField())),
            "ref": "placement__uid",
            "words": "title",
            "place": "result",
            "by": Coalesce(_of_award("by__name"), Value("")),
        },
        _gained,
        page=PAGE,
        page_permission=Permission.PLACEMENT_VIEW,
    )
)
tells(
    Source(
        "assessment",
        "assessments",
        lambda user: Assessment.objects.as_user(user).kept(),
        {
            "on": "held_on",
            "at": "entered_at",
            "ref": "pupil__uid",
            "code": "informant",
            "words": "instrument__name",
            "by": "recorded_by__name",
        },
        lambda row: Told(f"Assessment: {row.words}", f"Answered by: {Informant(row.code).label}"),
        permission=Permission.ASSESSMENT_VIEW,
        page="placements:assessments",
    )
)

OF_HOLD: dict[str, Column] = {"ref": "referral__uid", "place": "provider__name"}
tells(
    Source(
        "hold",
        "placements",
        Hold.objects.as_user,
        {
            "on": TruncDate("held_at"),
            "at": "held_at",
            "code": "expires_on",
            "words": "against",
            "by": "held_by__name",
            **OF_HOLD,
        },
        _held,
        page="referrals:detail",
        page_permission=Permission.REFERRAL_VIEW,
    )
)
tells(
    Source(
        "holdgivenup",
        "placements",
        lambda user: Hold.objects.as_user(user).given_up(),
        {
            "on": TruncDate("released_at"),
            "at": "released_at",
            "code": "ended",
            "by": Coalesce("ended_by__name", Value("")),
            **OF_HOLD,
        },
        _held_no_longer,
        page="referrals:detail",
        page_permission=Permission.REFERRAL_VIEW,
    )
)
tells(
    Source(
        "holdranout",
        "placements",
        lambda user: Hold.objects.as_user(user).run_out(),
        {"on": "expires_on", **OF_HOLD},
        lambda row: Told(str(HoldEnd.LAPSED.label), row.place),
        page="referrals:detail",
        page_permission=Permission.REFERRAL_VIEW,
    )
)

OWN: dict[str, Column] = {
    "at": "recorded_at",
    "ref": "uid",
    "place": Coalesce("provider__name", "provider_name"),
    "by": "recorded_by__name",
}
OWN_STARTS = tells(
    Source(
        "ownstarts",
        "placements",
        SchoolPlacement.objects.as_user,
        {"on": "starts_on", **OWN},
        lambda row: Told("Placed by the school itself", row.place),
        permission=Permission.COMMISSION_VIEW,
        page="placements:commissioned",
    )
)
tells(
    Source(
        "ownends",
        "placements",
        lambda user: SchoolPlacement.objects.as_user(user).filter(ends_on__isnull=False),
        {"on": last_day("ends_on"), **OWN},
        lambda row: Told("Last day of the school's own placement", row.place),
        permission=Permission.COMMISSION_VIEW,
        page="placements:commissioned",
    )
)


def placed_by_schools(pupil: Pupil, user: User, told: Container[str]) -> list[SchoolPlacement]:
    """Read what the page of a pupil shows of the schools' own placements. One query.

    None is asked for a child whose chronology tells of none.
    """
    if OWN_STARTS.slug not in told:
        return []
    rows = SchoolPlacement.objects.as_user(user).filter(pupil=pupil)
    return list(rows.select_related("provider", "school"))
