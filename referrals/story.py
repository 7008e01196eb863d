"""What referrals tell of a child: sent, decided, and what happened in between."""

from collections.abc import Callable

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, TruncDate

from accounts.models import User
from accounts.permissions import Permission
from pupils.story import Row, Section, Source, Told, kind, section, tells
from referrals.models import ANSWERS, Entry, Reason, Referral, Status, Tier
from referrals.models.entry import Kind
from referrals.models.referral import REFERENCE

TOLD_ELSEWHERE = [Kind.SUBMITTED]  # it stands in columns of the referral, and is told from there
DECISIONS = [Kind.ACCEPTED, Kind.DECLINED]
PAGE = "referrals:detail"

Remarks = Callable[[User], dict[int, str]]
REMARKS: dict[str, Remarks] = {}


def remark(slug: str, read: Remarks) -> None:
    """Register what a higher app says beside the providers that a decision may name, by their id.

    The same slug again replaces the entry.
    """
    REMARKS[slug] = read


def remarks_for(user: User) -> dict[int, str]:
    """Return what is said beside providers, by their id."""
    found: dict[int, list[str]] = {}
    for read in REMARKS.values():
        for provider, words in read(user).items():
            found.setdefault(provider, []).append(words)
    return {provider: "; ".join(words) for provider, words in found.items()}


section(
    Section(
        "referrals",
        "Referrals",
        "reporting:pupil-referrals",
        Permission.REFERRAL_VIEW,
        Referral.objects.as_user,
        place=10,
    )
)
kind("referrals", "Referrals", 10)


def _named(row: Row) -> str:
    return f"Referral {REFERENCE.format(row.number)}"


def _sent(row: Row) -> Told:
    return Told(
        f"{_named(row)} submitted", f"{row.place}: {dict(Reason.choices).get(row.code, row.code)}"
    )


def _decided(row: Row) -> Told:
    if row.code == Status.ACCEPTED:
        return Told(f"{_named(row)} accepted", str(Tier(int(row.place)).label))
    return Told(f"{_named(row)} declined")


def _entries(user: User) -> QuerySet:
    """Return what is told from entries: a decision only once it is taken back."""
    later = Entry.objects.filter(referral=OuterRef("referral"), kind=Kind.UNDONE)
    stands = Q(kind__in=DECISIONS) & ~Exists(later.filter(pk__gt=OuterRef("pk")))
    return Entry.objects.as_user(user).exclude(kind__in=TOLD_ELSEWHERE).exclude(stands)


def _happened(row: Row) -> Told:
    if row.code in DECISIONS:
        title = f"{_named(row)} {row.code}; the decision was taken back before it was read"
        return Told(title, row.words)
    return Told(
        f"{_named(row)}: {str(Kind(row.code).label).lower()}", ANSWERS.get(row.place, row.words)
    )


tells(
    Source(
        "referralsent",
        "referrals",
        lambda user: Referral.objects.as_user(user).filter(submitted_at__isnull=False),
        {
            "on": TruncDate("submitted_at"),
            "at": "submitted_at",
            "ref": "uid",
            "number": "pk",
            "code": "reason",
            "place": "school__name",
            "by": "made_by__name",
        },
        _sent,
        page=PAGE,
        page_permission=Permission.REFERRAL_VIEW,
    )
)
tells(
    Source(
        "referraldecided",
        "referrals",
        lambda user: Referral.objects.as_user(user).filter(decided_on__isnull=False),
        {
            "on": "decided_on",
            "at": Coalesce(
                Subquery(
                    Entry.objects.filter(referral=OuterRef("pk"), kind__in=DECISIONS)
                    .order_by("-at")
                    .values("at")[:1]
                ),
                Cast("decided_on", DateTimeField()),
            ),
            "ref": "uid",
            "number": "pk",
            "code": "status",
            "place": "tier",
            "by": "decided_by__name",
        },
        _decided,
        page=PAGE,
        page_permission=Permission.REFERRAL_VIEW,
    )
)
tells(
    Source(
        "referralentry",
        "referrals",
        _entries,
        {
            "on": TruncDate("at"),
            "at": "at",
            "ref": "referral__uid",
            "number": "referral_id",
            "code": "kind",
            "place": "answer",
            "words": "after",
            "by": "by__name",
        },
        _happened,
        page=PAGE,
        page_permission=Permission.REFERRAL_VIEW,
    )
)
