"""Code sets of the Common Basic Data Set (CBDS, copy of May 2026) that describe a child.

Labels are DfE's. Where each code was read is in docs/sources.md.
"""

from django.db import models


class Sex(models.TextChoices):
    """Sex as the school census records it."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"


class SenProvision(models.TextChoices):
    """What special educational provision is made (CS096)."""

    NONE = "N", "No special educational need"
    SUPPORT = "K", "SEN support"
    EHC_PLAN = "E", "Education, health and care plan"


class NeedType(models.TextChoices):
    """Type of special educational need."""

    SPLD = "SPLD", "Specific Learning Difficulty"
    MLD = "MLD", "Moderate Learning Difficulty"
    SLD = "SLD", "Severe Learning Difficulty"
    PMLD = "PMLD", "Profound & Multiple Learning Difficulty"
    SEMH = "SEMH", "Social, Emotional and Mental Health"
    SLCN = "SLCN", "Speech, Language and Communication Needs"
    HI = "HI", "Hearing Impairment"
    VI = "VI", "Vision Impairment"
    MSI = "MSI", "Multi-Sensory Impairment"
    PD = "PD", "Physical Disability"
    ASD = "ASD", "Autistic Spectrum Disorder"
    DS = "DS", "Down Syndrome"
    OTH = "OTH", "Other Difficulty/Disability"
    NSA = "NSA", "SEN support but no specialist assessment of type of need"


class UpnUnknown(models.TextChoices):
    """Why a unique pupil number is not known (CS051)."""

    UN1 = "UN1", "Aged under 6 and not yet assigned a UPN"
    UN2 = "UN2", "Never attended a maintained school in England and not assigned a UPN"
    UN3 = "UN3", "Educated outside England and not assigned a UPN"
    UN4 = "UN4", "Newly in need and UPN not yet known at CIN return"
    UN5 = "UN5", "Sources disagree on the identity, preventing reliable matching"
    UN6 = "UN6", "Not looked after and the authority cannot obtain the UPN"
    UN7 = "UN7", "Referred, no further action"
    UN8 = "UN8", "New to the LA and UPN or ULN not yet known at the SEN2 return"
    UN9 = "UN9", "Never attended a maintained school or FE setting in England"
    UN10 = "UN10", "Assessment request led to no further action before UPN or ULN known"


class Ethnicity(models.TextChoices):
    """Ethnicity as the school census groups it. Councils may use finer codes, which are kept."""

    WBRI = "WBRI", "White: British"
    WIRI = "WIRI", "White: Irish"
    WIRT = "WIRT", "White: Traveller of Irish heritage"
    WROM = "WROM", "White: Gypsy or Roma"
    WOTH = "WOTH", "White: any other background"
    MWBC = "MWBC", "Mixed: White and Black Caribbean"
    MWBA = "MWBA", "Mixed: White and Black African"
    MWAS = "MWAS", "Mixed: White and Asian"
    MOTH = "MOTH", "Mixed: any other background"
    AIND = "AIND", "Asian: Indian"
    APKN = "APKN", "Asian: Pakistani"
    ABAN = "ABAN", "Asian: Bangladeshi"
    AOTH = "AOTH", "Asian: any other background"
    BCRB = "BCRB", "Black: Caribbean"
    BAFR = "BAFR", "Black: African"
    BOTH = "BOTH", "Black: any other background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Refused"
    NOBT = "NOBT", "Not yet obtained"


class EnrolmentStatus(models.TextChoices):
    """How a pupil belongs to an organisation. The last is ours: CBDS has no such code."""

    CURRENT = "C", "On roll (single registration)"
    MAIN = "M", "On roll, main (dual registration)"
    SUBSIDIARY = "S", "On roll, subsidiary (dual registration)"
    FE_COLLEGE = "F", "At a further education college"
    OTHER_PROVIDER = "O", "At another provider"
    GUEST = "G", "Guest: attends some sessions"
    OUTREACH = "T", "Supported by outreach (tier 1, not on a register)"


class CareKind(models.TextChoices):
    """Whether and how children's social care knows the child."""

    LOOKED_AFTER = "looked after", "Looked after"
    CHILD_PROTECTION = "child protection", "Child protection plan"
    CHILD_IN_NEED = "child in need", "Child in need plan"
    PREVIOUSLY_LOOKED_AFTER = "previously looked after", "Previously looked after"


