-- Exclusions at providers, and what became of those whom outreach supported. What is under `rows` and `sums`: see `__init__.py`.

-- rows: rate-ap: without
WITH place AS (
    SELECT place.id, pupils
    FROM accounts_organisation AS place LEFT JOIN pupils_headcount
        ON school_id = place.id AND year = %(year)s AND census = 'spring'
    WHERE kind = 'provider' AND is_registered_school
)
SELECT pupil_id, school_id AS provider_id, NULL::bigint AS school_id,
    count(pupils) AS above, 0 AS below, count(*) - count(pupils) AS without
FROM {events} JOIN place ON place.id = school_id
WHERE {day} >= %(start)s AND {day} < %(until)s AND {counted}
GROUP BY 1, 2
UNION ALL SELECT NULL, id, NULL, 0, pupils, 0 FROM place WHERE pupils IS NOT NULL;

-- rows: outreach-zero: in_progress, unknown, gone
WITH ended AS MATERIALIZED (
    SELECT id, pupil_id, provider_id, school_id, ended_on + 1 AS followed_from,
        (ended_on + 1 + interval '12 months')::date AS over_on
    FROM outreach_support
    WHERE kind = 'pupil' AND status = 'closed' AND ended_on < %(closed)s
        AND (ended_on + 1 + interval '12 months')::date > %(opened)s
), happened AS (
    SELECT DISTINCT ended.id FROM ended JOIN {events} ON event.pupil_id = ended.pupil_id
    WHERE event.{day} >= followed_from AND event.{day} < over_on
), gone AS (
    SELECT DISTINCT ended.id FROM ended
    JOIN pupils_enrolment AS roll ON roll.pupil_id = ended.pupil_id
    WHERE left_because = ANY(%(gone)s) AND ends_on >= followed_from AND ends_on <= over_on
), yes AS (
    SELECT DISTINCT support_id AS id FROM outreach_followup WHERE {answer} = 'yes'
), no AS (
    SELECT DISTINCT support_id AS id FROM outreach_followup
    WHERE {answer} = 'no' AND months = 12
)
SELECT pupil_id, provider_id, school_id,
    (is_over AND is_told_none AND NOT happened)::int AS above,
    (is_over AND (is_told_none OR happened))::int AS below, in_progress,
    (is_over AND NOT is_told_none AND NOT happened)::int AS unknown,
    (in_progress = 0 AND NOT is_over)::int AS gone
FROM (
    SELECT ended.*, no.id IS NOT NULL AS is_told_none,
        happened.id IS NOT NULL OR yes.id IS NOT NULL AS happened,
        over_on <= %(closed)s AND gone.id IS NULL AS is_over,
        (over_on > %(closed)s)::int AS in_progress
    FROM ended LEFT JOIN happened USING (id) LEFT JOIN gone USING (id)
    LEFT JOIN yes USING (id) LEFT JOIN no USING (id)
) AS told;

-- rows: outreach-attendance-during: without, in_progress
SELECT support.pupil_id, provider_id, support.school_id, coalesce(sum(present), 0) AS above,
    coalesce(sum(possible), 0) AS below, (coalesce(sum(possible), 0) = 0)::int AS without,
    0 AS in_progress
FROM outreach_support AS support LEFT JOIN attendance_schoolattendance AS week
    ON week.pupil_id = support.pupil_id AND taken_back_at IS NULL
    AND week.starts_on >= greatest(support.starts_on, %(opened)s)
    AND week.ends_on <= least(ended_on + 1, %(closed)s)
WHERE kind = 'pupil' AND status IN ('open', 'closed') AND support.starts_on < %(closed)s
  AND (ended_on IS NULL OR ended_on >= %(opened)s)
GROUP BY support.id;

-- rows: outreach-attendance-6-months: without, in_progress
WITH done AS (
    SELECT id, pupil_id, provider_id, school_id, ended_on + 1 AS first,
        (ended_on + 1 + interval '6 months')::date AS past
    FROM outreach_support WHERE kind = 'pupil' AND status = 'closed'
      AND ended_on >= %(opened)s - interval '7 months' AND ended_on < %(closed)s
), returned AS (
    SELECT done.id, sum(present) AS present, sum(possible) AS possible
    FROM done JOIN attendance_schoolattendance AS week USING (pupil_id)
    WHERE taken_back_at IS NULL AND starts_on >= first AND ends_on <= past
    GROUP BY 1
), answered AS (
    SELECT DISTINCT ON (support_id) support_id AS id, present, possible FROM outreach_followup
    WHERE months = 6 AND possible IS NOT NULL ORDER BY support_id, turn DESC
)
SELECT pupil_id, provider_id, school_id, in_time * present AS above, in_time * possible AS below,
    (in_time = 1 AND possible = 0)::int AS without, 1 - in_time AS in_progress
