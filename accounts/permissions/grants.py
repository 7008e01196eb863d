"""Which role holds which permissions, and which roles reach whose children."""

from django.db import models

from accounts.permissions.permission import Permission


class Role(models.TextChoices):
    """What a person does in an organisation. Stored as the word."""

    CASEWORKER = "caseworker", "Caseworker"
    MANAGER = "manager", "Manager"
    ATTENDANCE_OFFICER = "attendance officer", "Attendance officer"
    OUTREACH_WORKER = "outreach worker", "Outreach worker"
    TRANSITION_COACH = "transition coach", "Transition coach"
    PROVIDER_STAFF = "provider staff", "Provider staff"
    PROVIDER_LEAD = "provider lead", "Provider lead"
    SCHOOL_STAFF = "school staff", "School staff"
    SCHOOL_LEAD = "school lead", "School lead"
    PANEL_MEMBER = "panel member", "Panel member"
    PANEL_CHAIR = "panel chair", "Panel chair"
    LEADERSHIP = "leadership", "Leadership"
    DATA_PROTECTION = "data protection officer", "Data protection officer"
    ADMINISTRATOR = "administrator", "Administrator"


# What staff who teach a child have no need of; their lead has.
_KNOWS = {Permission.PUPIL_IDENTIFY, Permission.CARE_VIEW}
_READS_CASES = {
    *_KNOWS,
    Permission.SCHOOL_ATTENDANCE_VIEW,
    Permission.HOME_VIEW,
    Permission.PUPIL_SEARCH,
    Permission.PUPIL_VIEW,
    Permission.REFERRAL_VIEW,
    Permission.PLACEMENT_VIEW,
    Permission.PLACES_VIEW,
    Permission.LETTER_VIEW,
    Permission.PLAN_VIEW,
    Permission.OUTREACH_VIEW,
    Permission.OUTREACH_ANSWER,
    Permission.POST16_VIEW,
    Permission.VOICE_VIEW,
    Permission.EXCLUSION_VIEW,
    Permission.REGISTER_VIEW,
    Permission.TIMETABLE_VIEW,
    Permission.ATTENDANCE_SUPPORT_VIEW,
    Permission.CALENDAR_VIEW,
    Permission.FIGURES_VIEW,
    Permission.FIGURES_CHILDREN,
    Permission.STATISTICS_VIEW,
}
_SUPPORTS = {
    Permission.ATTENDANCE_SUPPORT_OPEN,
    Permission.ATTENDANCE_SUPPORT_RECORD,
    Permission.ATTENDANCE_SUPPORT_ASSIGN,
}
_FOLLOWS_UP = {Permission.ABSENCE_VIEW, Permission.ABSENCE_ANSWER}
_ASSESSES = {Permission.ASSESSMENT_VIEW, Permission.ASSESSMENT_RECORD}
_AGREES = {Permission.TIMETABLE_AGREE, Permission.TIMETABLE_REVIEW}
_WORKS_CASES = (
    _READS_CASES
    | _ASSESSES
    | _AGREES
    | _SUPPORTS
    | _FOLLOWS_UP
    | {
        Permission.COMMISSION_VIEW,
        Permission.CENSUS_ANSWER,
        Permission.PUPIL_ADD,
        Permission.PUPIL_CHANGE,
        Permission.REFERRAL_DECIDE,
        Permission.PLACEMENT_OPEN,
        Permission.PLACEMENT_ANSWER,
        Permission.PLACEMENT_REVIEW,
        Permission.PLACEMENT_END,
        Permission.PLAN_WORK,
        Permission.OUTREACH_WORK,
        Permission.PANEL_VIEW,
        Permission.PANEL_PREPARE,
        Permission.LEDGER_VIEW,
        Permission.VACANCY_SAY,
        Permission.POST16_WORK,
        Permission.VOICE_ASK,
        Permission.COST_VIEW,
        Permission.LETTER_WRITE,
        Permission.LETTER_APPROVE,
        Permission.EXCLUSION_RECORD,
        Permission.LEAVER_VIEW,
        Permission.MARK_IMPORT,
        Permission.SCHOOL_ATTENDANCE_RECORD,
    }
)
_TEACHES = _ASSESSES | {
    Permission.HOME_VIEW,
    Permission.PUPIL_SEARCH,
    Permission.PUPIL_VIEW,
    Permission.PLACEMENT_VIEW,
    Permission.PLACEMENT_REVIEW,
    Permission.LETTER_VIEW,
    Permission.PLAN_VIEW,
    Permission.PLAN_WORK,
    Permission.OUTREACH_VIEW,
    Permission.OUTREACH_WORK,
    Permission.POST16_VIEW,
    Permission.POST16_WORK,
    Permission.VOICE_VIEW,
    Permission.VOICE_ASK,
    Permission.EXCLUSION_VIEW,
    Permission.REGISTER_VIEW,
    Permission.REGISTER_MARK,
    Permission.TIMETABLE_VIEW,
    Permission.TIMETABLE_REVIEW,
    Permission.ATTENDANCE_SUPPORT_VIEW,
    Permission.ATTENDANCE_SUPPORT_RECORD,
    Permission.MARK_IMPORT,
    Permission.CALENDAR_VIEW,
    Permission.STATISTICS_VIEW,
}
_REFERS = _ASSESSES | {
    *_KNOWS,
    Permission.SCHOOL_ATTENDANCE_VIEW,
    Permission.SCHOOL_ATTENDANCE_RECORD,
    Permission.HOME_VIEW,
    Permission.PUPIL_SEARCH,
    Permission.PUPIL_VIEW,
    Permission.PUPIL_ADD,
    Permission.REFERRAL_VIEW,
    Permission.REFERRAL_MAKE,
    Permission.COMMISSION_VIEW,
    Permission.COMMISSION_RECORD,
    Permission.PLACEMENT_VIEW,
    Permission.LETTER_VIEW,
    Permission.EXCLUSION_VIEW,
    Permission.EXCLUSION_RECORD,
    Permission.HOME_REGISTER_VIEW,
    Permission.TIMETABLE_VIEW,
    Permission.PLAN_VIEW,
    Permission.PLAN_DISAGREE,
    Permission.OUTREACH_VIEW,
    Permission.OUTREACH_ANSWER,
    Permission.PANEL_DECISION_VIEW,
    Permission.POST16_VIEW,
    Permission.VOICE_VIEW,
    Permission.ATTENDANCE_SUPPORT_VIEW,
    Permission.ABSENCE_VIEW,
    Permission.CALENDAR_VIEW,
    Permission.STATISTICS_VIEW,
}
_MANAGES = {
    Permission.FIGURES_WATCH,
    Permission.TARGET_SET,
    Permission.PACK_MAKE,
    Permission.COMPARATOR_IMPORT,
    Permission.PANEL_SET,
    Permission.REGISTER_CHECK,
    Permission.EXCLUSION_IMPORT,
    Permission.REASON_CHANGE,
    Permission.HEADCOUNT_CHANGE,
    Permission.REGISTER_CORRECT,
    Permission.KEY_CHANGE,
    Permission.PLACES_CHANGE,
    Permission.OUTREACH_TRADE,
    Permission.RULE_CHANGE,
    Permission.INSTRUMENT_CHANGE,
    Permission.ABSENCE_SET,
    Permission.COMMISSION_EXPORT,
    Permission.CENSUS_EXPORT,
    Permission.CENSUS_CHANGE,
    Permission.PLACEMENT_OVERRIDE,
    Permission.PEOPLE_VIEW,
    Permission.TRAIL_VIEW,
    Permission.COVER_ARRANGE,
}
_LEADS = {
    Permission.CLOSURE_CHANGE,
    Permission.PEOPLE_VIEW,
    Permission.ROLE_END,
    Permission.COVER_ARRANGE,
}
_SITS = {Permission.HOME_VIEW, Permission.PANEL_VIEW, Permission.LEDGER_VIEW}
_ADMINISTERS = {
    Permission.HOME_VIEW,
    Permission.FIGURES_WATCH,
    Permission.CALENDAR_VIEW,
    Permission.CALENDAR_CHANGE,
    Permission.CLOSURE_CHANGE,
    Permission.PEOPLE_VIEW,
    Permission.PEOPLE_CHANGE,
    Permission.ROLE_END,
}

