"""The cards of my day. A new feature adds one entry here, and nothing elsewhere."""

from datetime import timedelta

from django.utils.timezone import localtime

from accounts.models import ApiKey, User
from accounts.models.calendar import is_school_day
from accounts.permissions import REACH_PROVIDER, REACH_SCHOOL, Permission
from attendance.models import Import, PartTimeTimetable, TimetableRule
from attendance.models.checks import checked, count_faults
from attendance.models.expected import count_asked_for, count_expected
from attendance.models.timetable import TimetableQuerySet
from placements.models import Placement
from referrals.models import Referral, Status
from referrals.models.narrowing import HOLDER, OFFICER
from referrals.models.referral import ReferralQuerySet
from reporting.cards import excluded
from reporting.cards.absence import ABSENCE
from reporting.cards.card import Card, Day, Group, Told
from reporting.cards.support import SUPPORT

NOON = 12
SOON = timedelta(days=14)


def _referrals(day: Day) -> ReferralQuerySet:
    return Referral.objects.as_user(day.user)


def _undecided(day: Day) -> ReferralQuerySet:
    return _referrals(day).waiting()


def _with_news(day: Day, owner: str) -> ReferralQuerySet:
    rows = _referrals(day).with_holder()
    return rows.changed_since(day.since, owner=owner)


def _still_to_mark(day: Day) -> Told | None:
    own = day.user.organisations_as(REACH_PROVIDER)
    if not own:
        return None
    session = 0 if localtime().hour < NOON else 1
    place = next(row.organisation for row in day.user.acting if row.organisation_id in own)
    if not is_school_day(place, day.today):
        words = f"registers today: {place} is closed, it is no school day"
        return Told(0, words, is_said_at_0=True)
    rows = Placement.objects.as_user(day.user)
    expected = count_expected(rows, day.today, session)
    marked = count_asked_for(rows, day.today, session)
    half = "this afternoon" if session else "this morning"
    left = expected.get(place.pk, 0) - marked.get(place.pk, 0)
    return Told(left, f"of {expected.get(place.pk, 0)} expected {half}")


def _timetables(day: Day) -> TimetableQuerySet:
    return PartTimeTimetable.objects.as_user(day.user)


def _long_timetables(day: Day) -> TimetableQuerySet | None:
    """Return those that last long, where somebody has said how long that is. One query for that."""
    rule = TimetableRule.objects.as_user(day.user).on(day.today)
    if rule is None or rule.long_weeks is None:
        return None
    return _timetables(day).longer_than(rule.long_weeks, day.today)


def _faults(day: Day) -> Told:
    start = day.today - SOON
    count = count_faults(checked(day.user, start, day.today), start, day.today)
    return Told(count, "of the last two weeks: nobody marked, or the marks do not fit")


def _at_home(day: Day) -> Told | None:
    """Tell a school how many of its pupils are expected at providers now, and how many marked."""
    own = day.user.organisations_as(REACH_SCHOOL)
    if not own or not is_school_day(None, day.today):
        return None
    session = 0 if localtime().hour < NOON else 1
    rows = Placement.objects.as_user(day.user).filter(home_school__in=own)
    expected = sum(count_expected(rows, day.today, session).values())
    marked = sum(count_asked_for(rows, day.today, session).values())
    half = "this afternoon" if session else "this morning"
    return Told(expected, f"expected at a provider {half}, {marked} marked so far")


