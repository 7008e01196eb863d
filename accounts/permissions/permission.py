"""What may be done: each permission, and its sentence for the page of the policy."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may do. Named noun.verb; the sentence is for the policy page."""

    HOME_VIEW = "home.view"
    PUPIL_SEARCH = "pupil.search"
    PUPIL_VIEW = "pupil.view"
    PUPIL_IDENTIFY = "pupil.identify"
    CARE_VIEW = "care.view"
    PUPIL_ADD = "pupil.add"
    PUPIL_CHANGE = "pupil.change"
    REFERRAL_VIEW = "referral.view"
    REFERRAL_MAKE = "referral.make"
    REFERRAL_DECIDE = "referral.decide"
    PLACEMENT_VIEW = "placement.view"
    PLACEMENT_OPEN = "placement.open"
    PLACEMENT_ANSWER = "placement.answer"
    PLACEMENT_REVIEW = "placement.review"
    PLACEMENT_END = "placement.end"
    PLACEMENT_OVERRIDE = "placement.override"
    PLACES_VIEW = "places.view"
    PLACES_CHANGE = "places.change"
    COST_VIEW = "cost.view"
    RULE_CHANGE = "rule.change"
    ASSESSMENT_VIEW = "assessment.view"
    ASSESSMENT_RECORD = "assessment.record"
    INSTRUMENT_CHANGE = "instrument.change"
    LETTER_VIEW = "letter.view"
    LETTER_WRITE = "letter.write"
    LETTER_APPROVE = "letter.approve"
    EXCLUSION_VIEW = "exclusion.view"
    EXCLUSION_RECORD = "exclusion.record"
    EXCLUSION_IMPORT = "exclusion.import"
    REASON_CHANGE = "reason.change"
    HEADCOUNT_CHANGE = "headcount.change"
    LEAVER_VIEW = "leaver.view"
    COMMISSION_VIEW = "commission.view"
    COMMISSION_RECORD = "commission.record"
    COMMISSION_EXPORT = "commission.export"
    CENSUS_ANSWER = "census.answer"
    CENSUS_EXPORT = "census.export"
    CENSUS_CHANGE = "census.change"
    PLAN_VIEW = "plan.view"
    PLAN_WORK = "plan.work"
    PLAN_DISAGREE = "plan.disagree"
    OUTREACH_VIEW = "outreach.view"
    OUTREACH_WORK = "outreach.work"
    OUTREACH_TRADE = "outreach.trade"
    OUTREACH_ANSWER = "outreach.answer"
    PANEL_VIEW = "panel.view"
    PANEL_PREPARE = "panel.prepare"
    PANEL_CHAIR = "panel.chair"
    PANEL_SET = "panel.set"
    PANEL_DECISION_VIEW = "panel_decision.view"
    LEDGER_VIEW = "ledger.view"
    VACANCY_SAY = "vacancy.say"
    POST16_VIEW = "post16.view"
    POST16_WORK = "post16.work"
    VOICE_VIEW = "voice.view"
    VOICE_ASK = "voice.ask"
    REGISTER_VIEW = "register.view"
    REGISTER_MARK = "register.mark"
    REGISTER_CHECK = "register.check"
    HOME_REGISTER_VIEW = "homeregister.view"
    TIMETABLE_VIEW = "timetable.view"
    TIMETABLE_AGREE = "timetable.agree"
    TIMETABLE_REVIEW = "timetable.review"
    REGISTER_CORRECT = "register.correct"
    ATTENDANCE_SUPPORT_VIEW = "attendance_support.view"
    ATTENDANCE_SUPPORT_OPEN = "attendance_support.open"
    ATTENDANCE_SUPPORT_RECORD = "attendance_support.record"
    ATTENDANCE_SUPPORT_ASSIGN = "attendance_support.assign"
    MARK_IMPORT = "mark.import"
    KEY_CHANGE = "key.change"
    SCHOOL_ATTENDANCE_VIEW = "schoolattendance.view"
    SCHOOL_ATTENDANCE_RECORD = "schoolattendance.record"
    ABSENCE_VIEW = "absence.view"
    ABSENCE_ANSWER = "absence.answer"
    ABSENCE_SET = "absence.set"
    ABSENCE_ADDRESS = "absence.address"
    CALENDAR_VIEW = "calendar.view"
    CALENDAR_CHANGE = "calendar.change"
    CLOSURE_CHANGE = "closure.change"
    FIGURES_VIEW = "figures.view"
    FIGURES_WATCH = "figures.watch"
    TABLE_READ = "table.read"
    TARGET_SET = "target.set"
    PACK_MAKE = "pack.make"
    COMPARATOR_IMPORT = "comparator.import"
    FIGURES_CHILDREN = "figures.children"
    STATISTICS_VIEW = "statistics.view"
    TRAIL_VIEW = "trail.view"
    PEOPLE_VIEW = "people.view"
    PEOPLE_CHANGE = "people.change"
    ROLE_END = "role.end"
    COVER_ARRANGE = "cover.arrange"


