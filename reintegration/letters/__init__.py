"""The letter of a decision of the Fair Access Panel, and the pack of a meeting as one PDF."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import Organisation, User
from pupils.letters import Addressee, Ask, Case, LetterKind, finds, register, render
from pupils.models import Enrolment
from pupils.models.letter import kept_from
from reintegration.models import CaseStatus, PanelCase, PanelConflict

ABOUT = "panel case"
HERE = Path(__file__).parent
CHALLENGE = (
    "You can apply to any school at any time, and appeal if a school refuses a place. Write to us "
    "if you disagree with what the panel decided: we look at it again with you."
)


@finds(ABOUT)
def find(user: User, uid: uuid.UUID) -> Case | None:
    """Return a case within reach as the case of a letter."""
    row = PanelCase.objects.as_user(user).with_names().filter(uid=uid).first()
    if row is None:
        return None
    school = _home_school(row)
    return Case(
        about=ABOUT,
        uid=row.uid,
        pupil=row.pupil,
        school=school,
        provider=row.placement.provider if row.placement else None,
        name=f"Case {row.reference} of the panel",
        url=row.get_absolute_url(),
        row=row,
    )


@kept_from
def whoever_declared_an_interest(user: User) -> Q:
    """Keep the letters of a case from whoever declared an interest in it, as the case itself."""
    cases = PanelConflict.objects.filter(member__user=user).values("case__uid")
    return Q(about=ABOUT, case__in=cases)


def _home_school(row: PanelCase) -> Organisation:
    """Return the school that a child belongs to, or belonged to last; else where the case goes."""
    if row.placement:
        return row.placement.home_school
    rolls = Enrolment.objects.filter(pupil=row.pupil_id).at_schools().order_by("-starts_on")
    last = rolls.select_related("organisation").first()
    found = last.organisation if last else row.school
    return found or Organisation.objects.filter(kind=Organisation.Kind.COUNCIL).earliest("pk")


def facts(case: Case) -> dict[str, Any]:
    """Return what was decided, where and when."""
    row: PanelCase = case.row
    return {
        "pupil": str(row.pupil),
        "born": row.pupil.date_of_birth.isoformat(),
        "held_on": row.meeting.held_on.isoformat() if row.meeting else "",
        "outcome": row.outcome_words,
        "reason": row.reason,
    }


DECISION = register(
    LetterKind(
        slug="panel-decision",
        title="Decision of the Fair Access Panel",
        about=ABOUT,
        template=HERE / "decision.typ",
        facts=facts,
        is_open=lambda row: row.status == CaseStatus.DECIDED,
        to=(Addressee.PARENT, Addressee.SCHOOL),
        needed={"outcome": "what was decided"},
        has_challenge=True,
        asks=(
            Ask("why", "Why the panel decided so", from_fact="reason"),
            Ask("next", "What happens next, and whom to ask", is_needed=False),
            Ask("challenge", "How to disagree", initial=CHALLENGE),
        ),
    )
)


def pack(title: str, data: dict[str, Any], *, viewer: User, at: datetime) -> bytes:
    """Return the pack of a meeting as a tagged PDF, with the reader's name on each page.

    Raise Unprintable.
    """
    marked = {
        "title": title,
        "viewer": viewer.name,
        "council": settings.COUNCIL_NAME,
        "service": settings.SERVICE_NAME,
        **data,
    }
    return render(HERE / "pack.typ", marked, at=at)
