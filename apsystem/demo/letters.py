"""Two letters of the demo borough: one that was issued, and a draft."""

from datetime import date, timedelta

from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.demo.invented import PURPOSE
from placements.letters import CONFIRMATION, REVIEW
from placements.models import Placement, Status
from pupils import actions, letters
from pupils.models import Letter

ADDRESS = "1 Invented Street\nDE1 0MO"


def seed(borough: Borough, today: date) -> None:
    """Confirm a placement by post, and begin an invitation to its review."""
    writer, manager = borough.people[Role.CASEWORKER], borough.people[Role.MANAGER]
    rows = Placement.objects.filter(status=Status.OPEN, pupil__contacts__isnull=False)
    placement = rows.with_register().order_by("-starts_on", "pk").first()
    if placement is None:
        return
    issued = _draft(CONFIRMATION, placement, {"purpose": PURPOSE}, by=writer)
    issued = actions.approve_letter(issued, by=manager)
    actions.issue_letter(issued, channel="post", given_on=today, by=writer)
    meeting = (today + timedelta(days=14)).isoformat()
    _draft(REVIEW, placement, {"meets_on": meeting, "meets_at": "2pm to 3pm"}, by=writer)


def _draft(
    kind: letters.LetterKind, placement: Placement, answers: dict[str, str], *, by: User
) -> Letter:
    case = letters.case_of(kind.about, placement.uid, by)
    if case is None:
        raise Placement.DoesNotExist
    contact = placement.pupil.contacts.first()
    letter = Letter(contact=contact, to_address=ADDRESS, channel="post", answers=answers)
    letter.given_on = localdate()
    return actions.draft_letter(letter, kind=kind, case=case, by=by)
