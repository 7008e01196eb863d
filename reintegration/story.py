"""What the way back tells of a child: the plan, gates, weeks, its end, and the panel's decisions."""

from datetime import date

from django.db.models.functions import TruncDate

from accounts.permissions import Permission
from pupils.models.meetings import meets
from pupils.models.questions import About
from pupils.story import Row, Section, Source, Told, kind, section, tells
from reintegration.models import (
    Application,
    CaseStatus,
    ChangeKind,
    CoachContact,
    DestinationCheck,
    Gate,
    Judgement,
    Kind,
    Outcome,
    PanelCase,
    PanelOutcome,
    Pathway,
    Plan,
    StayCheck,
    TargetChange,
    Week,
    WeekChange,
)
from reintegration.models.transition import Now
from reintegration.models.week import Stay

PAGE = "reporting:plan"

kind("wayback", "Way back", 33)
kind("post16", "After Year 11", 34)


def _gate(row: Row) -> Told:
    return Told(str(Kind(row.code).label), row.words)


def _week(row: Row) -> Told:
    return Told(f"Week {row.number} of the return: {Judgement(row.code).label.lower()}", row.words)


def _change(row: Row) -> Told:
    return Told(f"Week {row.number}: {str(ChangeKind(row.code).label).lower()}", row.words)


def _decision(row: Row) -> Told:
    return Told(f"Fair Access Panel: {PanelOutcome(row.code).label.lower()}", row.words)


def _check(row: Row) -> Told:
    return Told(f"{row.number} weeks after the return: {Stay(row.code).label.lower()}", row.words)


def _destination(row: Row) -> Told:
    return Told(f"Destination check: {Now(row.code).label}", row.words)


@meets(About.PANEL)
def next_panel(pupil: int, after: date) -> date | None:
    """Return the next meeting on whose agenda a case of a pupil stands."""
    rows = PanelCase.objects.filter(
        pupil=pupil, status=CaseStatus.ON_AGENDA, meeting__held_on__gt=after
    )
    return rows.order_by("meeting__held_on").values_list("meeting__held_on", flat=True).first()


tells(
    Source(
        "plans",
        "wayback",
        Plan.objects.as_user,
        {"on": TruncDate("made_at"), "at": "made_at", "ref": "uid"},
        lambda row: Told("Plan of the way back set up"),
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "planends",
        "wayback",
        lambda user: Plan.objects.as_user(user).exclude(outcome=""),
        {"on": "closed_on", "ref": "uid", "code": "outcome", "words": "outcome_words"},
        lambda row: Told(f"Way back closed: {Outcome(row.code).label.lower()}", row.words),
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "targetmoves",
        "wayback",
        TargetChange.objects.as_user,
        {
            "on": TruncDate("at"),
            "at": "at",
            "ref": "plan__uid",
            "words": "reason",
            "by": "by__name",
        },
        lambda row: Told("Half term of return moved", row.words),
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "gates",
        "wayback",
        Gate.objects.as_user,
        {
            "on": "held_on",
            "at": "recorded_at",
            "ref": "plan__uid",
            "code": "kind",
            "words": "words",
            "by": "recorded_by__name",
        },
        _gate,
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "returnweeks",
        "wayback",
        lambda user: Week.objects.as_user(user).exclude(judgement=""),
        {
            "on": TruncDate("reviewed_at"),
            "at": "reviewed_at",
            "ref": "plan__uid",
            "number": "number",
            "code": "judgement",
            "words": "review_note",
            "by": "reviewed_by__name",
        },
        _week,
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "weekchanges",
        "wayback",
        WeekChange.objects.as_user,
        {
            "on": TruncDate("at"),
            "at": "at",
            "ref": "plan__uid",
            "number": "number",
            "code": "kind",
            "words": "reason",
            "by": "by__name",
        },
        _change,
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "staychecks",
        "wayback",
        lambda user: StayCheck.objects.as_user(user).exclude(answer=""),
        {
            "on": "answered_on",
            "ref": "plan__uid",
            "number": "weeks",
            "code": "answer",
            "words": "words",
            "by": "answered_by__name",
        },
        _check,
        permission=Permission.PLAN_VIEW,
        page=PAGE,
    )
)
tells(
    Source(
        "paneldecisions",
        "wayback",
        lambda user: PanelCase.objects.as_user(user).told(),
        {
            "on": "meeting__held_on",
            "at": "meeting__closed_at",
            "ref": "uid",
            "code": "outcome",
            "words": "reason",
        },
        _decision,
        permission=Permission.PLAN_VIEW,
        page="reintegration:panel-case",
        page_permission=Permission.PANEL_VIEW,
    )
)
section(
    Section(
        "way-back",
        "Way back",
        "reintegration:of-pupil",
        Permission.PLAN_VIEW,
        Plan.objects.as_user,
        place=33,
    )
)

POST_16 = {"permission": Permission.POST16_VIEW}
tells(
    Source(
        "pathways",
        "post16",
        Pathway.objects.as_user,
        {"on": "opened_on", "words": "aspirations", "by": "opened_by__name"},
        lambda row: Told("Pathway plan opened", row.words),
        **POST_16,
    )
)
tells(
    Source(
        "begun",
        "post16",
        lambda user: Pathway.objects.as_user(user).filter(enrolled_on__isnull=False),
        {"on": "enrolled_on", "place": "enrolled_at"},
        lambda row: Told(f"Began after Year 11: {row.place}"),
        **POST_16,
    )
)
tells(
    Source(
        "offers",
        "post16",
        lambda user: Application.objects.as_user(user).filter(result="offer"),
        {"on": "result_on", "place": "place"},
        lambda row: Told(f"Offer after Year 11: {row.place}"),
        **POST_16,
    )
)
tells(
    Source(
        "coachcontacts",
        "post16",
        CoachContact.objects.as_user,
        {"on": "on", "at": "at", "words": "words", "by": "by__name"},
        lambda row: Told("Contact of the transition coach", row.words),
        **POST_16,
    )
)
tells(
    Source(
        "destinationchecks",
        "post16",
        lambda user: DestinationCheck.objects.as_user(user).exclude(answer=""),
        {"on": "answered_on", "code": "answer", "words": "words", "by": "answered_by__name"},
        _destination,
        **POST_16,
    )
)
section(
    Section(
        "post-16",
        "After Year 11",
        "reintegration:pathway",
        Permission.POST16_VIEW,
        Pathway.objects.as_user,
        place=34,
    )
)
