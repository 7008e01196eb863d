"""What outreach tells of a child: support, cycles, the lines of the log, and what followed."""

from django.db.models import QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from accounts.permissions import Permission
from outreach.models import Cycle, FollowUp, Judgement, LogLine, Support
from outreach.models.entry import EntryKind, EntryStatus
from outreach.models.support import BEGUN, Status
from pupils.story import Row, Section, Source, Told, kind, section, tells

VIEW = Permission.OUTREACH_VIEW
PAGE = "outreach:support"

kind("outreach", "Outreach", 32)
section(
    Section(
        "outreach",
        "Outreach",
        "outreach:of-pupil",
        VIEW,
        lambda user: Support.objects.as_user(user).of_pupils(),
        place=34,
    )
)


def _begun(user: User) -> QuerySet:
    return Support.objects.as_user(user).of_pupils().filter(status__in=BEGUN)


def _closed(user: User) -> QuerySet:
    return Support.objects.as_user(user).of_pupils().filter(status=Status.CLOSED)


def _lines(user: User) -> QuerySet:
    rows = LogLine.objects.as_user(user).filter(entry__status=EntryStatus.DONE)
    return rows.filter(support__pupil__isnull=False)


def _cycles(user: User) -> QuerySet:
    return Cycle.objects.as_user(user).filter(support__pupil__isnull=False).exclude(judgement="")


def _cycle(row: Row) -> Told:
    judged = str(Judgement(row.code).label).lower()
    return Told(f"Cycle {row.number} of outreach reviewed: {judged}", row.words)


def _line(row: Row) -> Told:
    return Told(f"Outreach: {str(EntryKind(row.code).label).lower()}", row.words)


def _followed(row: Row) -> Told:
    return Told(f"Follow-up {row.number} months after outreach answered", row.words)


tells(
    Source(
        "outreachopens",
        "outreach",
        _begun,
        {"on": "starts_on", "ref": "uid", "words": "aims", "by": "worker__name"},
        lambda row: Told("Outreach begun", row.words),
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "outreachends",
        "outreach",
        _closed,
        {"on": "ended_on", "ref": "uid", "words": "end_words", "by": "worker__name"},
        lambda row: Told("Outreach closed", row.words),
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "outreachcycle",
        "outreach",
        _cycles,
        {
            "on": "reviewed_on",
            "ref": "support__uid",
            "number": "number",
            "code": "judgement",
            "words": "reviewed",
            "by": "reviewed_by__name",
        },
        _cycle,
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "outreachline",
        "outreach",
        _lines,
        {
            "on": "entry__on",
            "at": "entry__recorded_at",
            "ref": "support__uid",
            "code": "entry__kind",
            "words": "words",
            "by": "entry__worker__name",
        },
        _line,
        permission=VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "outreachfollowed",
        "outreach",
        lambda user: FollowUp.objects.as_user(user).filter(answered_at__isnull=False),
        {
            "on": TruncDate("answered_at"),
            "at": "answered_at",
            "ref": "support__uid",
            "number": "months",
            "words": "words",
            "by": "answered_by",
        },
        _followed,
        permission=VIEW,
        page=PAGE,
    )
)
