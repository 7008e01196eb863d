"""The Fair Access Panel of the demo borough: a closed meeting, one to open now, one to come."""

from datetime import date, time, timedelta

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from pupils.models import Pupil
from reintegration import actions
from reintegration.actions import Decision, Task
from reintegration.models import (
    CaseKind,
    FairAccessCategory,
    LedgerWeight,
    PanelCase,
    PanelMeeting,
    PanelMember,
    ledger,
    next_in_turn,
    year_group_of,
)
from reintegration.models.readiness import way_elsewhere

CLOSED, TO_COME, WAITING = 5, 7, 3
SIT = [Role.PANEL_CHAIR, Role.PANEL_MEMBER]
PUPIL_SAYS = "I want a school where nobody knows what happened. I like maths and running."
PARENT_SAYS = "Please not too far: the little one goes to nursery in the morning."
WHY = (
    "Out of school since the family moved. Three schools were asked and had no place in the year."
)
REASON = "The school is near, teaches the subjects that were begun, and knows how to begin gently."


def seed(borough: Borough, today: date) -> None:
    """Give seats, lead one meeting to its end, and publish the next, with cases that wait."""
    manager, by = borough.people[Role.MANAGER], borough.people[Role.CASEWORKER]
    for role in SIT:
        seat = PanelMember(
            user=borough.people[role],
            organisation=borough.council,
            starts_on=today - timedelta(days=200),
        )
        actions.seat(seat, by=manager)
    category = FairAccessCategory.objects.get(letter="g")
    actions.weigh(
        LedgerWeight(
            category=category, weight=1, starts_on=today, reason="A homeless child is one"
        ),
        by=manager,
    )
    pupils = _pupils(today)
    cases = [_case(pupil, number, today, by) for number, pupil in enumerate(pupils)]
    morning, afternoon = (_meeting(today, hour, by) for hour in (9, 14))
    _meeting(today + timedelta(days=14), 9, by)
    for case in cases[:CLOSED]:
        actions.put_on(case, meeting=morning, by=by)
    for case in cases[CLOSED : CLOSED + TO_COME]:
        actions.put_on(case, meeting=afternoon, by=by)
    is_held = morning.cases.exists()
    if is_held:
        actions.publish(morning, by=by)
    actions.propose_stalled(today)  # what is ready goes on the agenda of the afternoon
    if afternoon.cases.exists():
        actions.publish(afternoon, by=by)
    if is_held:
        _hold(morning, borough.people[Role.PANEL_CHAIR], today)


def _pupils(today: date) -> list[Pupil]:
    """Return pupils of secondary schools whose way the protocol is."""
    rows = Pupil.objects.filter(panel_cases=None).order_by("-pk")
    found: list[Pupil] = []
    for pupil in rows[:400]:
        if 7 <= year_group_of(pupil, today) <= 11 and not way_elsewhere(pupil, today):
            found.append(pupil)
        if len(found) == CLOSED + TO_COME + WAITING:
            break
    return found


def _case(pupil: Pupil, number: int, today: date, by: User) -> PanelCase:
    letters = "dglabd"
    return actions.put_forward(
        PanelCase(
            pupil=pupil,
            kind=CaseKind.FAIR_ACCESS,
            category_id=letters[number % len(letters)],
            agreed_on=today - timedelta(days=4 + number),
            why=WHY,
            pupil_words=PUPIL_SAYS if number < CLOSED + TO_COME else "",
            parent_words=PARENT_SAYS,
        ),
        by=by,
    )


def _meeting(day: date, hour: int, by: User) -> PanelMeeting:
    meeting = PanelMeeting(
        held_on=day, starts_at=time(hour), minutes=120, place="Town Hall, room 3", quorum=2
    )
    return actions.plan_meeting(meeting, by=by)


def _hold(meeting: PanelMeeting, chair: User, today: date) -> None:
    """Lead a meeting to its end."""
    actions.open_meeting(meeting, attended=PanelMember.objects.on(today), by=chair)
    for case in PanelCase.objects.agenda_of(meeting).select_related("pupil", "meeting"):
        turn = next_in_turn(ledger(year_group_of(case.pupil, today), today, pupil=case.pupil))
        decision = (
            Decision("allotted", REASON, school=turn.school) if turn else Decision("stays", REASON)
        )
        due = today + timedelta(days=7)
        task = Task("Agree the first day with the family", "Robin Example", due)
        actions.decide(case, decision, by=chair, task=task if case.position == 1 else None)
    actions.close_meeting(meeting, by=chair)
    actions.draft_letters(meeting)  # the outbox of the seed is not worked through
