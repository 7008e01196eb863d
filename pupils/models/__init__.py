"""The children, and what is known of them."""

from pupils.models.care import CareStatus, EhcPlan, Need
from pupils.models.contact import Contact
from pupils.models.document import Document
from pupils.models.letter import Letter
from pupils.models.pupil import Enrolment, Pupil, searchable
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach

__all__ = [
    "ON_ROLL",
    "CareStatus",
    "ChildQuerySet",
    "Contact",
    "Document",
    "EhcPlan",
    "Enrolment",
    "Letter",
    "Need",
    "Pupil",
    "Reach",
    "searchable",
]