MEANINGS = {
    Permission.HOME_VIEW: "Sign in, and see what is due today",
    Permission.PUPIL_SEARCH: "Search for pupils within reach",
    Permission.PUPIL_VIEW: "Open the page of a pupil within reach",
    Permission.PUPIL_IDENTIFY: "Read the UPN and the home address of a pupil within reach",
    Permission.CARE_VIEW: "Read how children's social care knows a pupil within reach",
    Permission.PUPIL_ADD: "Add a pupil who is not known yet",
    Permission.PUPIL_CHANGE: "Change a pupil's details, needs, contacts and enrolments",
    Permission.REFERRAL_VIEW: "Read referrals within reach",
    Permission.REFERRAL_MAKE: "Write, submit and withdraw a school's referral",
    Permission.REFERRAL_DECIDE: "Decide a referral: the tier, or no, with the reason",
    Permission.PLACEMENT_VIEW: "Read placements within reach",
    Permission.PLACEMENT_OPEN: "Offer a placement to a provider, take the offer back, and answer "
    "proposed changes of its objectives",
    Permission.PLACEMENT_ANSWER: "Accept or decline a placement for the provider, name its lead",
    Permission.PLACEMENT_REVIEW: "Record reviews, objectives and awards of a placement",
    Permission.PLACEMENT_END: "Pause, extend and end a placement",
    Permission.PLACEMENT_OVERRIDE: "Agree a placement against a rule, with the reason",
    Permission.PLACES_VIEW: "See how many places each provider, or the own one, has left",
    Permission.PLACES_CHANGE: "Enter commissioned places, rates, and when a provider is closed",
    Permission.COST_VIEW: "See rates, and what placements cost",
    Permission.RULE_CHANGE: "Change the rules of the tiers, of part-time timetables and of the "
    "clocks, from a day on",
    Permission.ASSESSMENT_VIEW: "Read scores of assessments within reach",
    Permission.ASSESSMENT_RECORD: "Record assessments, and amend those of the own organisation",
    Permission.INSTRUMENT_CHANGE: "Set instruments of assessment, their scales and bands",
    Permission.LETTER_VIEW: "Read letters within reach: schools and providers read issued ones",
    Permission.LETTER_WRITE: "Draft, issue and withdraw letters about a pupil",
    Permission.LETTER_APPROVE: "Approve a letter before it is issued",
    Permission.EXCLUSION_VIEW: "Read suspensions and permanent exclusions within reach",
    Permission.EXCLUSION_RECORD: "Record suspensions and permanent exclusions by the own school, "
    "or by any",
    Permission.EXCLUSION_IMPORT: "Take in suspensions and headcounts from a file",
    Permission.REASON_CHANGE: "Set from when a reason of a suspension may be used",
    Permission.HEADCOUNT_CHANGE: "Enter how many pupils are on the roll of a school",
    Permission.LEAVER_VIEW: "See who left a roll with no destination recorded",
    Permission.COMMISSION_VIEW: "Read what schools arrange themselves, within reach",
    Permission.COMMISSION_RECORD: "Keep the record of the placements that the school arranges",
    Permission.COMMISSION_EXPORT: "Check and export what schools arrange, for the school census",
    Permission.CENSUS_ANSWER: "Answer what the council's census asks about a placement",
    Permission.CENSUS_EXPORT: "Check and export the council's census",
    Permission.CENSUS_CHANGE: "Enter DfE's codes of the census",
    Permission.PLAN_VIEW: "Read plans of the way back within reach",
    Permission.PLAN_WORK: "Work on a plan: gates, weeks of return, checks, its end",
    Permission.PLAN_DISAGREE: "Say why the school does not agree with a return: the panel is asked",
    Permission.OUTREACH_VIEW: "Read support in schools, its log and what followed, within reach",
    Permission.OUTREACH_WORK: "Open and close support, write the log, ask schools what followed",
    Permission.OUTREACH_TRADE: "Record what schools buy of outreach",
    Permission.OUTREACH_ANSWER: "See a school's page of outreach; people of the school are asked by "
    "mail what became of pupils",
    Permission.PANEL_VIEW: "Read the panel's meetings and cases: members from the publication to 14 "
    "days after the meeting, without the cases in which they declared an interest",
    Permission.PANEL_PREPARE: "Put cases forward to the panel, build agendas and publish them",
    Permission.PANEL_CHAIR: "Open a meeting of the panel, record its decisions, and close it",
    Permission.PANEL_SET: "Set who sits on the panel, the weights of the ledger and its exceptions",
    Permission.PANEL_DECISION_VIEW: "Read what the panel decided on pupils within reach, once the "
    "meeting is closed",
    Permission.LEDGER_VIEW: "Read the fair-share ledger; schools see no small numbers",
    Permission.VACANCY_SAY: "Say how many places a school has free in a year group",
    Permission.POST16_VIEW: "Read pathway plans for after Year 11 within reach",
    Permission.POST16_WORK: "Work on a pathway plan: the coach, applications, activities, checks",
    Permission.VOICE_VIEW: "Read and hear what young people and parents handed in, within reach",
    Permission.VOICE_ASK: "Ask a young person or a parent by link, and answer what they said",
    Permission.REGISTER_VIEW: "Read registers within reach",
    Permission.REGISTER_MARK: "Mark and amend a provider's register",
    Permission.REGISTER_CHECK: "See sessions that nobody marked, and marks that do not fit",
    Permission.HOME_REGISTER_VIEW: "See today's marks of a school's pupils in alternative "
    "provision, and export the week",
    Permission.TIMETABLE_VIEW: "Read part-time timetables within reach",
    Permission.TIMETABLE_AGREE: "Record what was agreed on a part-time timetable, and end it",
    Permission.TIMETABLE_REVIEW: "Record reviews of part-time timetables",
    Permission.REGISTER_CORRECT: "Correct many marks at once, with one reason",
    Permission.ATTENDANCE_SUPPORT_VIEW: "Read attendance contracts and what follows from them",
    Permission.ATTENDANCE_SUPPORT_OPEN: "Open, agree and end attendance contracts",
    Permission.ATTENDANCE_SUPPORT_RECORD: "Record attendance reviews, home visits, rewards, and the "
    "EBSA pathways of pupils who avoid school",
    Permission.ATTENDANCE_SUPPORT_ASSIGN: "Hold a caseload of attendance contracts, and pass it on",
    Permission.MARK_IMPORT: "Import marks from a file, for the own provider or for any",
    Permission.KEY_CHANGE: "Make and take back keys with which a provider's system sends marks",
    Permission.SCHOOL_ATTENDANCE_VIEW: "Read a pupil's attendance at the mainstream school",
    Permission.SCHOOL_ATTENDANCE_RECORD: "Enter and take back a pupil's attendance at the school",
    Permission.ABSENCE_VIEW: "See who is not accounted for, and absence that needs a step",
    Permission.ABSENCE_ANSWER: "Record calls, visits and reasons of an absence",
    Permission.ABSENCE_SET: "Set times of registers and thresholds of absence, from a day on",
    Permission.ABSENCE_ADDRESS: "Say where the own school wants to hear of absence",
    Permission.CALENDAR_VIEW: "Read half terms and closures",
    Permission.CALENDAR_CHANGE: "Enter half terms, and closures of any place",
    Permission.CLOSURE_CHANGE: "Enter and remove closures of the own organisation",
    Permission.FIGURES_VIEW: "See the borough's figures",
    Permission.FIGURES_WATCH: "Be told which figures could not be worked out, and why",
    Permission.TABLE_READ: "Read and download the monthly tables, which show no small number",
    Permission.COMPARATOR_IMPORT: "Take in figures that others published",
    Permission.PACK_MAKE: "Write papers for the Board, and freeze their figures",
    Permission.TARGET_SET: "Set and review what a figure is to become",
    Permission.FIGURES_CHILDREN: "See the children behind a figure, within reach",
    Permission.STATISTICS_VIEW: "See statistics of attendance of the pupils within reach",
    Permission.TRAIL_VIEW: "See who looked at a pupil's record",
    Permission.PEOPLE_VIEW: "See who works where: all staff, or those of the own organisation",
    Permission.PEOPLE_CHANGE: "Add people, give them roles, and close their accounts",
    Permission.ROLE_END: "End roles: any, or those in the own organisation",
    Permission.COVER_ARRANGE: "Choose who covers for a colleague of the own organisation",
}
