"""Rows of the twelve months after support: many pupils, three suspensions to each."""

from collections.abc import Iterator

from django.db import connection

from accounts.models import HalfTerm, Organisation, User
from bench import floors, servers
from bench.borough import AS_OF, LAST_YEAR, calendar
from bench.measures import MEASURE_BUDGET, ONE_STATEMENT
from bench.timing import Effort, Result, Way, count_queries, in_turns
from reporting.kpis import REGISTRY, Period
from reporting.models import Coverage

SCHOOLS = 60
# Support that ended in the year before the period, so that all twelve months end in it. The draws
# hang on the number, so that every run writes the same rows.
DRAWN = f"""
    SELECT n, %(before)s::date + (hashint8extended(n, 1) & 1048575)::int %% 364 AS ended_on,
        (hashint8extended(n, 2) & 1048575)::int %% 1000 AS draw,
        %(school)s + n %% {SCHOOLS} AS school
    FROM generate_series(1, %(many)s) AS n
"""  # noqa: S608 - constants of ours
PUPILS = """
    INSERT INTO pupils_pupil
        (id, uid, forename, surname, preferred_name, search_name, date_of_birth, starts_year_1,
         sex, ethnicity, upn_unknown, sen_provision, has_free_meals, address, postcode,
         staff_need_to_know)
    SELECT n, gen_random_uuid(), 'Ada', 'Bright', '', 'ada bright',
        make_date(%(year)s - 12, 1, 1) + n %% 240, %(year)s - 7, 'F', 'NOBT', 'UN1', 'N', false,
        '', '', ''
    FROM generate_series(1, %(many)s) AS n
"""
ENROLMENTS = f"""
    INSERT INTO pupils_enrolment
        (pupil_id, organisation_id, status, starts_on, ends_on, left_because, left_for)
    SELECT n, school, 'C', ended_on - 400, CASE WHEN draw < 10 THEN ended_on + 100 END,
        CASE WHEN draw < 10 THEN 'left england' ELSE '' END, ''
    FROM ({DRAWN}) AS drawn
"""  # noqa: S608 - constants of ours
SUPPORT = f"""
    INSERT INTO outreach_support
        (id, uid, kind, focus, aims, status, starts_on, planned_last_day, ended_on, end_words,
         no_semh_baseline, no_semh_exit, no_curriculum_baseline, no_curriculum_exit, made_at,
         pupil_id, school_id, worker_id)
    SELECT n, gen_random_uuid(), 'pupil', '', 'Stay in lessons.', 'closed', ended_on - 90,
        ended_on, ended_on, 'Stays in lessons.', 'Ill.', 'Ill.', 'Ill.', 'Ill.', now(), n, school,
        %(staff)s
    FROM ({DRAWN}) AS drawn
"""  # noqa: S608 - constants of ours
# Three a pupil: long before, and where the draw says so within the twelve months.
SUSPENSIONS = f"""
    INSERT INTO pupils_suspension
        (uid, pupil_id, school_id, kind, starts_on, sessions, back_on, cancelled_on,
         cancelled_because, sessions_served, reason_1_id, given_by, recorded_by_id, recorded_at,
         is_imported, version, misses_exam, provision, board_result)
    SELECT gen_random_uuid(), n, school, 'SUSP', day, 2, day + 1,
        CASE WHEN draw %% 50 = 0 THEN day END, CASE WHEN draw %% 50 = 0 THEN 'Mistake.' ELSE '' END,
        CASE WHEN draw %% 50 = 0 THEN 0 END, 'DB', 'The head', %(staff)s, now(), false, 1, false,
        '', ''
    FROM (
        SELECT drawn.*, ended_on - 600 + turn * 200
            + CASE WHEN draw %% 4 = 0 THEN 400 ELSE 0 END AS day
        FROM ({DRAWN}) AS drawn CROSS JOIN generate_series(0, 2) AS turn
    ) AS given
"""  # noqa: S608 - constants of ours
EXCLUSIONS = f"""
    INSERT INTO pupils_permanentexclusion
        (uid, pupil_id, school_id, decided_on, effective_on, result, reason_1_id, given_by,
         recorded_by_id, recorded_at, version, misses_exam, provision, rescinded_because)
    SELECT gen_random_uuid(), n, school, ended_on + 90, ended_on + 91, 'NOG', 'PA', 'The head',
        %(staff)s, now(), 1, false, '', ''
    FROM ({DRAWN}) AS drawn WHERE draw %% 40 = 0
"""  # noqa: S608 - constants of ours
FOLLOW_UPS = f"""
    INSERT INTO outreach_followup
        (uid, token_hash, sent_to, reminders, answered_at, answered_by, answered_as, months, turn,
         due_on, suspended, suspensions, excluded, words, school_id, support_id)
    SELECT gen_random_uuid(), md5(n || '-' || months), '{{}}', 0, now(), 'Sam School', 'Head',
        months, 1, ended_on + 30 * months, answer, CASE WHEN answer = 'yes' THEN 1 END, answer, '',
        school, n
    FROM (
        SELECT drawn.*, months, CASE WHEN draw %% 9 = 0 THEN 'unknown' WHEN draw %% 31 = 0 THEN 'yes'
            ELSE 'no' END AS answer
        FROM ({DRAWN}) AS drawn CROSS JOIN unnest(ARRAY[3, 6, 12]) AS months
    ) AS asked
"""  # noqa: S608 - constants of ours
# Nothing overlaps, and the indexes that keep it so take longer to fill than all the rows.
UNGUARDED = """
    ALTER TABLE pupils_enrolment DROP CONSTRAINT pupils_enrolment_none_overlap_at_one_place;
    ALTER TABLE pupils_suspension DROP CONSTRAINT pupils_suspension_none_overlap
"""
SLUGS = (
    "outreach-zero-suspensions-12-months",
    "outreach-zero-permanent-exclusions-12-months",
)


