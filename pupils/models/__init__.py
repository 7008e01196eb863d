"""The children, and what is known of them."""

from pupils.models.care import CareStatus, EhcPlan, Need
from pupils.models.census import CensusItems
from pupils.models.contact import Contact
from pupils.models.document import Document
from pupils.models.headcount import Census, Headcount
from pupils.models.letter import Letter
from pupils.models.permanent import PermanentExclusion
from pupils.models.pupil import Enrolment, Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach
from pupils.models.reason import ExclusionReason
from pupils.models.search import searchable
from pupils.models.suspension import Suspension
from pupils.models.voice import Voice, VoiceAnswer, VoiceResponse

__all__ = [
    "ON_ROLL",
    "CareStatus",
    "Census",
    "CensusItems",
    "ChildQuerySet",
    "Contact",
    "Document",
    "EhcPlan",
    "Enrolment",
    "ExclusionReason",
    "Headcount",
    "Letter",
    "Need",
    "PermanentExclusion",
    "Pupil",
    "Reach",
    "Suspension",
    "Voice",
    "VoiceAnswer",
    "VoiceResponse",
    "searchable",
]
