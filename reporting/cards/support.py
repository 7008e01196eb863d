"""The cards of attendance support: contracts to agree, and reviews, visits and steps that are due."""

from accounts.permissions import REACH_PROVIDER, Permission
from attendance.models import HomeVisit, ReturnStep, SupportPlan
from attendance.models.support import NOBODY, Status, SupportPlanQuerySet
from reporting.cards.card import Card, Day, Group

OWNER = "owner"


def _plans(day: Day) -> SupportPlanQuerySet:
    return SupportPlan.objects.as_user(day.user)


def _at_provider(day: Day) -> SupportPlanQuerySet | None:
    """Return the contracts of a provider's people: they have no caseload of their own."""
    return _plans(day) if day.user.organisations_as(REACH_PROVIDER) else None


def _due_at_provider(day: Day) -> SupportPlanQuerySet | None:
    rows = _at_provider(day)
    return rows.review_due(day.today) if rows is not None else None


def _to_agree_at_provider(day: Day) -> SupportPlanQuerySet | None:
    rows = _at_provider(day)
    return rows.to_agree() if rows is not None else None


SUPPORT = [
    Card(
        "support-overdue",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_ASSIGN,
        "Attendance reviews overdue",
        "on your caseload, due before today",
        rows=lambda day: _plans(day).overdue(day.today),
        owner=OWNER,
        page="attendance:caseload",
        query=lambda day, person: {"due": "overdue", "whose": person.uid},
    ),
    Card(
        "support-due",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_ASSIGN,
        "Attendance reviews today",
        "on your caseload",
        rows=lambda day: _plans(day).due_on(day.today),
        owner=OWNER,
        page="attendance:caseload",
        query=lambda day, person: {"due": "today", "whose": person.uid},
    ),
    Card(
        "support-at-provider",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_RECORD,
        "Attendance reviews to hold",
        "of your pupils' contracts, due today or earlier",
        rows=_due_at_provider,
        page="attendance:caseload",
        query=lambda day, person: {"due": "now"},
    ),
    Card(
        "support-to-agree",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_ASSIGN,
        "Attendance contracts to agree",
        "drafts on your caseload",
        rows=lambda day: _plans(day).to_agree(),
        owner=OWNER,
        page="attendance:caseload",
        query=lambda day, person: {"status": Status.DRAFT, "whose": person.uid},
    ),
    Card(
        "support-to-agree-at-provider",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_OPEN,
        "Contracts to agree with your pupils",
        "drafts of attendance contracts",
        rows=_to_agree_at_provider,
        page="attendance:caseload",
        query=lambda day, person: {"status": Status.DRAFT},
    ),
    Card(
        "visits",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_RECORD,
        "Home visits to make or record",
        "planned for today or earlier, with nothing recorded",
        rows=lambda day: HomeVisit.objects.as_user(day.user).due(day.today),
        owner="visitor",
        page="attendance:visits",
        query=lambda day, person: {"due": "yes", "whose": person.uid},
    ),
    Card(
        "return-steps",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_RECORD,
        "Steps of a return to try or record",
        "of EBSA pathways that you began, planned for today or earlier",
        rows=lambda day: ReturnStep.objects.as_user(day.user).due(day.today),
        owner="pathway__opened_by",
        page="attendance:return-steps",
        query=lambda day, person: {"due": "yes", "whose": person.uid},
    ),
    Card(
        "return-steps-nobodys",
        Group.DUE,
        Permission.ATTENDANCE_SUPPORT_ASSIGN,
        "Steps of a return with nobody",
        "due today or earlier, and whoever began the pathway has left",
        rows=lambda day: ReturnStep.objects.as_user(day.user).due(day.today).of_who_left(),
        page="attendance:return-steps",
        query=lambda day, person: {"due": "yes", "whose": NOBODY},
    ),
    Card(
        "support-nobodys",
        Group.NEW,
        Permission.ATTENDANCE_SUPPORT_ASSIGN,
        "Attendance contracts with nobody",
        "on no officer's caseload",
        rows=lambda day: _plans(day).running().filter(owner=None),
        page="attendance:caseload",
        query=lambda day, person: {"whose": NOBODY},
    ),
]
