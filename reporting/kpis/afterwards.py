"""The queries behind the measures of outreach: one row for each closed intervention, or school."""

A_YEAR, HALF_A_YEAR = 12, 6
# The days from an intervention's end until its time afterwards is over: PostgreSQL and
# apsystem.lib.calendar.months_after agree on months without such a day.
ENDED = """
    SELECT support.id, support.pupil_id, support.school_id, support.provider_id,
        support.ended_on + 1 AS followed_from,
        (support.ended_on + 1 + make_interval(months => %(months)s))::date AS over_on,
        support.ended_on, pupil.starts_year_1
    FROM outreach_support AS support
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = support.pupil_id
    WHERE support.kind = 'pupil' AND support.status = 'closed' AND support.ended_on < %(until)s
"""
COLUMNS = """
    pupil_id, school_id, provider_id, 1::smallint AS tier,
    extract(year FROM ended_on)::int - (extract(month FROM ended_on) < 9)::int - starts_year_1 + 1
        AS year_group
"""
# What happened to many is found by joins: a question for each pupil is asked a million times.
AFTERWARDS = f"""
    WITH ended AS MATERIALIZED (
        SELECT * FROM ({ENDED}) AS ended WHERE over_on > %(from)s
    ), gone AS (
        SELECT DISTINCT ended.id
        FROM ended JOIN pupils_enrolment AS roll ON roll.pupil_id = ended.pupil_id
        WHERE roll.left_because = ANY(%(gone)s)
          AND roll.ends_on >= followed_from AND roll.ends_on <= over_on
    ), recorded AS (
        SELECT DISTINCT ended.id FROM ended JOIN {{event}}
    ), yes AS (
        SELECT DISTINCT support_id AS id FROM outreach_followup WHERE {{answer}} = 'yes'
    ), no AS (
        SELECT DISTINCT support_id AS id FROM outreach_followup
        WHERE {{answer}} = 'no' AND months = {A_YEAR}
    ), told AS (
        SELECT ended.*, gone.id IS NOT NULL AS is_gone,
            recorded.id IS NOT NULL OR yes.id IS NOT NULL AS happened,
            no.id IS NOT NULL AS is_told_none
        FROM ended LEFT JOIN gone USING (id) LEFT JOIN recorded USING (id)
        LEFT JOIN yes USING (id) LEFT JOIN no USING (id)
    )
    SELECT {COLUMNS},
        (over_on <= %(until)s AND NOT is_gone AND is_told_none AND NOT happened)::int AS kept,
        (over_on <= %(until)s AND NOT is_gone AND (is_told_none OR happened))::int AS known,
        (over_on > %(until)s)::int AS in_progress,
        (over_on <= %(until)s AND is_gone)::int AS gone,
        (over_on <= %(until)s AND NOT is_gone AND NOT is_told_none AND NOT happened)::int
            AS unknown
    FROM told
"""  # noqa: S608 - constants of ours
SUSPENDED = """pupils_suspension AS row ON row.pupil_id = ended.pupil_id
    AND row.cancelled_on IS NULL AND row.starts_on >= followed_from AND row.starts_on < over_on
"""
EXCLUDED = """pupils_permanentexclusion AS row ON row.pupil_id = ended.pupil_id
    AND NOT row.result = ANY(%(not_counted)s)
    AND row.effective_on >= followed_from AND row.effective_on < over_on
"""
AT_SCHOOL = """
    LEFT JOIN LATERAL (
        SELECT sum(row.present) AS present, sum(row.possible) AS possible
        FROM attendance_schoolattendance AS row
        WHERE row.pupil_id = span.pupil_id AND row.taken_back_at IS NULL
          AND row.starts_on >= span.first_on AND row.ends_on <= span.end_on
    ) AS returned ON true
"""
DURING = f"""
    WITH span AS (
        SELECT support.pupil_id, support.school_id, support.provider_id, pupil.starts_year_1,
            least(coalesce(support.ended_on, %(until)s - 1), %(until)s - 1) AS ended_on,
            greatest(support.starts_on, %(from)s) AS first_on,
            least(coalesce(support.ended_on + 1, %(until)s), %(until)s) AS end_on
        FROM outreach_support AS support
        LEFT JOIN pupils_pupil AS pupil ON pupil.id = support.pupil_id
        WHERE support.kind = 'pupil' AND support.status IN ('open', 'closed')
          AND support.starts_on < %(until)s
          AND (support.ended_on IS NULL OR support.ended_on >= %(from)s)
    )
    SELECT {COLUMNS}, coalesce(returned.present, 0) AS present,
        coalesce(returned.possible, 0) AS possible,
        (coalesce(returned.possible, 0) = 0)::int AS without, 0 AS in_progress
    FROM span {AT_SCHOOL}
"""  # noqa: S608 - constants of ours
HALF_YEAR_AFTER = f"""
    WITH span AS (
        SELECT ended.*, followed_from AS first_on, over_on AS end_on
        FROM ({ENDED}) AS ended WHERE over_on > %(from)s
    ), counted AS (
        SELECT span.*, coalesce(returned.present, asked.present, 0) AS present,
            coalesce(returned.possible, asked.possible, 0) AS possible
        FROM span {AT_SCHOOL}
        LEFT JOIN LATERAL (
            SELECT row.present, row.possible FROM outreach_followup AS row
            WHERE row.support_id = span.id AND row.months = {HALF_A_YEAR}
              AND row.possible IS NOT NULL
            ORDER BY row.turn DESC LIMIT 1
        ) AS asked ON true
    )
    SELECT {COLUMNS}, (over_on <= %(until)s)::int * present AS present,
        (over_on <= %(until)s)::int * possible AS possible,
        (over_on <= %(until)s AND possible = 0)::int AS without,
        (over_on > %(until)s)::int AS in_progress
    FROM counted
"""  # noqa: S608 - constants of ours
IMPROVED = f"""
    WITH ended AS (
        {ENDED} AND support.ended_on >= %(from)s
    ), scores AS (
        SELECT ended.id, before.id AS before_id, later.id AS later_id, before.instrument_id,
            before.removed_at IS NOT NULL OR later.removed_at IS NOT NULL AS is_removed,
            before.instrument_id = later.instrument_id AND before.informant = later.informant
                AS is_alike
        FROM ended
        JOIN outreach_support AS support ON support.id = ended.id
        LEFT JOIN placements_assessment AS before ON before.id = support.{{aspect}}_baseline_id
        LEFT JOIN placements_assessment AS later ON later.id = support.{{aspect}}_exit_id
    ), pair AS (
        SELECT * FROM scores WHERE is_alike AND NOT is_removed
    ), change AS (
        SELECT pair.id, scale.is_total, scale.counts_in_total,
            CASE scale.direction WHEN 'higher' THEN 1 WHEN 'lower' THEN -1 END AS way,
            score.value - first.value AS change
        FROM pair
        JOIN placements_scale AS scale ON scale.instrument_id = pair.instrument_id
        LEFT JOIN placements_score AS first
            ON first.assessment_id = pair.before_id AND first.scale_id = scale.id
        LEFT JOIN placements_score AS score
            ON score.assessment_id = pair.later_id AND score.scale_id = scale.id
    ), judged AS (
        SELECT id, CASE
            WHEN NOT bool_or(is_total) THEN sum(sign(change * way))
            WHEN bool_and(change IS NOT NULL) FILTER (WHERE counts_in_total)
                THEN sum(change) FILTER (WHERE counts_in_total) * max(way) FILTER (WHERE is_total)
            END AS better
        FROM change GROUP BY id
    )
    SELECT {COLUMNS}, coalesce(judged.better > 0, false)::int AS improved,
        (judged.better IS NOT NULL)::int AS judged, (before_id IS NULL)::int AS without_before,
        (before_id IS NOT NULL AND later_id IS NULL)::int AS without_after,
        (before_id IS NOT NULL AND later_id IS NOT NULL AND is_removed)::int AS removed,
        (before_id IS NOT NULL AND later_id IS NOT NULL AND NOT is_removed
         AND judged.better IS NULL)::int AS not_judged
    FROM ended JOIN scores USING (id) LEFT JOIN judged USING (id)
"""  # noqa: S608 - constants of ours
SCHOOLS = """
    WITH national AS (
        SELECT DISTINCT ON (school_type) school_type, value FROM reporting_comparator
        WHERE measure = %(published)s AND geography = 'England'
          AND coverage = 'year' AND year <= %(year)s AND value IS NOT NULL
        ORDER BY school_type, year DESC
    ), phase AS (
        SELECT own.phase, national.value
        FROM unnest(%(phases)s::text[], %(types)s::text[]) AS own (phase, school_type)
        JOIN national USING (school_type)
    ), school AS (
        SELECT place.id, headcount.pupils, ({events}) AS events, phase.value IS NULL AS is_of_all,
            coalesce(phase.value,
                     (SELECT value FROM national WHERE school_type = %(total)s)) AS most
        FROM accounts_organisation AS place
        LEFT JOIN phase ON phase.phase = place.phase
        LEFT JOIN pupils_headcount AS headcount ON headcount.school_id = place.id
            AND headcount.year = %(year)s AND headcount.census = %(census)s
        WHERE place.kind = 'school'
          AND (place.closed_on IS NULL OR headcount.pupils IS NOT NULL)
    )
    SELECT NULL::bigint AS pupil_id, id AS school_id, NULL::bigint AS provider_id,
        NULL::smallint AS tier, NULL::int AS year_group,
        (is_counted AND events * 100 <= most * pupils)::int AS below, is_counted::int AS counted,
        (pupils IS NULL)::int AS without_headcount,
        (pupils IS NOT NULL AND NOT %(is_over)s)::int AS in_progress,
        (is_counted AND is_of_all)::int AS of_all
    FROM (SELECT *, %(is_over)s AND pupils IS NOT NULL AND most IS NOT NULL AS is_counted
          FROM school) AS row
"""
SUSPENSIONS_OF = """
    SELECT count(*) FROM pupils_suspension AS row
    WHERE row.school_id = place.id AND row.cancelled_on IS NULL AND row.kind = 'SUSP'
      AND row.starts_on >= %(from)s AND row.starts_on < %(until)s
"""
EXCLUSIONS_OF = """
    SELECT count(*) FROM pupils_permanentexclusion AS row
    WHERE row.school_id = place.id AND NOT row.result = ANY(%(not_counted)s)
      AND row.effective_on >= %(from)s AND row.effective_on < %(until)s
"""
