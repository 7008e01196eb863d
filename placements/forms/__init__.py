"""Forms of placements and of the rules they keep."""

from placements.forms.assessments import (
    AmendForm,
    BandsForm,
    InstrumentForm,
    ScaleForm,
    ScoresForm,
    SourceForm,
    TakeBackForm,
)
from placements.forms.commissioned import (
    AnswerForm,
    CheckForm,
    CodeForm,
    OutcomeForm,
    PeriodForm,
    SchoolPlacementFilter,
    SchoolPlacementForm,
)
from placements.forms.listing import PlacementFilter
from placements.forms.opening import AcceptForm, PlacementForm, ReasonForm
from placements.forms.rules import RuleForm
from placements.forms.running import (
    AnswerChangeForm,
    AwardForm,
    ChangeObjectiveForm,
    EndForm,
    ExtendForm,
    ObjectiveForm,
    PauseForm,
    ResumeForm,
    ReviewForm,
)

__all__ = [
    "AcceptForm",
    "AmendForm",
    "AnswerChangeForm",
    "AnswerForm",
    "AwardForm",
    "BandsForm",
    "ChangeObjectiveForm",
    "CheckForm",
    "CodeForm",
    "EndForm",
    "ExtendForm",
    "InstrumentForm",
    "ObjectiveForm",
    "OutcomeForm",
    "PauseForm",
    "PeriodForm",
    "PlacementFilter",
    "PlacementForm",
    "ReasonForm",
    "ResumeForm",
    "ReviewForm",
    "RuleForm",
    "ScaleForm",
    "SchoolPlacementFilter",
    "SchoolPlacementForm",
    "ScoresForm",
    "SourceForm",
    "TakeBackForm",
]
