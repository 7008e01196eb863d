"""What this app tells of a child: plans, care, rolls, documents."""

from django.db.models.functions import TruncDate

from accounts.permissions import Permission
from pupils.models import CareStatus, Document, EhcPlan, Enrolment, Letter
from pupils.models.codes import CareKind, EnrolmentStatus
from pupils.models.letter import Channel
from pupils.story.columns import last_day
from pupils.story.events import Row, Source, Told, kind, tells
from pupils.story.sections import Section, section

section(Section("overview", "Overview", "reporting:pupil", Permission.PUPIL_VIEW, place=0))
section(
    Section(
        "letters",
        "Letters",
        "pupils:letters",
        Permission.LETTER_VIEW,
        Letter.objects.as_user,
        place=40,
    )
)
kind("letters", "Letters", 40)
kind("plans", "Plans and care", 50)
kind("rolls", "Rolls", 60)
kind("documents", "Documents", 70)


def _care(row: Row) -> str:
    return dict(CareKind.choices).get(row.code, row.code)


def _given(row: Row) -> str:
    return str(Channel(row.code).label).lower()


def _roll(row: Row) -> str:
    return dict(EnrolmentStatus.choices).get(row.code, row.code)


tells(
    Source(
        "planissued",
        "plans",
        EhcPlan.objects.as_user,
        {"on": "issued_on"},
        lambda row: Told("EHC plan issued"),
    )
)
tells(
    Source(
        "planreviewed",
        "plans",
        lambda user: EhcPlan.objects.as_user(user).filter(reviewed_on__isnull=False),
        {"on": "reviewed_on"},
        lambda row: Told("EHC plan reviewed"),
    )
)
tells(
    Source(
        "planceased",
        "plans",
        lambda user: EhcPlan.objects.as_user(user).filter(ceased_on__isnull=False),
        {"on": "ceased_on"},
        lambda row: Told("EHC plan ceased"),
    )
)
tells(
    Source(
        "carestarts",
        "plans",
        CareStatus.objects.as_user,
        {"on": "starts_on", "code": "kind"},
        lambda row: Told(f"Social care: {_care(row)}", "From this day"),
    )
)
tells(
    Source(
        "careends",
        "plans",
        lambda user: CareStatus.objects.as_user(user).filter(ends_on__isnull=False),
        {"on": last_day("ends_on"), "code": "kind"},
        lambda row: Told(f"Social care: {_care(row)}", "Last day"),
    )
)
tells(
    Source(
        "rollstarts",
        "rolls",
        Enrolment.objects.as_user,
        {"on": "starts_on", "code": "status", "place": "organisation__name"},
        lambda row: Told(f"On roll: {row.place}", _roll(row)),
    )
)
tells(
    Source(
        "rollends",
        "rolls",
        lambda user: Enrolment.objects.as_user(user).filter(ends_on__isnull=False),
        {"on": last_day("ends_on"), "code": "status", "place": "organisation__name"},
        lambda row: Told(f"Last day on roll: {row.place}", _roll(row)),
    )
)
tells(
    Source(
        "document",
        "documents",
        lambda user: Document.objects.as_user(user).kept(),
        {"on": TruncDate("added_at"), "at": "added_at", "words": "name", "by": "added_by__name"},
        lambda row: Told("Document added", row.words),
    )
)
tells(
    Source(
        "letter",
        "letters",
        lambda user: Letter.objects.as_user(user).issued(),
        {
            "on": "given_on",
            "at": "issued_at",
            "ref": "uid",
            "code": "channel",
            "place": "to_name",
            "words": "title",
            "by": "issued_by__name",
        },
        lambda row: Told(f"Letter L-{row.pk:06d}: {row.words}", f"To {row.place}, {_given(row)}"),
        permission=Permission.LETTER_VIEW,
        page="pupils:letter",
    )
)
