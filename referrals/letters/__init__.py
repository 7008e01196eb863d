"""Letters about a referral: the decision, in words for the parents."""

import uuid
from pathlib import Path
from typing import Any

from accounts.models import User
from pupils.letters import Addressee, Ask, Case, LetterKind, finds, register
from referrals.models import DECIDED, Referral, Status

ABOUT = "referral"
CHALLENGE = (
    "You can ask us to look at this decision again. Write to us, tell us why you disagree, and "
    "send us anything that you want us to read. You can also make a complaint through the "
    "council's complaints procedure. Please tell the school as well, so that it can support you."
)


@finds(ABOUT)
def find(user: User, uid: uuid.UUID) -> Case | None:
    """Return a referral within reach as the case of a letter."""
    rows = Referral.objects.as_user(user).with_names().select_related("provider")
    row = rows.filter(uid=uid).first()
    if row is None:
        return None
    return Case(
        about=ABOUT,
        uid=row.uid,
        pupil=row.pupil,
        school=row.school,
        provider=None,
        name=str(row),
        url=row.get_absolute_url(),
        row=row,
    )


def facts(case: Case) -> dict[str, Any]:
    """Return what was decided."""
    row: Referral = case.row
    return {
        "pupil": str(row.pupil),
        "born": row.pupil.date_of_birth.isoformat(),
        "school": row.school.name,
        "reference": row.reference,
        "decided_on": row.decided_on.isoformat() if row.decided_on else "",
        "is_accepted": row.status == Status.ACCEPTED,
        "tier": row.get_tier_display() if row.tier else "",
        "provider": row.provider.name if row.provider else "",
        "reason": row.decision_reason,
    }


DECISION = register(
    LetterKind(
        slug="referral-decision",
        title="Our decision on the school's request",
        about=ABOUT,
        template=Path(__file__).parent / "decision.typ",
        facts=facts,
        is_open=lambda row: row.status in DECIDED,
        to=(Addressee.PARENT,),
        needed={"decided_on": "the day of the decision"},
        has_challenge=True,
        needs_second_person=True,
        asks=(
            Ask(
                "why",
                "Why we decided so, in words for the parents",
                from_fact="reason",
                help_text="It begins with the reason that the school was given",
            ),
            Ask(
                "next",
                "What happens next",
                initial="The school will talk with you about the next steps.",
            ),
            Ask("challenge", "How to disagree", initial=CHALLENGE),
        ),
    )
)
