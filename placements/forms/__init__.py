"""Forms of placements and of the rules they keep."""

from placements.forms.listing import PlacementFilter
from placements.forms.opening import AcceptForm, PlacementForm, ReasonForm
from placements.forms.rules import RuleForm
from placements.forms.running import (
    AwardForm,
    EndForm,
    ExtendForm,
    ObjectiveForm,
    PauseForm,
    ResumeForm,
    ReviewForm,
)

__all__ = [
    "AcceptForm",
    "AwardForm",
    "EndForm",
    "ExtendForm",
    "ObjectiveForm",
    "PauseForm",
    "PlacementFilter",
    "PlacementForm",
    "ReasonForm",
    "ResumeForm",
    "ReviewForm",
    "RuleForm",
]