class Leaving(models.TextChoices):
    """Why a child left a roll. The words are ours: the codes of regulation 9 were not found."""

    ANOTHER_SCHOOL = "another school", "To another school or provider"
    LEFT_AREA = "left area", "Moved to another part of England"
    LEFT_ENGLAND = "left england", "Moved out of England"
    HOME_EDUCATION = "home education", "Educated at home, by the parents' choice"
    END_OF_SCHOOL = "end of school", "Finished year 11, or the sixth form"
    EXCLUDED = "excluded", "Permanently excluded"
    DIED = "died", "Died"
    OTHER = "other", "Another reason"
    NOT_KNOWN = "not known", "Not known"


class SuspensionKind(models.TextChoices):
    """What a school can do for a set time (exclusion categories; PERM is a model of its own)."""

    SUSPENSION = "SUSP", "Suspension"
    LUNCHTIME = "LNCH", "Lunchtime suspension"


class BoardResult(models.TextChoices):
    """What the governing board found about a suspension. No national code set was found."""

    REINSTATED = "reinstated", "Reinstated the pupil"
    UPHELD = "upheld", "Did not reinstate the pupil"
    CONSIDERED = "considered", "Considered what the parents said; it has no power to reinstate"


class ReviewResult(models.TextChoices):
    """Where the review of a permanent exclusion stands (CS105; labels in our words)."""

    NOG = "NOG", "No decision yet"
    EON = "EON", "Parents made representations; the review goes on"
    DNO = "DNO", "Board did not reinstate; parents may still ask for a review"
    ANO = "ANO", "Board did not reinstate; no independent review was asked for"
    BRE = "BRE", "Board reinstated; the pupil is not back yet"
    CNO = "CNO", "Board reinstated, but the family declined"
    FRE = "FRE", "Offered reinstatement after the board"
    GNO = "GNO", "Board did not reinstate; independent review not determined yet"
    INO = "INO", "Independent review panel upheld the board's decision"
    JRE = "JRE", "Offered reinstatement after the panel recommended to reconsider"
    KRE = "KRE", "Offered reinstatement after the panel directed to reconsider"
    LNO = "LNO", "Not reinstated after the panel recommended to reconsider"
    MNO = "MNO", "Not reinstated after the panel directed to reconsider"
    HWD = "HWD", "Withdrawn by the head before the board met"


# What a result says of the exclusion (derived from its label, see docs/sources.md).
BEFORE_BOARD = [ReviewResult.NOG, ReviewResult.EON, ReviewResult.HWD]
AFTER_PANEL = [
    ReviewResult.INO,
    ReviewResult.JRE,
    ReviewResult.KRE,
    ReviewResult.LNO,
    ReviewResult.MNO,
]
REINSTATED = [ReviewResult.BRE, ReviewResult.FRE, ReviewResult.JRE, ReviewResult.KRE]
NOT_COUNTED = [*REINSTATED, ReviewResult.HWD]


# A pupil has one registration of these kinds at a time.
MAIN_STATUSES = [EnrolmentStatus.CURRENT, EnrolmentStatus.MAIN]
# A school suspends those on its roll, and no others.
ROLL_STATUSES = [*MAIN_STATUSES, EnrolmentStatus.SUBSIDIARY]
# A child with one of these only has nowhere else to be educated.
NO_PLACE_TO_GO = [EnrolmentStatus.OUTREACH, EnrolmentStatus.GUEST]
# No outcome can be known of a child who left like this.
GONE_FOR_GOOD = [Leaving.LEFT_ENGLAND, Leaving.DIED]
# A placement puts a pupil on a roll like this, and its end takes the pupil off.
PLACED_STATUSES = [EnrolmentStatus.OTHER_PROVIDER, EnrolmentStatus.OUTREACH]
# A child with one of these has a social worker.
WITH_SOCIAL_WORKER = [
    CareKind.LOOKED_AFTER,
    CareKind.CHILD_PROTECTION,
    CareKind.CHILD_IN_NEED,
]