def rows(many: int, effort: Effort) -> Iterator[Result]:
    """Time each figure of the twelve months after support beside one statement that counts it."""
    period = _fill(many)
    given = floors.parameters(period)
    with servers.raw() as raw:
        for slug in SLUGS:
            sql, measure = floors.statement(slug), REGISTRY[slug]
            system = Way(lambda measure=measure: measure.total(period))
            floor = Way(lambda sql=sql: raw.execute(sql, given).fetchone())
            total, found = measure.total(period), floor.work()
            if not (floors.agree(total, found) and 0 < total.numerator < total.denominator < many):
                raise servers.CannotRun(f"{slug}: {total} here, {found} by hand, of {many}.")
            yield Result(
                f"measure {slug}",
                "12m",
                many,
                ONE_STATEMENT,
                queries=count_queries(system),
                budget=MEASURE_BUDGET,
                **in_turns(system, floor, effort),
            )


def _fill(many: int) -> Period:
    """Write the rows. History triggers sleep: this is the state found."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    HalfTerm.objects.bulk_create(
        HalfTerm(year=LAST_YEAR, number=number, starts_on=start, ends_on=end)
        for number, (start, end) in enumerate(calendar(LAST_YEAR), start=1)
    )
    schools = Organisation.objects.bulk_create(
        Organisation(kind=Organisation.Kind.SCHOOL, name=f"School {n:02d}") for n in range(SCHOOLS)
    )
    staff = User.objects.create(email="worker@council.example", name="Worker")
    period = Period.of(LAST_YEAR, Coverage.YEAR, AS_OF)
    given = {
        "many": many,
        "year": LAST_YEAR,
        "before": period.days[0].replace(year=LAST_YEAR - 1),
        "school": schools[0].pk,
        "staff": staff.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNGUARDED)
        for sql in (PUPILS, ENROLMENTS, SUPPORT, SUSPENSIONS, EXCLUSIONS, FOLLOW_UPS):
            cursor.execute(sql, given)
    connection.close()  # the next session's triggers are awake
    with servers.raw() as raw:
        raw.execute("VACUUM (ANALYZE)")
    return period
