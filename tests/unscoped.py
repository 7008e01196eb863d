"""What is read without `as_user` outside of models and actions, by file, and why it may be.

An entry that is no longer true fails as well as one that is missing.
"""

ANSWERED_FOR = "the gate and the outbox: rows of the system, no child's record"
CASE_WAS_ASKED = "the row that it hangs on was read through as_user, and it tells only of that"
NUMBERS_ONLY = (
    "numbers over all children: a place is taken, a mark was made, whoever may see whose"
)
CALENDAR = "the school year, rules and places: the same for everybody"
PEOPLE = "people and places of a trail that only its readers may open: see accounts.permissions"
PANEL = "who sits on the panel reaches no other record of the child: the case was asked before"
DAY_ONLY = "the day of a meeting and nothing else of it: until then a link of the child is open"

UNSCOPED = {
    "accounts/access.py": {
        "ViewEntry.objects.write": ANSWERED_FOR,
        "ViewEntry.objects.create": ANSWERED_FOR,
    },
    "accounts/work.py": {
        "OutboxMessage.objects.get": ANSWERED_FOR,
        "OutboxMessage.objects.filter": ANSWERED_FOR,
        "OutboxMessage.objects.select_for_update": ANSWERED_FOR,
        "Run.objects.filter": ANSWERED_FOR,
        "Run.objects.get": ANSWERED_FOR,
        "Run.objects.get_or_create": ANSWERED_FOR,
    },
    "placements/letters/__init__.py": {"EhcPlan.objects.filter": CASE_WAS_ASKED},
    "placements/places.py": {
        "ClosedToNew.objects.on": CALENDAR,
        "Commission.objects.filter": CALENDAR,
        "HalfTerm.objects.not_over": CALENDAR,
        "Hold.objects.live": NUMBERS_ONLY,
        "Placement.objects.filter": NUMBERS_ONLY,
    },
    "placements/story.py": {
        "Entry.objects.filter": CASE_WAS_ASKED,
        "Placement.objects.running": DAY_ONLY,
    },
    "pupils/letters/checks.py": {
        "ClockRule.objects.of": CALENDAR,
        "Membership.objects.filter": CASE_WAS_ASKED,
    },
    "referrals/story.py": {"Entry.objects.filter": CASE_WAS_ASKED},
    "reintegration/letters/__init__.py": {
        "Enrolment.objects.filter": CASE_WAS_ASKED,
        "Organisation.objects.filter": CALENDAR,
        "PanelConflict.objects.filter": "the person's own interests: they take rows away",
    },
    "reintegration/story.py": {"PanelCase.objects.filter": DAY_ONLY},
    "reporting/cards/card.py": {"Cover.objects.taken_on_by": "the person's own cover"},
    "reporting/kpis/period.py": {
        "HalfTerm.objects.filter": CALENDAR,
        "HalfTerm.objects.of_year": CALENDAR,
    },
    "reporting/kpis/since.py": {
        "KeptRows.objects.filter": NUMBERS_ONLY,
        "KeptRows.objects.get": NUMBERS_ONLY,
        "Mark.objects.filter": NUMBERS_ONLY,
        "MarkAmendment.objects.filter": "counted here; the page lists them through as_user",
    },
    "reporting/kpis/span.py": {
        "HalfTerm.objects.filter": CALENDAR,
        "HalfTerm.objects.of_year": CALENDAR,
    },
    "reporting/papers.py": {
        "Enrolment.objects.filter": PANEL,
        "Mark.objects.filter": PANEL,
        "Organisation.objects.providers": CALENDAR,
        "PermanentExclusion.objects.filter": PANEL,
        "Placement.objects.filter": PANEL,
        "SchoolAttendance.objects.kept": PANEL,
        "Suspension.objects.filter": PANEL,
    },
    "reporting/views/trail.py": {
        "Organisation.objects.in_bulk": PEOPLE,
        "User.objects.in_bulk": PEOPLE,
    },
}
