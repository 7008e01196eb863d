"""Whether a case can stand on an agenda: what is missing, in words, and which way it goes instead."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pupils.models import CareStatus, EhcPlan, Pupil, Voice
from pupils.models.codes import CareKind
from pupils.models.questions import About, Who
from reintegration.models.gate import Gate, Kind
from reintegration.models.panel_case import CaseKind, PanelCase

BY_PLAN = (
    "The pupil has an EHC plan, so the protocol is not the way. The SEND team names the school in "
    "the plan, after a review."
)
BY_CARE = (
    "The pupil is looked after, so the protocol is not the way. The Virtual School and the social "
    "worker apply to the school, and the council can direct it to admit."
)
NO_WORDS = "What the pupil wants, in their own words"
NO_PARENT = "What a parent says"
ONE_SIDE = "The words of the other side: both are heard"


def ways_elsewhere(pupils: Iterable[int], today: date) -> dict[int, str]:
    """Return for which of these pupils another way than the protocol is right, and which."""
    ids = list(pupils)
    plans = EhcPlan.objects.in_force().filter(pupil__in=ids).values_list("pupil", flat=True)
    care = CareStatus.objects.not_over(today).filter(
        pupil__in=ids, kind=CareKind.LOOKED_AFTER, starts_on__lte=today
    )
    by_care = dict.fromkeys(care.values_list("pupil", flat=True), BY_CARE)
    return by_care | dict.fromkeys(plans, BY_PLAN)


def way_elsewhere(pupil: Pupil, today: date) -> str:
    """Return which way a pupil goes instead of the protocol; nothing where the protocol is right."""
    return ways_elsewhere([pupil.pk], today).get(pupil.pk, "")


@dataclass
class Spoken:
    """What was said of a child's way: in the newest conversation, and by link for the panel.

    What was said by link for something else stays out: its readers were named to the person.
    """

    gate: Gate | None = None
    pupil: Voice | None = None
    parents: list[Voice] = field(default_factory=list)

    def against(self, case: PanelCase) -> list[Voice]:
        """Return those who said, after a decision, that they do not agree with what was answered."""
        pupil = [self.pupil] if self.pupil else []
        return disagreements([*pupil, *self.parents], case)


def disagreements(voices: Iterable[Voice], case: PanelCase) -> list[Voice]:
    """Keep those that do not agree, and said so after the case was decided."""
    decided_at = case.decided_at if case.outcome else None
    return [
        voice
        for voice in voices
        if voice.disagreed_at and decided_at and voice.disagreed_at >= decided_at
    ]


def conversations(cases: Iterable[PanelCase]) -> dict[int, Spoken]:
    """Return what was said by and of each pupil. Three queries."""
    found = {case.pupil_id: Spoken() for case in cases}
    rows = Gate.objects.filter(kind=Kind.CONVERSATION, plan__pupil__in=found)
    for row in rows.select_related("plan").order_by("held_on", "pk"):
        found[row.plan.pupil_id].gate = row
    for voice in Voice.objects.newest_words(found, About.PANEL):
        if voice.who == Who.PUPIL:
            found[voice.pupil_id].pupil = voice
        else:
            found[voice.pupil_id].parents.append(voice)
    return found


def own_words(case: PanelCase, spoken: dict[int, Spoken]) -> tuple[str, str]:
    """Return the pupil's own words and where they come from, the nearest to the case first."""
    said = spoken[case.pupil_id]
    if said.pupil:
        return _beside(said.pupil.words, case.pupil_words), f"{said.pupil.told_on}."
    if case.pupil_words:
        return case.pupil_words, "written down for the panel"
    if gate := said.gate:
        said_on = f"{gate.held_on.day} {gate.held_on:%B %Y}"
        return gate.words, f"said on {said_on}, in the conversation about the way back"
    if case.referral and case.referral.pupil_view:
        return case.referral.pupil_view, "written in the school's referral"
    return "", ""


def _beside(handed_in: str, written: str) -> str:
    return f"{handed_in}\n\nWritten down for the panel: {written}" if written else handed_in


def parents_words(case: PanelCase, spoken: dict[int, Spoken]) -> str:
    """Return what parents say, as far as it is written down."""
    said = spoken[case.pupil_id]
    if said.parents:
        each = [f"{voice.contact}: {voice.told_on}.\n{voice.words}" for voice in said.parents]
        return _beside("\n\n".join(each), case.parent_words)
    gate = said.gate
    view = case.referral.parent_view if case.referral else ""
    return case.parent_words or (gate.parent_words if gate else "") or view


def readiness(cases: Iterable[PanelCase], today: date) -> dict[int, list[str]]:
    """Return what each case lacks, by its id: an empty list where it is ready. Five queries."""
    rows = list(cases)
    elsewhere = ways_elsewhere([case.pupil_id for case in rows], today)
    spoken = conversations(rows)
    found: dict[int, list[str]] = {}
    for case in rows:
        missing = []
        if case.kind == CaseKind.FAIR_ACCESS and case.pupil_id in elsewhere:
            missing.append(elsewhere[case.pupil_id])
        if not own_words(case, spoken)[0]:
            missing.append(NO_WORDS)
        if not parents_words(case, spoken):
            missing.append(NO_PARENT)
        if bool(case.school_words) != bool(case.other_words):
            missing.append(ONE_SIDE)
        found[case.pk] = missing
    return found
