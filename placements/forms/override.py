"""Setting a rule aside."""

from typing import Any

from apsystem.lib.forms import TextArea


class OverridableMixin:
    """A form whose rules some people may set aside, once one turns out to be broken."""

    fields: dict[str, Any]
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the reason only where it was asked for before."""
        super().__init__(*args, **kwargs)
        if "override" in self.data:
            self.ask_override()

    def ask_override(self) -> None:
        """Ask for the reason to set the rule aside."""
        self.fields["override"] = TextArea(
            label="Reason to agree it all the same",
            max_length=500,
            required=False,
            help_text="The reason stays with the placement.",
        )
