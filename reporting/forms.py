"""What the chronology of a child is narrowed to."""

from typing import Any, cast

from django import forms

from pupils.story import KINDS, Count, Cursor

LOOKED = "looked"


class ChronologyForm(forms.Form):
    """One kind of entry, what is new since the last look, and where the page begins."""

    kind = forms.ChoiceField(required=False, label="Show")
    since = forms.ChoiceField(
        choices=[("", "At any time"), (LOOKED, "Since I last looked")],
        required=False,
        label="Recorded",
    )
    after = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, counts: dict[str, Count], **kwargs: Any) -> None:
        """Offer the kinds of which there is something, each with its number."""
        super().__init__(*args, **kwargs)
        kinds = sorted(KINDS.values(), key=lambda kind: (kind.place, kind.slug))
        shown = [(kind, counts.get(kind.slug, Count()).all) for kind in kinds]
        self.all = sum((counts.get(kind.slug, Count()) for kind in kinds), Count())
        cast("forms.ChoiceField", self.fields["kind"]).choices = [
            ("", f"Everything ({self.all.all:,})"),
            *((kind.slug, f"{kind.label} ({count:,})") for kind, count in shown if count),
        ]

    @property
    def chosen(self) -> str:
        """Return the kind to show; what is not offered shows everything."""
        return self._value("kind")

    @property
    def is_since_look(self) -> bool:
        """Tell whether only what is new is asked for."""
        return self._value("since") == LOOKED

    @property
    def cursor(self) -> Cursor | None:
        """Return where the page begins."""
        return Cursor.read(self._value("after"))

    def _value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    @property
    def is_narrowed(self) -> bool:
        """Tell whether the address asks for less than everything."""
        return bool(self.chosen or self.is_since_look or self.cursor)