CARDS = [
    *ABSENCE,
    # --- Due ---
    Card(
        "yours",
        Group.DUE,
        Permission.REFERRAL_DECIDE,
        "Yours to decide",
        "assigned and not decided",
        rows=_undecided,
        owner=OFFICER,
        page="referrals:desk",
        query=lambda day, person: {"whose": person.pk},
    ),
    Card(
        "late",
        Group.DUE,
        Permission.REFERRAL_DECIDE,
        "Late",
        "past the day of their clock",
        rows=lambda day: _undecided(day).late(day.today),
        page="referrals:desk",
        query=lambda day, person: {"late": "yes"},
    ),
    Card(
        "owed",
        Group.DUE,
        Permission.REFERRAL_DECIDE,
        "Day-6 duty",
        "permanently excluded, with no education begun so far",
        rows=lambda day: _referrals(day).owed_education(day.today),
        page="referrals:list",
        query=lambda day, person: {"owed": "yes"},
    ),
    Card(
        "to-decide",
        Group.DUE,
        Permission.REFERRAL_DECIDE,
        "Referrals to decide",
        "in the SEND team's queue",
        rows=_undecided,
        page="referrals:desk",
    ),
    Card(
        "to-place",
        Group.DUE,
        Permission.PLACEMENT_OPEN,
        "Placements to open",
        "accepted, with no placement yet",
        rows=lambda day: _referrals(day).accepted_without_placement(),
        page="referrals:list",
        query=lambda day, person: {"status": Status.ACCEPTED, "placed": "no"},
    ),
    Card(
        "to-answer",
        Group.DUE,
        Permission.REFERRAL_MAKE,
        "To answer",
        "asked of your school by the SEND team",
        rows=lambda day: _referrals(day).filter(status=Status.WAITING),
        page="referrals:list",
        query=lambda day, person: {"status": Status.WAITING},
    ),
    Card(
        "drafts",
        Group.DUE,
        Permission.REFERRAL_MAKE,
        "Drafts",
        "not submitted yet",
        rows=lambda day: _referrals(day).filter(status=Status.DRAFT),
        page="referrals:list",
        query=lambda day, person: {"status": Status.DRAFT},
    ),
    Card(
        "to-mark",
        Group.DUE,
        Permission.REGISTER_MARK,
        "Still to mark",
        "",
        rows=_still_to_mark,
        page="attendance:today",
    ),
    Card(
        "imports",
        Group.DUE,
        Permission.MARK_IMPORT,
        "Imports to confirm",
        "uploaded by you, and not imported yet",
        rows=lambda day: Import.objects.as_user(day.user).waiting().begun_by(day.user),
        page="attendance:imports",
        query=lambda day, person: {"show": "waiting"},
    ),
    Card(
        "keys",
        Group.DUE,
        Permission.KEY_CHANGE,
        "Keys that end soon",
        "with which another system sends marks, for 30 days at most",
        rows=lambda day: ApiKey.objects.as_user(day.user).ending_soon(),
        page="accounts:keys",
        query=lambda day, person: {"show": "ending"},
    ),
    Card(
        "timetable-reviews",
        Group.DUE,
        Permission.TIMETABLE_REVIEW,
        "Reviews of part-time timetables",
        "due today or missed",
        rows=lambda day: _timetables(day).review_due(day.today, day.today),
        page="attendance:timetables",
        query=lambda day, person: {"waits": "review"},
    ),
    Card(
        "timetables-ending",
        Group.DUE,
        Permission.TIMETABLE_AGREE,
        "Part-time timetables that end",
        "full time is expected in the next 14 days",
        rows=lambda day: _timetables(day).ending_by(day.today + SOON, day.today),
        page="attendance:timetables",
        query=lambda day, person: {"waits": "ending"},
    ),
    Card(
        "timetables-past",
        Group.DUE,
        Permission.TIMETABLE_AGREE,
        "Part-time timetables to conclude",
        "full time was expected, and nobody recorded how it went",
        rows=lambda day: _timetables(day).outlived(day.today),
        page="attendance:timetables",
        query=lambda day, person: {"waits": "past"},
    ),
    Card(
        "timetables-long",
        Group.DUE,
        Permission.TIMETABLE_AGREE,
        "Part-time for long",
        "for more weeks than the council has set",
        rows=_long_timetables,
        page="attendance:timetables",
        query=lambda day, person: {"waits": "long"},
    ),
    Card(
        "not-fitting",
        Group.DUE,
        Permission.REGISTER_CHECK,
        "Sessions to check",
        "of the last two weeks: nobody marked, or the marks do not fit",
        rows=_faults,
        page="attendance:checks",
    ),
    Card(
        "in-provision",
        Group.DUE,
        Permission.HOME_REGISTER_VIEW,
        "Pupils in alternative provision",
        "",
        rows=_at_home,
        page="attendance:home",
    ),
    *excluded.CARDS,
    Card(
        "idle",
        Group.DUE,
        Permission.PEOPLE_CHANGE,
        "Accounts not used for 90 days",
        "to check, and to close where nobody needs them",
        rows=lambda day: User.objects.as_user(day.user).idle(),
        page="accounts:people",
        query=lambda day, person: {"show": "idle"},
    ),
    *SUPPORT,
    # --- New ---
    Card(
        "nobodys",
        Group.NEW,
        Permission.REFERRAL_DECIDE,
        "With nobody yet",
        "to be assigned to an officer",
        rows=lambda day: _undecided(day).filter(assigned_to=None),
        page="referrals:desk",
        query=lambda day, person: {"whose": "nobody"},
    ),
    Card(
        "sent",
        Group.NEW,
        Permission.REFERRAL_DECIDE,
        "New referrals",
        "sent in the last seven days, to decide",
        rows=lambda day: _undecided(day).sent_since(day.since),
        page="referrals:list",
        query=lambda day, person: {"status": Status.SUBMITTED, "sent": day.since_day},
        is_news=True,
    ),
    Card(
        "unread",
        Group.NEW,
        Permission.REFERRAL_MAKE,
        "Decisions to read",
        "opened by nobody at your school",
        rows=lambda day: _referrals(day).unread(),
        page="referrals:list",
        query=lambda day, person: {"unread": "yes"},
    ),
    # --- Changed ---
    Card(
        "news",
        Group.CHANGED,
        Permission.REFERRAL_DECIDE,
        "Your referrals with news",
        "changed by others in the last seven days",
        rows=lambda day: _with_news(day, OFFICER),
        owner=OFFICER,
        page="referrals:list",
        query=lambda day, person: {"whose": person.pk, "changed": day.since_day},
        is_news=True,
    ),
    Card(
        "school-news",
        Group.CHANGED,
        Permission.REFERRAL_MAKE,
        "Your referrals with news",
        "changed by others in the last seven days",
        rows=lambda day: _with_news(day, HOLDER),
        owner=HOLDER,
        page="referrals:list",
        query=lambda day, person: {"holder": person.pk, "changed": day.since_day},
        is_news=True,
    ),
    # --- Waiting for others ---
    Card(
        "with-school",
        Group.WAITING,
        Permission.REFERRAL_DECIDE,
        "With the school",
        "asked by the SEND team",
        rows=lambda day: _referrals(day).filter(status=Status.WAITING),
        owner=OFFICER,
        page="referrals:desk",
        query=lambda day, person: {"status": Status.WAITING, "whose": person.pk},
    ),
    Card(
        "with-team",
        Group.WAITING,
        Permission.REFERRAL_MAKE,
        "With the SEND team",
        "to be decided",
        rows=_undecided,
        page="referrals:list",
        query=lambda day, person: {"status": Status.SUBMITTED},
    ),
    Card(
        "school-offered",
        Group.WAITING,
        Permission.REFERRAL_MAKE,
        "With a provider",
        "a placement is offered, with no answer yet",
        rows=lambda day: _referrals(day).offered(),
        page="referrals:list",
        query=lambda day, person: {"placed": "offered"},
    ),
    Card(
        "with-placer",
        Group.WAITING,
        Permission.REFERRAL_MAKE,
        "Accepted, to be placed",
        "with no placement open yet",
        rows=lambda day: _referrals(day).accepted_without_placement(),
        page="referrals:list",
        query=lambda day, person: {"status": Status.ACCEPTED, "placed": "no"},
    ),
]
