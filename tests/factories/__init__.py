"""The smallest valid row of each model. The status is an argument: `ReferralFactory(status=…)`.

`attendance.Code` has none: a migration fills the table, and tests use its rows.
"""

from tests.factories.actors import (
    LONG_AGO,
    ClockRuleFactory,
    ClosureFactory,
    CouncilFactory,
    HalfTermFactory,
    MembershipFactory,
    OrganisationFactory,
    OutboxMessageFactory,
    ProviderFactory,
    RunFactory,
    SchoolFactory,
    UserFactory,
    ViewEntryFactory,
    valid_upn,
)
from tests.factories.cases import (
    AttachmentFactory,
    DecisionReadFactory,
    EntryFactory,
    PlacementFactory,
    ReferralFactory,
    RequestForMoreFactory,
    TierRuleFactory,
)
from tests.factories.children import (
    CareStatusFactory,
    ContactFactory,
    DocumentFactory,
    EhcPlanFactory,
    EnrolmentFactory,
    NeedFactory,
    PupilFactory,
)
from tests.factories.figures import (
    ComparatorFactory,
    MarkAmendmentFactory,
    MarkFactory,
    SnapshotFactory,
    write_marks,
)

__all__ = [
    "LONG_AGO",
    "AttachmentFactory",
    "CareStatusFactory",
    "ClockRuleFactory",
    "ClosureFactory",
    "ComparatorFactory",
    "ContactFactory",
    "CouncilFactory",
    "DecisionReadFactory",
    "DocumentFactory",
    "EhcPlanFactory",
    "EnrolmentFactory",
    "EntryFactory",
    "HalfTermFactory",
    "MarkAmendmentFactory",
    "MarkFactory",
    "MembershipFactory",
    "NeedFactory",
    "OrganisationFactory",
    "OutboxMessageFactory",
    "PlacementFactory",
    "ProviderFactory",
    "PupilFactory",
    "ReferralFactory",
    "RequestForMoreFactory",
    "RunFactory",
    "SchoolFactory",
    "SnapshotFactory",
    "TierRuleFactory",
    "UserFactory",
    "ViewEntryFactory",
    "valid_upn",
    "write_marks",
]
