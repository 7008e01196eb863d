"""What attendance support tells of a child: contracts, reviews, home visits, rewards, steps."""

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from attendance.models import (
    EbsaPathway,
    HomeVisit,
    ReturnStep,
    Reward,
    Share,
    SupportPlan,
    SupportReview,
)
from attendance.models.pathway import Went
from attendance.models.support import OVER, Status
from attendance.models.visit import OUTCOMES, VisitStatus
from pupils.story import Row, Section, Source, Told, kind, section, tells
from pupils.story.events import Column

VIEW = Permission.ATTENDANCE_SUPPORT_VIEW
PAGE = "attendance:support"

section(
    Section(
        "support",
        "Support",
        "attendance:support-of-pupil",
        VIEW,
        SupportPlan.objects.as_user,
        place=32,
    )
)
kind("support", "Attendance support", 45)


def _named(row: Row) -> str:
    return f"Attendance contract {SupportPlan(pk=row.number).reference}"


def _agreed(user: User) -> QuerySet:
    return SupportPlan.objects.as_user(user).filter(agreed_on__isnull=False)


def _reviewed(row: Row) -> Told:
    share = Share(int(row.code), int(row.place))
    return Told("Attendance review", f"{share}. {row.words}")


def _visited(row: Row) -> Told:
    outcome = str(VisitStatus(row.code).label).lower()
    return Told(f"Home visit: {outcome}", row.words)


def _stepped(row: Row) -> Told:
    went = str(Went(row.code).label).lower()
    return Told(f"Step {row.number} of the EBSA pathway: {went}", row.words)


PLAN: dict[str, Column] = {"ref": "uid", "number": "pk"}
tells(
    Source(
        "supportopens",
        "support",
        SupportPlan.objects.as_user,
        {"on": "opened_on", "at": "opened_at", "words": "why", "by": "opened_by__name", **PLAN},
        lambda row: Told(f"{_named(row)} opened", row.words),
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "supportagreed",
        "support",
        _agreed,
        {"on": "agreed_on", "words": "parent_name", **PLAN},
        lambda row: Told(f"{_named(row)} agreed", f"With {row.words}"),
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "supportends",
        "support",
        lambda user: SupportPlan.objects.as_user(user).filter(status__in=OVER),
        {"on": "ended_on", "code": "status", "words": "end_words", **PLAN},
        lambda row: Told(f"{_named(row)}: {str(Status(row.code).label).lower()}", row.words),
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "supportreview",
        "support",
        lambda user: SupportReview.objects.as_user(user).filter(held_on__isnull=False),
        {
            "on": "held_on",
            "at": "recorded_at",
            "ref": "plan__uid",
            "code": "present",
            "place": "possible",
            "words": "changed",
            "by": "recorded_by__name",
        },
        _reviewed,
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "homevisit",
        "support",
        lambda user: HomeVisit.objects.as_user(user).filter(status__in=OUTCOMES),
        {
            "on": Coalesce("went_on", "planned_on"),
            "at": "recorded_at",
            "ref": "pupil__uid",
            "code": "status",
            "words": "found",
            "by": "recorded_by__name",
        },
        _visited,
        permission=VIEW,
        page="attendance:support-of-pupil",
    )
)
tells(
    Source(
        "reward",
        "support",
        Reward.objects.as_user,
        {
            "on": "given_on",
            "at": "recorded_at",
            "ref": "pupil__uid",
            "place": "what",
            "words": "given_for",
            "by": "given_by__name",
        },
        lambda row: Told(f"Reward: {row.place}", f"For {row.words}"),
        permission=VIEW,
        page="attendance:support-of-pupil",
    )
)
tells(
    Source(
        "pathwayopens",
        "support",
        EbsaPathway.objects.as_user,
        {"on": "opened_on", "at": "opened_at", "ref": "uid", "by": "opened_by__name"},
        lambda row: Told("EBSA pathway begun"),
        permission=VIEW,
        page="attendance:pathway",
    )
)
tells(
    Source(
        "pathwayends",
        "support",
        lambda user: EbsaPathway.objects.as_user(user).filter(closed_on__isnull=False),
        {"on": "closed_on", "ref": "uid", "words": "close_words"},
        lambda row: Told("EBSA pathway closed", row.words),
        permission=VIEW,
        page="attendance:pathway",
    )
)
tells(
    Source(
        "returnstep",
        "support",
        lambda user: ReturnStep.objects.as_user(user).tried(),
        {
            "on": "tried_on",
            "at": "recorded_at",
            "ref": "pathway__uid",
            "number": F("position"),
            "code": "went",
            "words": "words",
            "by": "recorded_by__name",
        },
        _stepped,
        permission=VIEW,
        page="attendance:pathway",
    )
)
