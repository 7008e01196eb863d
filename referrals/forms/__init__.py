"""Forms of a referral, and of the desk."""

from referrals.forms.desk import (
    AskForm,
    AssignForm,
    DecisionForm,
    DeskFilterForm,
    FilterNameForm,
)
from referrals.forms.referral import (
    MAY_BE_UNKNOWN,
    NEEDED,
    SECTIONS,
    AddForm,
    AmendForm,
    AnswerForm,
    AnswersForm,
    ChoosePupilForm,
    DocumentForm,
    HandOverForm,
    ReferralFilterForm,
    section_of,
)

__all__ = [
    "MAY_BE_UNKNOWN",
    "NEEDED",
    "SECTIONS",
    "AddForm",
    "AmendForm",
    "AnswerForm",
    "AnswersForm",
    "AskForm",
    "AssignForm",
    "ChoosePupilForm",
    "DecisionForm",
    "DeskFilterForm",
    "DocumentForm",
    "FilterNameForm",
    "HandOverForm",
    "ReferralFilterForm",
    "section_of",
]
