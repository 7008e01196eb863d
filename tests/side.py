"""One side of the small borough: what a person's own school and provider hold."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import ApiKey, Closure, Cover, Membership, Organisation
from attendance.models import (
    AbsenceNotice,
    DisplayConsent,
    EbsaPathway,
    HomeVisit,
    Import,
    Mark,
    PartTimeTimetable,
    ReturnStep,
    SchoolAttendance,
    SupportPlan,
)
from placements.models import (
    Assessment,
    ClosedToNew,
    Hold,
    ObjectiveChange,
    Placement,
    Scale,
    SchoolPlacement,
)
from pupils.models import (
    CareStatus,
    Contact,
    Enrolment,
    Headcount,
    Letter,
    PermanentExclusion,
    Pupil,
    Suspension,
    Voice,
)
from referrals.models import Attachment, Referral, SavedFilter
from reintegration.models import Pathway, Plan


@dataclass
class Side:
    """One school and one provider with the children they share."""

    name: str
    school: Organisation
    provider: Organisation
    pupil: Pupil
    submitted: Referral
    draft: Referral
    accepted: Referral
    waiting: Referral
    attachment: Attachment
    placement: Placement
    offer: Placement
    change: ObjectiveChange
    mark: Mark
    contact: Contact
    notice: AbsenceNotice
    closure: Closure
    role: Membership
    care: CareStatus
    enrolment: Enrolment
    cover: Cover
    scores: Assessment
    own: SchoolPlacement
    scale: Scale
    closed: ClosedToNew
    hold: Hold
    letters: dict[str, Letter]
    plan: Plan
    panel: dict[str, Any]
    saved: SavedFilter
    timetable: PartTimeTimetable
    suspension: Suspension
    exclusion: PermanentExclusion
    headcount: Headcount
    left: Enrolment
    support: dict[str, SupportPlan]
    visit: HomeVisit
    consent: DisplayConsent
    pathway: EbsaPathway
    step: ReturnStep
    voices: dict[str, Voice]
    onward: Pathway
    upload: Import
    at_school: SchoolAttendance
    key: ApiKey
    outreach: dict[str, Any]
    tokens: set[str] = field(default_factory=set)

    def token(self, text: str) -> str:
        """Return a text that a leak is known by, and remember it."""
        made = f"zqx{self.name}{text}zqx"
        self.tokens.add(made)
        return made
