"""What this app tells of a child: plans, care, rolls, documents."""

from django.db.models.functions import TruncDate

from accounts.permissions import Permission
from pupils.models import (
    CareStatus,
    Document,
    EhcPlan,
    Enrolment,
    Letter,
    PermanentExclusion,
    Suspension,
    Voice,
    VoiceResponse,
)
from pupils.models.codes import (
    BoardResult,
    CareKind,
    EnrolmentStatus,
    Leaving,
    ReviewResult,
    SuspensionKind,
)
from pupils.models.letter import Channel
from pupils.models.questions import Who
from pupils.models.suspension import days_words
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
section(
    Section(
        "suspensions",
        "Suspensions",
        "pupils:pupil-suspensions",
        Permission.EXCLUSION_VIEW,
        Suspension.objects.as_user,
        place=35,
    )
)
section(
    Section(
        "own-words",
        "Own words",
        "pupils:voices-of-pupil",
        Permission.VOICE_VIEW,
        Voice.objects.as_user,
        place=36,
    )
)
kind("voices", "Own words", 20)
kind("suspensions", "Suspensions and exclusions", 35)
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


def _left(row: Row) -> str:
    said = dict(Leaving.choices).get(row.code, "")
    return f"{said}: {row.words}" if said and row.words else said


def _suspended(row: Row) -> Told:
    number = row.number or 0
    if row.code == SuspensionKind.LUNCHTIME:
        return Told(f"Suspended for {number} lunchtime{'' if number == 1 else 's'}: {row.place}",
                    row.words)  # fmt: skip
    return Told(f"Suspended for {days_words(number)}: {row.place}", row.words)


def _voice(row: Row) -> Told:
    return Told("Own words handed in", str(Who(row.code).label))


def _disagreed(row: Row) -> Told:
    return Told("Does not agree with the answer", f"{Who(row.code).label}: {row.words}")


def _board(row: Row) -> str:
    return dict(BoardResult.choices).get(row.code, row.code)


def _review(row: Row) -> str:
    return dict(ReviewResult.choices).get(row.code, row.code)


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
        {
            "on": last_day("ends_on"),
            "code": "left_because",
            "place": "organisation__name",
            "words": "left_for",
        },
        lambda row: Told(f"Last day on roll: {row.place}", _left(row)),
    )
)
tells(
    Source(
        "document",
        "documents",
        lambda user: Document.objects.as_user(user).kept().papers(),
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

SUSPENSION = {
    "at": "recorded_at",
    "ref": "uid",
    "number": "sessions",
    "code": "kind",
    "place": "school__name",
    "by": "recorded_by__name",
}
tells(
    Source(
        "suspended",
        "suspensions",
        Suspension.objects.as_user,
        {"on": "starts_on", "words": "reason_1__label", **SUSPENSION},
        _suspended,
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:suspension",
    )
)
tells(
    Source(
        "suspensioncancelled",
        "suspensions",
        lambda user: Suspension.objects.as_user(user).filter(cancelled_on__isnull=False),
        {**SUSPENSION, "on": "cancelled_on", "words": "cancelled_because"},
        lambda row: Told(f"Suspension cancelled: {row.place}", row.words),
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:suspension",
    )
)
tells(
    Source(
        "suspensionboard",
        "suspensions",
        lambda user: Suspension.objects.as_user(user).filter(board_met_on__isnull=False),
        {**SUSPENSION, "on": "board_met_on", "code": "board_result"},
        lambda row: Told(f"Governing board on a suspension: {row.place}", _board(row)),
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:suspension",
    )
)
EXCLUSION = {
    "at": "recorded_at",
    "ref": "uid",
    "code": "result",
    "place": "school__name",
    "by": "recorded_by__name",
}
tells(
    Source(
        "excluded",
        "suspensions",
        PermanentExclusion.objects.as_user,
        {"on": "effective_on", "words": "reason_1__label", **EXCLUSION},
        lambda row: Told(f"Permanently excluded: {row.place}", row.words),
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:exclusion",
    )
)
tells(
    Source(
        "exclusionboard",
        "suspensions",
        lambda user: PermanentExclusion.objects.as_user(user).filter(board_met_on__isnull=False),
        {**EXCLUSION, "on": "board_met_on"},
        lambda row: Told(f"Governing board on the exclusion: {row.place}", _review(row)),
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:exclusion",
    )
)
tells(
    Source(
        "exclusionwithdrawn",
        "suspensions",
        lambda user: PermanentExclusion.objects.as_user(user).filter(rescinded_on__isnull=False),
        {**EXCLUSION, "on": "rescinded_on", "words": "rescinded_because"},
        lambda row: Told(f"Permanent exclusion withdrawn: {row.place}", row.words),
        permission=Permission.EXCLUSION_VIEW,
        page="pupils:exclusion",
    )
)

tells(
    Source(
        "voice",
        "voices",
        lambda user: Voice.objects.as_user(user).handed_in(),
        {"on": TruncDate("finished_at"), "at": "finished_at", "ref": "uid", "code": "who"},
        _voice,
        permission=Permission.VOICE_VIEW,
        page="pupils:voice",
    )
)
tells(
    Source(
        "voiceanswered",
        "voices",
        VoiceResponse.objects.as_user,
        {
            "on": TruncDate("at"),
            "at": "at",
            "ref": "voice__uid",
            "words": "you_said",
            "by": "by__name",
        },
        lambda row: Told("Own words answered", row.words),
        permission=Permission.VOICE_VIEW,
        page="pupils:voice",
    )
)
tells(
    Source(
        "voicedisagreed",
        "voices",
        lambda user: Voice.objects.as_user(user).filter(disagreed_at__isnull=False),
        {
            "on": TruncDate("disagreed_at"),
            "at": "disagreed_at",
            "ref": "uid",
            "code": "who",
            "words": "disagreement",
        },
        _disagreed,
        permission=Permission.VOICE_VIEW,
        page="pupils:voice",
    )
)
