"""Who is not expected at a session, and the form of a mark for one of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from apsystem.lib.forms import GdsForm, offer
from attendance.models import Code, Mark
from placements.models import Placement


class CodeField(forms.ModelChoiceField):
    """A code by its letters and the first words of its meaning."""

    def label_from_instance(self, obj: Any) -> str:
        """Write a code as the register does."""
        words = obj.meaning if len(obj.meaning) <= 70 else f"{obj.meaning[:69]}…"  # noqa: PLR2004
        return f"{obj.pk}: {words}"


class OutsideForm(GdsForm):
    """A code, and why it stands at a session for which the register does not ask."""

    submit_label = "Save the mark"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    code = CodeField(
        queryset=Code.objects.none(),
        label="Code",
        empty_label="Choose a code",
        error_messages={"required": "Choose the code"},
    )
    reason = forms.CharField(
        label="Why the pupil is marked at this session",
        max_length=300,
        error_messages={"required": "Say why the pupil is marked at this session"},
    )

    def __init__(self, *args: Any, on: date, session: int, user: Any, **kwargs: Any) -> None:
        """Offer the codes of the day and the session."""
        super().__init__(*args, **kwargs)
        offer(self, "code", Code.objects.as_user(user).in_force(on).usable_at(session))

    def clean_seen(self) -> int:
        """Read no version as: not marked."""
        return self.cleaned_data["seen"] or 0

    def see(self, version: int) -> None:
        """Let the next save be held against the mark that the page shows now."""
        self.data = {key: self.data[key] for key in self.data} | {"seen": str(version)}


@dataclass(frozen=True)
class NotExpected:
    """The pupils of a provider for whom the register of a session does not ask, with their marks.

    `left_out` are those whose part-time timetable leaves the session out, `others` those whose
    weekly sessions do not hold it.
    """

    left_out: list[tuple[Placement, Mark | None]]
    others: list[tuple[Placement, Mark | None]]

    @property
    def pupils(self) -> list[int]:
        """Return whose names the page shows."""
        return [row.pupil_id for row, _ in (*self.left_out, *self.others)]