FROM (
    SELECT done.*, (past <= %(closed)s)::int AS in_time,
        coalesce(returned.present, answered.present, 0) AS present,
        coalesce(returned.possible, answered.possible, 0) AS possible
    FROM done LEFT JOIN returned USING (id) LEFT JOIN answered USING (id)
    WHERE past > %(opened)s
) AS told;

-- rows: outreach-improved: without_before, without_after, removed, not_judged
WITH ended AS (
    SELECT support.id, support.pupil_id, support.provider_id, support.school_id,
        first.id AS first_id, last.id AS last_id, first.instrument_id,
        first.removed_at IS NOT NULL OR last.removed_at IS NOT NULL AS is_removed,
        first.instrument_id = last.instrument_id AND first.informant = last.informant
            AND first.removed_at IS NULL AND last.removed_at IS NULL AS is_pair
    FROM outreach_support AS support
    LEFT JOIN placements_assessment AS first ON first.id = {aspect}_baseline_id
    LEFT JOIN placements_assessment AS last ON last.id = {aspect}_exit_id
    WHERE kind = 'pupil' AND status = 'closed' AND ended_on >= %(opened)s AND ended_on < %(closed)s
), change AS (
    SELECT ended.id, is_total, counts_in_total, direction, later.value - before.value AS points
    FROM ended JOIN placements_scale AS scale USING (instrument_id)
    LEFT JOIN placements_score AS before
        ON before.assessment_id = first_id AND before.scale_id = scale.id
    LEFT JOIN placements_score AS later
        ON later.assessment_id = last_id AND later.scale_id = scale.id
    WHERE is_pair
), verdict AS (
    SELECT id, CASE
        WHEN NOT bool_or(is_total) THEN
            sum(CASE direction WHEN 'higher' THEN sign(points) WHEN 'lower' THEN -sign(points) END)
        WHEN count(*) FILTER (WHERE counts_in_total AND points IS NULL) = 0 THEN
            sum(points) FILTER (WHERE counts_in_total)
            * max(CASE direction WHEN 'higher' THEN 1 WHEN 'lower' THEN -1 END)
              FILTER (WHERE is_total)
        END AS better
    FROM change GROUP BY id
)
SELECT pupil_id, provider_id, school_id, coalesce(better > 0, false)::int AS above,
    (better IS NOT NULL)::int AS below, (first_id IS NULL)::int AS without_before,
    (first_id IS NOT NULL AND last_id IS NULL)::int AS without_after,
    (last_id IS NOT NULL AND first_id IS NOT NULL AND is_removed)::int AS removed,
    (last_id IS NOT NULL AND first_id IS NOT NULL AND NOT is_removed AND better IS NULL)::int
        AS not_judged
FROM ended LEFT JOIN verdict USING (id);

-- rows: schools-at-or-below: without, in_progress, of_all
WITH event AS (
    SELECT school_id AS id, count(*) AS n FROM {events}
      AND {day} >= %(opened)s AND {day} < %(closed)s GROUP BY 1
), national AS (
    SELECT DISTINCT ON (school_type) school_type, value FROM reporting_comparator
    WHERE measure = '{published}' AND geography = 'England' AND coverage = 'year'
      AND year <= %(year)s AND value IS NOT NULL
    ORDER BY school_type, year DESC
)
SELECT NULL::bigint AS pupil_id, NULL::bigint AS provider_id, school_id,
    (below = 1 AND events * 100 <= most * pupils)::int AS above, below,
    (pupils IS NULL)::int AS without, (pupils IS NOT NULL AND NOT %(is_over)s)::int AS in_progress,
    (below = 1 AND is_of_all)::int AS of_all
FROM (
    SELECT school.id AS school_id, pupils, coalesce(n, 0) AS events,
        coalesce(own.value, every.value) AS most, own.value IS NULL AS is_of_all,
        (%(is_over)s AND pupils IS NOT NULL AND coalesce(own.value, every.value) IS NOT NULL)::int
            AS below
    FROM accounts_organisation AS school
    LEFT JOIN pupils_headcount AS headcount ON headcount.school_id = school.id
        AND headcount.year = %(year)s AND census = 'spring'
    LEFT JOIN event ON event.id = school.id
    LEFT JOIN national AS own ON lower(own.school_type) = phase
    LEFT JOIN national AS every
        ON every.school_type = 'Total (state-funded primary, secondary and special)'
    WHERE kind = 'school' AND (school.closed_on IS NULL OR pupils IS NOT NULL)
) AS school;
