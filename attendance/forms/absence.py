"""Forms of absence: what was tried, what a parent answers, and which codes replace N."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from apsystem.lib.forms import GdsForm, Radios, RowForm, TextArea, offer
from attendance.actions import Replacement
from attendance.models import AbsenceEntry, Answer, Code, Mark, Way
from attendance.models.mark import DUAL, PLANNED_CLOSURE
from attendance.models.unaccounted import NO_REASON, Line
from pupils.models import Contact

YES, NO = "yes", "no"
NO_CHOICE = [*NO_REASON, DUAL, PLANNED_CLOSURE]
LONGEST_CODE = 2
LONGEST_SEEN = 6


def codes_for(line_date: Any, session: int, user: User) -> QuerySet[Code]:
    """Return the codes that may replace an absence without a reason."""
    rows = Code.objects.as_user(user).in_force(line_date).usable_at(session)
    return rows.exclude(pk__in=[code for code in NO_CHOICE if code != "O"])


class EntryForm(RowForm):
    """A try to find out where a pupil is."""

    submit_label = "Save"

    way = Radios(
        label="What did you do?",
        choices=[(way.value, way.label) for way in Way if way != Way.REPLY],
        error_messages={"required": "Choose what you did"},
    )
    contact = forms.ModelChoiceField(
        queryset=Contact.objects.none(),
        label="Whom did you reach or try? (optional)",
        required=False,
        empty_label="Nobody from the list",
    )
    words = TextArea(
        label="What was said or seen?",
        max_length=500,
        error_messages={"required": "Say what was said or seen"},
    )
    accounted = Radios(
        label="Do you know where the pupil is, and that they are safe?",
        choices=[(YES, "Yes: the pupil is accounted for"), (NO, "No: keep looking")],
        error_messages={"required": "Choose yes or no"},
    )
    code = forms.ModelChoiceField(
        queryset=Code.objects.none(),
        label="Reason for the register (optional)",
        required=False,
        empty_label="Leave the mark as it is",
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = AbsenceEntry
        fields = ["way", "contact", "words", "code"]

    field_order = ["way", "contact", "words", "accounted", "code", "seen"]

    def __init__(self, *args: Any, line: Line, by: User, can_mark: bool, **kwargs: Any) -> None:
        """Offer the pupil's contacts and the codes of the day; start from a parent's answer."""
        placement = line.placement
        row = AbsenceEntry(placement=placement, date=line.on, session=line.session)
        initial = {"seen": line.mark.version if line.mark else 0, **_answered(line)}
        super().__init__(*args, instance=row, initial=initial, **kwargs)
        offer(self, "contact", Contact.objects.as_user(by).filter(pupil=placement.pupil_id))
        offer(self, "code", codes_for(line.on, line.session, by))
        self.fields["code"].help_text = (
            "The mark is changed, and your words are kept as the reason"
            if can_mark
            else "Proposed to the provider, whose people mark the register"
        )

    def clean(self) -> dict[str, Any]:
        """Refuse an entry that says more than anybody knows."""
        cleaned = super().clean() or self.cleaned_data
        self.instance.is_accounted = cleaned.get("accounted") == YES
        return cleaned


def _answered(line: Line) -> dict[str, Any]:
    """Return what a parent's answer fills in: whoever takes it over still chooses yes or no."""
    answers = [entry for entry in line.entries if entry.answer]
    if not answers:
        return {}
    last = answers[-1]
    words = f"Answered the notice: {last.get_answer_display()}. {last.words}".strip()
    return {"way": Way.REASON, "contact": last.contact_id, "words": words, "code": last.code_id}


class ReplyForm(forms.Form):
    """What a parent answers: one press of a button, and words where there are any."""

    answer = forms.ChoiceField(choices=Answer)
    words = forms.CharField(max_length=300, required=False, strip=True)


@dataclass
class ReplaceLine:
    """One mark of N: what was chosen for it, and what went wrong."""

    mark: Mark
    chosen: str = ""
    problem: str = ""


class ReplaceForm(GdsForm):
    """Which codes replace N, a line each, and one reason for all. The page draws the lines."""

    reason = forms.CharField(
        label="How did the reasons become known?",
        max_length=300,
        error_messages={"required": "Say how the reasons became known"},
    )

    def __init__(self, data: QueryDict | None, marks: list[Mark]) -> None:
        """Keep the lines, and what was chosen in each."""
        super().__init__(data)
        self.lines = [
            ReplaceLine(row, data.get(f"code-{row.pk}", "")[:LONGEST_CODE] if data else "")
            for row in marks
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for one line at least."""
        cleaned = super().clean() or self.cleaned_data
        if not self.replacements:
            raise forms.ValidationError("Choose a reason in one line at least")
        return cleaned

    @property
    def replacements(self) -> list[Replacement]:
        """Return what was chosen, each with the version that the page showed."""
        return [
            Replacement(line.mark.pk, line.chosen, self._seen(line.mark))
            for line in self.lines
            if line.chosen
        ]

    def _seen(self, row: Mark) -> int:
        given = self.data.get(f"seen-{row.pk}", "")
        return int(given) if given.isdecimal() and len(given) < LONGEST_SEEN else 0

    def show(self, problems: dict[int, str]) -> None:
        """Put what was not changed beside its line; the others are done."""
        for line in self.lines:
            line.problem = problems.get(line.mark.pk, "")
