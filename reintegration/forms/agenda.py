"""What the buttons of the agenda ask for, read from what was sent."""

from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.models import User
from reintegration import actions
from reintegration.models import PanelCase, PanelMeeting
from reintegration.models.panel_case import PanelCaseQuerySet

GONE = "This case is no longer there. Look at the agenda as it is now."


def act_on_agenda(
    sent: QueryDict, meeting: PanelMeeting, reached: PanelCaseQuerySet, *, by: User
) -> None:
    """Do what one button asks: "up", "down", "on", "off", "to" or "minutes", then the case.

    Raise ValidationError in words where it cannot be understood or done.
    """
    verb, _, pk = sent.get("do", "").partition(" ")
    case = (
        reached.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < len("1" * 19) else None
    )
    if case is None:
        raise ValidationError(GONE)
    if verb == "on":
        actions.put_on(case, meeting=meeting, by=by)
        return
    if case.meeting_id != meeting.pk or case.position is None:
        raise ValidationError(GONE)
    if verb == "off":
        actions.take_off(case, meeting=meeting, by=by)
    elif verb == "minutes":
        minutes = _number(sent.get(f"minutes-{case.pk}", ""), "Enter the minutes as a number.")
        actions.plan_minutes(case, meeting=meeting, minutes=minutes, by=by)
    else:
        actions.move(case, meeting=meeting, to=_place(verb, sent, case), by=by)


def _place(verb: str, sent: QueryDict, case: PanelCase) -> int:
    steps = {"up": -1, "down": 1}
    if verb in steps:
        return (case.position or 1) + steps[verb]
    return _number(sent.get("place", ""), "Enter the place as a number.")


def _number(text: str, words: str) -> int:
    if not text.isdecimal() or len(text) > len("999"):
        raise ValidationError(words)
    return int(text)
