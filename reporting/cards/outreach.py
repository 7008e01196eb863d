"""The cards of my day about outreach."""

from accounts.permissions import Permission
from outreach.models import Cycle, FollowUp, LogEntry, Support
from reporting.cards.card import Card, Group

WORK = Permission.OUTREACH_WORK

OUTREACH = [
    Card("outreach-open", Group.DUE, WORK, "Support to open", "with its baseline",
         rows=lambda day: Support.objects.as_user(day.user).to_open().filter(
             starts_on__lte=day.today),
         page="outreach:list", query=lambda day, person: {"status": "preparing"}),
    Card("outreach-late", Group.DUE, WORK, "Support to close", "past its planned last day",
         rows=lambda day: Support.objects.as_user(day.user).overdue(day.today),
         page="outreach:list", query=lambda day, person: {"status": "late"}),
    Card("outreach-cycles", Group.DUE, WORK, "Cycles of support to review", "due today or missed",
         rows=lambda day: Cycle.objects.as_user(day.user).to_review(day.today),
         page="outreach:list"),
    Card("outreach-visits", Group.DUE, WORK, "Planned outreach", "today, or not recorded so far",
         rows=lambda day: LogEntry.objects.as_user(day.user).due(day.today), owner="worker",
         page="outreach:log",
         query=lambda day, person: {"due": "now", "whose": person.uid}),
    Card("outreach-ring", Group.DUE, WORK, "Schools to ring", "reminded three times of a follow-up",
         rows=lambda day: FollowUp.objects.as_user(day.user).narrowed(
             state="ring", today=day.today),
         page="outreach:follow-ups", query=lambda day, person: {"state": "ring"}),
    Card("outreach-nobody", Group.DUE, WORK, "Follow-ups with nobody to ask",
         "nobody at the school has an account",
         rows=lambda day: FollowUp.objects.as_user(day.user).without_address(day.today),
         page="outreach:follow-ups", query=lambda day, person: {"state": "nobody"}),
]  # fmt: skip
