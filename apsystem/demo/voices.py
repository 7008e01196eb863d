"""Own words in the demo borough: asked, begun, handed in, answered."""

from datetime import date, timedelta

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from placements.models import RUNNING, Placement
from pupils import actions
from pupils.actions import Said
from pupils.models import Contact, Pupil, Voice, VoiceResponse
from pupils.models.questions import Face

CHILDREN = 6
NUMBER = "1234"
READERS = "Your key worker, and the people at the meeting"
WORDS = [
    ("good", "Cooking. Mr Example lets me do it my way."),
    ("hard", "Mornings. And when everybody talks at once."),
    ("next", "Back to my school, but not five days at once."),
    ("help", "Somebody who walks in with me on the first day."),
]
PARENT_WORDS = [
    ("good", "He gets up by himself now."),
    ("hard", "Nobody told us for a week what would happen next."),
    ("disagree", "Two mornings a week are too few."),
]
HEARD = "You want to go back in small steps, and not to walk in alone."
DID = "Ms Example meets you at the gate for the first two weeks."
COULD_NOT = "We have no cooking room at school, so cooking stays here on Fridays."


def seed(borough: Borough, today: date) -> None:
    """Ask some young people and parents, and tell what some of them said."""
    by = borough.people[Role.CASEWORKER]
    rows = Placement.objects.filter(status__in=RUNNING, starts_on__lte=today)
    placements = rows.select_related("pupil").order_by("-starts_on", "pk")
    for number, placement in enumerate(placements[:CHILDREN]):
        voice = _ask(placement.pupil, today, by, who="pupil")
        if number > 0:
            _say(voice, [("place", "It is calmer than I thought."), *WORDS[: number + 1]])
        if number > 1:
            voice = actions.hand_in(voice, shows_parent=number != CHILDREN - 1)
        if number == 2 and (contact := placement.pupil.contacts.first()):
            parent = _ask(placement.pupil, today, by, who="parent", contact=contact)
            _say(parent, PARENT_WORDS)
            actions.hand_in(parent, shows_parent=None)
        if number >= CHILDREN - 2:
            _let_the_meeting_pass(voice, today)
        if number == CHILDREN - 1:
            answer = VoiceResponse(you_said=HEARD, we_did=DID, we_could_not=COULD_NOT)
            actions.respond(voice, answer, by=by)


def _ask(
    pupil: Pupil, today: date, by: User, *, who: str, contact: Contact | None = None
) -> Voice:
    blank = Voice(who=who, contact=contact, about="review", readers=READERS)
    blank.ends_on = today + timedelta(days=8)
    return actions.ask(blank, pupil=pupil, by=by)


def _say(voice: Voice, said: list[tuple[str, str]]) -> None:
    actions.choose_number(voice, NUMBER)
    for question, words in said:
        face = Face.GOOD if question == "place" else ""
        actions.say(voice, question, Said(words, face))


def _let_the_meeting_pass(voice: Voice, today: date) -> None:
    days = {"made_on": today - timedelta(days=10), "ends_on": today}
    Voice.objects.filter(pk=voice.pk).update(**days)
