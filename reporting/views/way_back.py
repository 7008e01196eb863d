"""The page of a plan: the way back with the attendance of each week beside people's judgement."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import User
from accounts.permissions import Permission
from attendance.models import Mark
from reintegration.actions import missing_gates
from reintegration.models import (
    Gate,
    Kind,
    PanelCase,
    Plan,
    Status,
    StayCheck,
    Version,
    Week,
    WeekChange,
)
from reintegration.views.acting import find

MISSED_THAT_ASKS = 2  # two missed sessions ask what would help


@dataclass(frozen=True)
class Card:
    """One week of return, with what the registers at the provider say of it."""

    week: Week
    present: int
    possible: int
    changes: list[WeekChange]
    is_now: bool
    is_over: bool

    @property
    def missed(self) -> int:
        """Return how many of the possible sessions were missed."""
        return self.possible - self.present

    @property
    def asks(self) -> str:
        """Return why holding the week or extra support is proposed; nothing where it is not."""
        if self.missed >= MISSED_THAT_ASKS and not self.week.is_skipped:
            return f"{self.missed} sessions were missed at the provider."
        return ""


def cards(plan: Plan, user: User, today: date) -> list[Card]:
    """Return the weeks of the return that runs or ran last. Three queries, however many weeks."""
    weeks = list(Week.objects.as_user(user).of(plan))
    if not weeks:
        return []
    first, last = weeks[0].starts_on, weeks[-1].ends_on
    marks = Mark.objects.as_user(user).filter(pupil=plan.pupil_id).between(first, last)
    by_week = {row["week"]: row for row in marks.by_week()}
    notes = WeekChange.objects.as_user(user).filter(plan=plan, attempt=weeks[0].attempt)
    changes = list(notes.select_related("by"))
    found = []
    for week in weeks:
        mondays = [
            monday
            for monday in by_week
            if monday < week.ends_on and monday + timedelta(days=7) > week.starts_on
        ]
        found.append(
            Card(
                week=week,
                present=sum(by_week[monday]["present"] for monday in mondays),
                possible=sum(by_week[monday]["possible"] for monday in mondays),
                changes=[row for row in changes if row.number == week.number],
                is_now=week.starts_on <= today < week.ends_on,
                is_over=week.ends_on <= today,
            )
        )
    return found


@requires(Permission.PLAN_VIEW)
def plan(request: Request, uid: str) -> HttpResponse:
    """Show a plan: the half term of return, the gates, the weeks, the versions, the checks."""
    found, user, today = find(request, uid), request.user, localdate()
    weeks = cards(found, user, today)
    moves = found.moves_open_to(user)
    passed = Gate.objects.as_user(user).newest_of(found)
    return render(
        request,
        "reporting/plan.html",
        {
            "title": "Way back",
            "plan": found,
            "is_late": found.is_late(today),
            "gates": [(kind, passed.get(kind)) for kind in Kind],
            "missing": missing_gates(found) if found.status == Status.PREPARING else [],
            "cards": weeks,
            "target_changes": found.target_changes.select_related("before", "after", "by"),
            "versions": Version.objects.as_user(user).filter(plan=found).told(),
            "checks": StayCheck.objects.as_user(user).filter(plan=found),
            "moves": moves,
            "can_complete": "complete" in moves and weeks[-1].week.starts_on <= today,
            "panel_cases": PanelCase.objects.as_user(user).filter(plan=found).with_names(),
            "can_disagree": user.can(Permission.PLAN_DISAGREE) and found.is_open,
            "can_ask_panel": user.can(Permission.PANEL_PREPARE) and found.is_open,
            "panel_page": "reintegration:panel-case"
            if user.can(Permission.PANEL_VIEW)
            else "reintegration:panel-decision",
            "can_read_panel": user.can(Permission.PANEL_VIEW)
            or user.can(Permission.PANEL_DECISION_VIEW),
            "can_work": user.can(Permission.PLAN_WORK) and found.is_open,
            "can_answer": user.can(Permission.PLAN_WORK),
            "today": today,
        },
    )
