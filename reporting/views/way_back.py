"""The page of a plan: the way back with the attendance of each week beside people's judgement."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import monday_of
from attendance.models import Mark
from attendance.models.at_school import SchoolAttendance, told_of
from placements.models import Assessment
from pupils.models import Suspension, Voice
from pupils.models.questions import About
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
from reintegration.models.readiness import disagreements
from reintegration.views.acting import find

MISSED_THAT_ASKS = 2  # two missed sessions ask what would help


@dataclass(frozen=True)
class Card:
    """One week of return, with what the registers at both places and the suspensions say of it.

    `at_school` holds what the receiving school told; nothing where it told nothing.
    """

    week: Week
    present: int
    possible: int
    changes: list[WeekChange]
    is_now: bool
    is_over: bool
    at_school: list[SchoolAttendance] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)

    @property
    def missed(self) -> int:
        """Return how many of the possible sessions were missed at the provider."""
        return self.possible - self.present

    @property
    def school_present(self) -> int:
        """Return the sessions attended at school, as the school told them."""
        return sum(row.present for row in self.at_school)

    @property
    def school_possible(self) -> int:
        """Return the sessions that counted at school, as the school told them."""
        return sum(row.possible for row in self.at_school)

    @property
    def asks(self) -> str:
        """Return why holding the week or extra support is proposed; nothing where it is not."""
        if self.week.is_skipped:
            return ""
        why = ["The pupil was suspended."] if self.suspensions else []
        at_school = self.school_possible - self.school_present
        if self.missed + at_school >= MISSED_THAT_ASKS:
            places = [(self.missed, "at the provider"), (at_school, "at school")]
            told = " and ".join(f"{number} {where}" for number, where in places if number)
            why.append(f"Sessions missed: {told}.")
        return " ".join(why)


def cards(plan: Plan, user: User, today: date) -> list[Card]:
    """Return the weeks of the return that runs or ran last. Five queries, however many weeks.

    What the receiving school counts is read for the plan: who reaches the plan reads both places.
    """
    weeks = list(Week.objects.as_user(user).of(plan))
    if not weeks:
        return []
    first, last = weeks[0].starts_on, weeks[-1].ends_on
    marks = Mark.objects.as_user(user).filter(pupil=plan.pupil_id).between(first, last)
    by_week = {row["week"]: row for row in marks.by_week()}
    notes = WeekChange.objects.as_user(user).filter(plan=plan, attempt=weeks[0].attempt)
    changes = list(notes.select_related("by"))
    from_school = told_of(
        plan.pupil_id, plan.receiving_school_id, monday_of(first), _end_of_week(last)
    )
    rows = Suspension.objects.as_user(user).not_cancelled().filter(pupil=plan.pupil_id)
    suspensions = list(rows.filter(starts_on__lt=last, back_on__gt=first).order_by("starts_on"))
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
                at_school=[
                    row
                    for row in from_school
                    if monday_of(week.starts_on) <= row.starts_on
                    and row.ends_on <= _end_of_week(week.ends_on)
                ],
                suspensions=[
                    row
                    for row in suspensions
                    if row.starts_on < week.ends_on and row.back_on > week.starts_on
                ],
            )
        )
    return found


def _end_of_week(end: date) -> date:
    """Return the Monday after the last day of a week of return: schools count from it to it."""
    return monday_of(end - timedelta(days=1)) + timedelta(days=7)


@dataclass(frozen=True)
class Attempt:
    """A return that was stopped: its gates, its weeks and what was changed, the stop at the end."""

    number: int
    gates: list[Gate]
    weeks: list[Week]
    changes: list[WeekChange]


def earlier(plan: Plan, user: User, weeks: list[Card]) -> list[Attempt]:
    """Return the attempts before the one that runs or is prepared. Three queries where there are.

    While the next one is prepared, the weeks of the last one stand on their cards, and only there.
    """
    if plan.attempt == 1:
        return []
    before = {"plan": plan, "attempt__lt": plan.attempt}
    on_cards = weeks[0].week.attempt if weeks else 0
    gates = list(Gate.objects.as_user(user).filter(**before))
    rows = Week.objects.as_user(user).filter(**before).exclude(attempt=on_cards)
    over = list(rows.order_by("number"))
    notes = WeekChange.objects.as_user(user).filter(**before).exclude(attempt=on_cards)
    changes = list(notes.select_related("by").order_by("at", "pk"))
    return [
        Attempt(
            number,
            [row for row in gates if row.attempt == number],
            [row for row in over if row.attempt == number],
            [row for row in changes if row.attempt == number],
        )
        for number in range(plan.attempt - 1, 0, -1)
    ]


def _voices(plan: Plan, user: User) -> list[Voice]:
    """Return what was handed in by link about the plan and for the panel. Two queries."""
    if not user.can(Permission.VOICE_VIEW):
        return []
    rows = Voice.objects.as_user(user)
    return rows.newest_words([plan.pupil_id], About.PLAN, About.PANEL)


@requires(Permission.PLAN_VIEW)
def plan(request: Request, uid: str) -> HttpResponse:
    """Show a plan: the half term of return, the gates, the weeks, the versions, the checks."""
    found, user, today = find(request, uid), request.user, localdate()
    weeks = cards(found, user, today)
    moves = found.moves_open_to(user)
    passed = Gate.objects.as_user(user).newest_of(found)
    shown = passed.get(Kind.PROGRESS)
    voices = _voices(found, user)
    cases = PanelCase.objects.as_user(user).filter(plan=found).with_names()
    before_panel = [row for row in voices if row.about == About.PANEL]
    return render(
        request,
        "reporting/plan.html",
        {
            "title": "Way back",
            "plan": found,
            "is_late": found.is_late(today),
            "gates": [(kind, passed.get(kind)) for kind in Kind],
            "missing": missing_gates(found) if found.status == Status.PREPARING else [],
            "progress": shown.progress(Assessment.objects.as_user(user)) if shown else {},
            "cards": weeks,
            "earlier": earlier(found, user, weeks),
            "target_changes": found.target_changes.select_related("before", "after", "by"),
            "versions": Version.objects.as_user(user).filter(plan=found).told(),
            "checks": StayCheck.objects.as_user(user).filter(plan=found),
            "moves": moves,
            "can_complete": "complete" in moves and weeks[-1].week.starts_on <= today,
            "voices": [row for row in voices if row.about == About.PLAN],
            "panel_cases": [(case, disagreements(before_panel, case)) for case in cases],
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
