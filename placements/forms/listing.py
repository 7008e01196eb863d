"""What the list of placements can be narrowed to."""

from typing import Any

from django import forms

from apsystem.lib.forms import address_day
from apsystem.lib.gds import day


class PlacementFilter(forms.Form):
    """What the list of placements can be narrowed to. Its state is in the address."""

    status = forms.CharField(max_length=20, required=False)
    tier = forms.CharField(max_length=5, required=False)
    waits = forms.CharField(max_length=10, required=False)
    beginning = address_day()
    ending = address_day()
    ended = address_day()
    changed = address_day()
    opened = forms.IntegerField(required=False, min_value=1, max_value=10**18)

    @property
    def narrowing(self) -> dict[str, Any]:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data if self.is_valid() else {}

    @property
    def words(self) -> list[str]:
        """Say what the list keeps that no box of the filter shows."""
        said = {"beginning": "begun on or after", "ending": "running, with a last day up to",
                "ended": "ended on or after", "changed": "changed by others since"}  # fmt: skip
        found = self.narrowing
        kept = [f"{words} {day(found[name])}" for name, words in said.items() if found.get(name)]
        return [*kept, "offered by one person"] if found.get("opened") else kept
