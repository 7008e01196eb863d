"""Rows of many years at a council: 5,000 referrals, 100,000 pupils, a child of 2,000 entries."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Membership, Organisation, User
from accounts.permissions import Role
from bench import servers
from bench.borough import CHILDREN, LAST_YEAR, SINCE, calendar, pupils_of
from bench.pages import Page, fetcher
from bench.timing import Effort, Result
from pupils.models import Enrolment, Pupil
from pupils.models.codes import EnrolmentStatus
from referrals.models import Entry, Reason, Referral, Status

PUPILS, REFERRALS, ENTRIES = 100_000, 5_000, 2_000
HOMES = 9_700  # postcodes: ten children each
ON_A_DESK, ON_A_PAGE = 25, 50
BATCH = 2_000
ASKED = "ada1 bright2"
QUEUE = """
    SELECT referral.*, forename, surname, school.name
    FROM referrals_referral AS referral JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    JOIN accounts_organisation AS school ON school.id = school_id
    WHERE status IN ('submitted', 'waiting') ORDER BY submitted_at, referral.id LIMIT 25
"""
WAITING = "SELECT count(*) FROM referrals_referral WHERE status IN ('submitted', 'waiting')"
BY_NAME = "search_name LIKE '%%ada1%%' AND search_name LIKE '%%bright2%%'"
SOUGHT = QUEUE.replace("WHERE", f"WHERE {BY_NAME} AND")
SOUGHT_COUNTED = f"""
    SELECT count(*) FROM referrals_referral JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    WHERE status IN ('submitted', 'waiting') AND {BY_NAME}
"""  # noqa: S608
LATE = QUEUE.replace("WHERE", "WHERE decide_by < current_date AND").replace(
    "submitted_at,", "decide_by, submitted_at,"
)
LATE_COUNTED = f"{WAITING} AND decide_by < current_date"
FOUND = f"SELECT * FROM pupils_pupil WHERE {BY_NAME} ORDER BY surname, forename, id LIMIT 50"  # noqa: S608
COUNTED = f"SELECT count(*) FROM pupils_pupil WHERE {BY_NAME}"  # noqa: S608
NUMBERED = "SELECT * FROM pupils_pupil WHERE upn = %(upn)s"
TOLD = """
    SELECT entry.*, person.name FROM referrals_entry AS entry
    JOIN accounts_user AS person ON person.id = by_id
    WHERE referral_id = %(referral)s ORDER BY at DESC, entry.id DESC LIMIT 51
"""
HOW_MANY = "SELECT kind, count(*) FROM referrals_entry WHERE referral_id = %(referral)s GROUP BY 1"


def rows(effort: Effort) -> Iterator[Result]:
    """Time the triage desk, the search, and the page of the child, each beside its rows alone."""
    referral = _fill()
    client = Client()
    client.force_login(Membership.objects.get(role=Role.CASEWORKER).user)
    desk = reverse("referrals:desk")
    child = reverse("reporting:pupil", args=[referral.pupil.uid])
    pages = [
        (f"triage desk, {REFERRALS:,} referrals", desk, ON_A_DESK,
         (QUEUE, WAITING)),
        (f"triage desk of {REFERRALS:,}, a name sought", f"{desk}?q={ASKED}", ON_A_DESK,
         (SOUGHT, SOUGHT_COUNTED)),
        (f"triage desk of {REFERRALS:,}, the late ones", f"{desk}?late=yes&sort=due", ON_A_DESK,
         (LATE, LATE_COUNTED)),
        (f"search, {PUPILS:,} pupils", f"{reverse('reporting:search')}?q={ASKED}", ON_A_PAGE,
         (FOUND, COUNTED)),
        (f"search by UPN, {PUPILS:,} pupils",
         f"{reverse('reporting:search')}?q={referral.pupil.upn}", 1, (NUMBERED,)),
        (f"chronology, {ENTRIES:,} entries", child, ON_A_PAGE, (TOLD, HOW_MANY)),
    ]  # fmt: skip
    with servers.raw() as raw:
        for name, path, shown, statements in pages:
            given = {"referral": referral.pk, "upn": referral.pupil.upn}
            fetch = fetcher(raw, statements, given)
            yield from Page(name, client, path, shown, fetch).rows("wide", effort)


def _fill() -> Referral:
    """Write the rows. History triggers sleep: this is the state found."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    council = Organisation.objects.create(kind=Organisation.Kind.COUNCIL, name="Council")
    school = Organisation.objects.create(kind=Organisation.Kind.SCHOOL, name="School")
    officer = User.objects.create(email="officer@council.example", name="Officer")
    Membership.objects.create(
        user=officer, organisation=council, role=Role.CASEWORKER, starts_on=SINCE
    )
    for year in (LAST_YEAR, LAST_YEAR + 1):
        for number, (start, end) in enumerate(calendar(year), start=1):
            HalfTerm.objects.create(year=year, number=number, starts_on=start, ends_on=end)
    made = list(pupils_of(PUPILS // CHILDREN, 1))
    for place, row in enumerate(made):
        if place % 10:  # of one in ten the address is not known
            row.address, row.postcode = f"{place} Invented Street", f"DE{place % HOMES} 0MO"
    pupils = Pupil.objects.bulk_create(made, batch_size=BATCH)
    Enrolment.objects.bulk_create(
        (
            Enrolment(
                pupil=row, organisation=school, status=EnrolmentStatus.CURRENT, starts_on=SINCE
            )
            for row in pupils
        ),
        batch_size=BATCH,
    )
    now, today = timezone.now(), localdate()
    referrals = Referral.objects.bulk_create(
        (
            Referral(
                pupil=row,
                school=school,
                status=Status.SUBMITTED,
                reason=Reason.AT_RISK,
                concern="Leaves lessons.",
                made_by=officer,
                submitted_at=now - timedelta(minutes=place),
                decide_by=today + timedelta(days=place % 30 - 10),
            )
            for place, row in enumerate(pupils[:REFERRALS])
        ),
        batch_size=BATCH,
    )
    Entry.objects.bulk_create(
        (
            Entry(
                referral=referrals[0],
                kind="added",
                by=officer,
                after="More.",
                at=now - timedelta(hours=place),
            )
            for place in range(ENTRIES)
        ),
        batch_size=BATCH,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("RESET session_replication_role")
    return referrals[0]
