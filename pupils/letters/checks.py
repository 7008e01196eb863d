"""What must be right before a letter goes out, each in words with what to do.

A hard check that is not met stops the letter. The others are for a person to weigh.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localdate

from accounts.models import ClockRule, Membership, SchoolCalendar
from accounts.permissions import Permission
from pupils.models import Letter
from pupils.models.letter import Channel

if TYPE_CHECKING:
    from pupils.letters.kinds import Case, LetterKind

FEWEST_LINES = 2


@dataclass(frozen=True)
class Check:
    """One check: what is looked at, whether it is met, what to do where it is not.

    `counted` says how a number was found; `field` names the answer that it is about.
    """

    name: str
    is_met: bool
    to_do: str = ""
    counted: str = ""
    is_hard: bool = True
    field: str = ""

    @property
    def stops(self) -> bool:
        """Tell whether the letter cannot go out because of it."""
        return self.is_hard and not self.is_met

    @property
    def words(self) -> str:
        """Return how it stands, in a word."""
        if self.is_met:
            return "Met"
        return "To mend" if self.is_hard else "To weigh"

    @property
    def colour(self) -> str:
        """Return the colour of the word."""
        if self.is_met:
            return "green"
        return "red" if self.is_hard else "yellow"


def checks_of(letter: Letter, kind: "LetterKind", case: "Case") -> list[Check]:
    """Return the checks of a letter as it stands, in the order of the page."""
    return [
        *_addressee(letter),
        *_given(letter),
        *_answers(letter, kind, case),
        *_notice(letter, kind, case),
        *kind.checks(letter, case),
    ]


def _addressee(letter: Letter) -> Iterator[Check]:
    yield Check(
        "The address is complete",
        letter.channel != Channel.POST or len(letter.address_lines) >= FEWEST_LINES,
        "A letter by post needs the street and the postcode, each on a line of its own. Change "
        "the letter, and correct the pupil's address too where it is missing there.",
        field="to_address",
    )
    if letter.contact:
        yield Check(
            f"{letter.contact.name} may be written to",
            letter.contact.has_parental_responsibility,
            "This contact is recorded without parental responsibility. Choose another contact, or "
            "correct the record of this one.",
            field="addressee",
        )


def _given(letter: Letter) -> Iterator[Check]:
    yield Check(
        "It is said how the letter is given",
        bool(letter.channel),
        "Choose post, by hand or a link in an e-mail.",
        field="channel",
    )
    if letter.channel == Channel.EMAIL:
        people = Membership.objects.filter(organisation=letter.organisation_id)
        yield Check(
            "Somebody there can open the link",
            letter.organisation_id is not None
            and people.people_who(Permission.LETTER_VIEW).exists(),
            "Only people who sign in here can open a link. Parents get their letter by post or by "
            "hand; at a school or provider somebody needs an account.",
            field="channel",
        )
    yield Check(
        "The day it is given is known, and has not passed",
        letter.given_on is not None and letter.given_on >= localdate(),
        "Enter the day on which it is handed over or should arrive: today or later.",
        field="given_on",
    )


def _answers(letter: Letter, kind: "LetterKind", case: "Case") -> Iterator[Check]:
    for ask in kind.asks:
        if ask.is_needed:
            yield Check(
                f"Filled in: {ask.label}",
                bool(str(letter.answers.get(ask.name) or "").strip()),
                "Change the letter and fill it in.",
                field=ask.name,
            )
    if kind.has_challenge:
        yield Check(
            "The letter says how to disagree",
            bool(str(letter.answers.get("challenge") or "").strip()),
            "Change the letter: it must tell the reader how to challenge what it says.",
            field="challenge",
        )
    for name, called in kind.needed.items():
        yield Check(
            f"Recorded: {called}",
            bool(letter.facts.get(name)),
            f"Record it with the case ({case.name}), then open the letter and save it again.",
        )
    yield Check(
        "The letter says what is recorded today",
        letter.facts == kind.facts(case),
        "The record has changed since the letter was written. Change the letter and save it: it "
        "takes the facts anew.",
    )


def _notice(letter: Letter, kind: "LetterKind", case: "Case") -> Iterator[Check]:
    if not kind.notice:
        return
    starts_on = _day(letter.facts.get("starts_on"))
    name = "The notice is long enough"
    if letter.given_on is None or starts_on is None:
        yield Check(name, is_met=False, to_do="It needs the day it is given and the first day.")
        return
    rule = ClockRule.objects.of(kind.notice, letter.given_on)
    if rule is None:
        yield Check(name, is_met=False, to_do="No rule is set for how long notice must be.")
        return
    calendar = SchoolCalendar(letter.given_on, starts_on)
    days = [day for day in calendar.days(case.school.pk) if letter.given_on <= day < starts_on]
    first = calendar.after(
        letter.given_on - timedelta(days=1), rule.school_days + 1, case.school.pk
    )
    yield Check(
        f"The notice is at least {rule.school_days} school days",
        len(days) >= rule.school_days and first is not None,
        f"Given on {_say(letter.given_on)}, the earliest first day is {_say(first)}. Give the "
        "letter earlier, or move the first day."
        if first
        else "The school calendar is not entered for these days. Ask the administrator.",
        counted=_counted(days, starts_on, rule, case),
        field="given_on",
    )


def _counted(days: list[date], starts_on: date, rule: ClockRule, case: "Case") -> str:
    most = 5
    said = ", ".join(_say(day) for day in days[:most]) or "none"
    more = f" and {len(days) - most} more" if len(days) > most else ""
    return (
        f"School days of {case.school} from the day it is given up to the day before the first "
        f"day, {_say(starts_on)}: {len(days)} ({said}{more}). {rule.source}."
    )


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _say(day: date) -> str:
    return date_format(day, "D j M Y")
