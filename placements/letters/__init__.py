"""Letters about a placement: notice of a direction, confirmation, invitation to a review, ending."""

import uuid
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ClockRule, User
from placements.models import RUNNING, Placement, Status
from pupils.letters import Addressee, Ask, Case, Check, LetterKind, finds, register
from pupils.letters.kinds import Shape, day_of
from pupils.models import EhcPlan, Letter
from referrals.models import Tier

ABOUT = "placement"
HERE = Path(__file__).parent
ALL_SIDES = (Addressee.PARENT, Addressee.SCHOOL, Addressee.PROVIDER)
CHALLENGE = (
    "Please talk to the headteacher first. You can ask for the direction to be reviewed at any "
    "time, and the school must keep it under review with you. You can also make a complaint "
    "through the school's complaints procedure, or write to us at the council."
)


@finds(ABOUT)
def find(user: User, uid: uuid.UUID) -> Case | None:
    """Return a placement within reach as the case of a letter."""
    row = Placement.objects.as_user(user).with_names().filter(uid=uid).first()
    if row is None:
        return None
    return Case(
        about=ABOUT,
        uid=row.uid,
        pupil=row.pupil,
        school=row.home_school,
        provider=row.provider,
        name=f"Placement at {row.provider}",
        url=reverse("placements:detail", args=[row.uid]),
        row=row,
    )


def facts(case: Case) -> dict[str, Any]:
    """Return what is agreed: where, from when to when, at which sessions, and why."""
    row: Placement = case.row
    return {
        "pupil": str(row.pupil),
        "born": row.pupil.date_of_birth.isoformat(),
        "school": row.home_school.name,
        "provider": row.provider.name,
        "provider_postcode": row.provider.postcode,
        "is_in_school": row.tier == Tier.OUTREACH,
        "starts_on": row.starts_on.isoformat(),
        "last_day": row.last_day.isoformat() if row.last_day else "",
        "sessions": row.sessions_words,
        "purpose": row.purpose,
        "end_reason": row.end_reason,
        "is_ended": row.status == Status.ENDED,
    }


def _is_open(row: Placement) -> bool:
    return row.status in RUNNING


def _direction_checks(letter: Letter, case: Case) -> list[Check]:
    starts_on, last_day = (day_of(letter.facts.get(name)) for name in ("starts_on", "last_day"))
    review_on = day_of(letter.answers.get("review_on"))
    fits = bool(review_on and starts_on and starts_on <= review_on <= (last_day or review_on))
    return [
        Check(
            "The review is between the first and the last day",
            fits,
            "Set the date of the first review so that it lies within the placement.",
            field="review_on",
        ),
        Check(
            "The council is told too, where there is an EHC plan",
            not EhcPlan.objects.filter(pupil=case.pupil.pk).in_force().exists(),
            "The pupil has an EHC plan: send this notice to the council's SEND team as well.",
            is_hard=False,
        ),
    ]


def _meeting_checks(letter: Letter, _case: Case) -> list[Check]:
    meets_on = day_of(letter.answers.get("meets_on"))
    after = letter.given_on or localdate()
    return [
        Check(
            "The meeting is after the day the letter is given",
            meets_on is not None and meets_on > after,
            "Choose a later day for the meeting, or give the letter earlier.",
            field="meets_on",
        )
    ]


DIRECTION = register(
    LetterKind(
        slug="off-site-direction",
        title="Notice of an off-site direction",
        about=ABOUT,
        template=HERE / "direction.typ",
        facts=facts,
        is_open=lambda row: _is_open(row) and row.tier != Tier.OUTREACH,
        to=(Addressee.PARENT,),
        needed={"starts_on": "the first day", "last_day": "the last day: the longest it may take"},
        has_challenge=True,
        needs_second_person=True,
        notice=ClockRule.Kind.NOTICE,
        checks=_direction_checks,
        asks=(
            Ask(
                "power",
                "Under which power the school directs",
                Shape.CHOICE,
                choices=(
                    ("maintained", "Maintained school: section 29A of the Education Act 2002"),
                    ("academy", "Academy: its general powers, with the same steps"),
                ),
            ),
            Ask(
                "why",
                "Why",
                from_fact="purpose",
                help_text="The behaviour that is to improve, and what the time away is for",
            ),
            Ask("times", "When the day begins and ends", Shape.LINE),
            Ask("place", "Where to go", help_text="The address, and whom to ask for"),
            Ask("review_on", "Date of the first review", Shape.DATE),
            Ask(
                "review",
                "How it is reviewed",
                initial="The school reviews the placement with you, and looks at how your child "
                "is getting on, whether it should go on, and when your child returns. You are "
                "invited to the review and may say what you think, in the meeting or in writing.",
            ),
            Ask("challenge", "How to disagree", initial=CHALLENGE),
        ),
    )
)

CONFIRMATION = register(
    LetterKind(
        slug="placement-confirmation",
        title="Confirmation of a placement",
        about=ABOUT,
        template=HERE / "confirmation.typ",
        facts=facts,
        is_open=_is_open,
        to=ALL_SIDES,
        needed={"starts_on": "the first day"},
        asks=(
            Ask("times", "When the day begins and ends", Shape.LINE, is_needed=False),
            Ask("place", "Where to go, and whom to ask for", is_needed=False),
            Ask("purpose", "What the placement is for", from_fact="purpose"),
        ),
    )
)

REVIEW = register(
    LetterKind(
        slug="review-invitation",
        title="Invitation to a review meeting",
        about=ABOUT,
        template=HERE / "review.typ",
        facts=facts,
        is_open=_is_open,
        to=ALL_SIDES,
        checks=_meeting_checks,
        asks=(
            Ask("meets_on", "Date of the meeting", Shape.DATE),
            Ask("meets_at", "Time", Shape.LINE, help_text="For example, 2pm to 3pm"),
            Ask("place", "Where", help_text="The address, or how to join"),
            Ask("who", "Who else is invited", is_needed=False),
        ),
    )
)

ENDING = register(
    LetterKind(
        slug="placement-ending",
        title="The end of a placement",
        about=ABOUT,
        template=HERE / "ending.typ",
        facts=facts,
        is_open=lambda row: row.status == Status.ENDED,
        to=ALL_SIDES,
        needed={"last_day": "the last day"},
        asks=(
            Ask("why", "Why it ends", from_fact="end_reason"),
            Ask("next", "Where the pupil goes next, and from when"),
        ),
    )
)