GRANTS: dict[Role, set[Permission]] = {
    Role.CASEWORKER: _WORKS_CASES,
    Role.MANAGER: _WORKS_CASES | _MANAGES | {Permission.TABLE_READ},
    Role.ATTENDANCE_OFFICER: _READS_CASES
    | _AGREES
    | _SUPPORTS
    | _FOLLOWS_UP
    | {Permission.REGISTER_CHECK, Permission.HOME_REGISTER_VIEW, Permission.LEAVER_VIEW},
    Role.OUTREACH_WORKER: _READS_CASES - {Permission.REGISTER_VIEW}
    | _ASSESSES
    | {Permission.OUTREACH_WORK, Permission.VOICE_ASK},
    Role.TRANSITION_COACH: _READS_CASES - {Permission.REGISTER_VIEW}
    | _ASSESSES
    | {Permission.PLAN_WORK, Permission.POST16_WORK, Permission.VOICE_ASK},
    Role.PROVIDER_STAFF: _TEACHES | _FOLLOWS_UP,
    Role.PROVIDER_LEAD: _TEACHES
    | _KNOWS
    | _FOLLOWS_UP
    | _LEADS
    | {
        Permission.PLACEMENT_ANSWER,
        Permission.PLACES_VIEW,
        Permission.TIMETABLE_AGREE,
        Permission.EXCLUSION_RECORD,
        Permission.REGISTER_CORRECT,
        Permission.ATTENDANCE_SUPPORT_OPEN,
        Permission.KEY_CHANGE,
    },
    Role.SCHOOL_STAFF: _REFERS,
    Role.SCHOOL_LEAD: _REFERS
    | _LEADS
    | {
        Permission.COMMISSION_EXPORT,
        Permission.ABSENCE_ADDRESS,
        Permission.LEDGER_VIEW,
        Permission.VACANCY_SAY,
    },
    Role.PANEL_MEMBER: _SITS,
    Role.PANEL_CHAIR: _SITS | {Permission.PANEL_CHAIR},
    Role.LEADERSHIP: {Permission.HOME_VIEW, Permission.FIGURES_VIEW, Permission.TABLE_READ},
    Role.DATA_PROTECTION: {
        Permission.HOME_VIEW,
        Permission.FIGURES_VIEW,
        Permission.TRAIL_VIEW,
    },
    Role.ADMINISTRATOR: _ADMINISTERS,
}

# Whose rows reach every child of the council; the roles of schools and providers reach those of
# their own organisation; the others reach no child.
REACH_ALL = {
    Role.CASEWORKER,
    Role.MANAGER,
    Role.ATTENDANCE_OFFICER,
    Role.OUTREACH_WORKER,
    Role.TRANSITION_COACH,
}
REACH_SCHOOL = {Role.SCHOOL_STAFF, Role.SCHOOL_LEAD}
REACH_PROVIDER = {Role.PROVIDER_STAFF, Role.PROVIDER_LEAD}
# Who sees all staff; others who may see staff see those of their own organisation.
REACH_PEOPLE = {Role.ADMINISTRATOR, Role.MANAGER}
