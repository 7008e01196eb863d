"""The cards of my day about outreach."""

from accounts.permissions import Permission
from outreach.models import FollowUp, LogEntry, Support
from reporting.cards.card import Card, Group


def _support(slug: str, title: str, words: str, status: str) -> Card:
    return Card(
        slug,
        Group.DUE,
        Permission.OUTREACH_WORK,
        title,
        words,
        rows=lambda day: Support.objects.as_user(day.user).narrowed(status=status),
        page="outreach:list",
        query=lambda day, person: {"status": status},
    )


def _follow_up(slug: str, title: str, words: str, state: str) -> Card:
    return Card(
        slug,
        Group.DUE,
        Permission.OUTREACH_WORK,
        title,
        words,
        rows=lambda day: FollowUp.objects.as_user(day.user).narrowed(state=state, today=day.today),
        page="outreach:follow-ups",
        query=lambda day, person: {"state": state},
    )


OUTREACH = [
    _support("outreach-open", "Support to open", "with its baseline", "preparing"),
    _support("outreach-late", "Support to close", "past its planned last day", "late"),
    _support("outreach-cycles", "Cycles of support to review", "due today or missed", "review"),
    Card(
        "outreach-visits",
        Group.DUE,
        Permission.OUTREACH_WORK,
        "Planned outreach",
        "today, or not recorded so far",
        rows=lambda day: LogEntry.objects.as_user(day.user).due(day.today),
        owner="worker",
        page="outreach:log",
        query=lambda day, person: {"due": "now", "whose": person.uid},
    ),
    _follow_up("outreach-ring", "Schools to ring", "reminded three times of a follow-up", "ring"),
    _follow_up(
        "outreach-nobody",
        "Follow-ups with nobody to ask",
        "nobody at the school has an account, or the pupil left to a school not known",
        "nobody",
    ),
]
