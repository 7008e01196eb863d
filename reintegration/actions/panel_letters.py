"""The letters of a meeting: a draft for each decision, for a person to read and approve."""

from django.db import transaction

from accounts.models import Organisation
from accounts.permissions import Permission
from pupils.actions import draft_letter
from pupils.models import Letter
from reintegration import letters
from reintegration.models import CaseStatus, PanelCase, PanelMeeting


@transaction.atomic
def draft_letters(meeting: PanelMeeting) -> None:
    """Draft the letter of each decision, once, in the name of who published the meeting.

    Where that person may not reach the case, or write letters any more, who put it forward writes.
    """
    rows = PanelCase.objects.filter(meeting=meeting, status=CaseStatus.DECIDED)
    for case in rows.with_names().select_related("meeting__published_by", "put_by"):
        if not Letter.objects.filter(about=letters.ABOUT, case=case.uid).exists():
            _draft(case, meeting)


def _draft(case: PanelCase, meeting: PanelMeeting) -> None:
    for writer in filter(None, [meeting.published_by, case.put_by]):
        found = letters.find(writer, case.uid) if writer.can(Permission.LETTER_WRITE) else None
        if found:
            draft_letter(_blank(case, found.school), kind=letters.DECISION, case=found, by=writer)
            return


def _blank(case: PanelCase, school: Organisation) -> Letter:
    """Return the letter as it begins: to a parent, or to the school where none is recorded."""
    parent = case.pupil.contacts.filter(has_parental_responsibility=True).first()
    answers = {"why": case.reason, "next": "", "challenge": letters.CHALLENGE}
    return Letter(contact=parent, organisation=None if parent else school, answers=answers)
