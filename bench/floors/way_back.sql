-- The way back to school, and beyond year 11. What is under `rows` and `sums`: see `__init__.py`.

-- rows: plan-on-day-one
SELECT placement.pupil_id, provider_id, home_school_id AS school_id,
    coalesce((made_at AT TIME ZONE 'Europe/London')::date <= placement.starts_on, false)::int
        AS above,
    1 AS below
FROM placements_placement AS placement
LEFT JOIN reintegration_plan AS plan ON plan.placement_id = placement.id
WHERE sessions > 0 AND placement.status IN ('open', 'paused', 'ended')
  AND starts_on >= %(opened)s AND starts_on < %(closed)s;

-- rows: reintegration-on-time: moved
SELECT plan.pupil_id, provider_id, home_school_id AS school_id,
    (outcome IN ('mainstream', 'special', 'post-16') AND closed_on < target.ends_on)::int AS above,
    (outcome <> 'moved')::int AS below, (outcome = 'moved')::int AS moved
FROM accounts_halfterm AS target JOIN reintegration_plan AS plan ON first_target_id = target.id
JOIN placements_placement AS placement ON placement.id = placement_id
WHERE target.ends_on > %(opened)s AND target.ends_on <= %(closed)s;

-- rows: reintegration-six-weeks-completed
SELECT plan.pupil_id, provider_id, home_school_id AS school_id,
    (plan.status = 'closed' AND plan.attempt = done.attempt
        AND outcome IN ('mainstream', 'special'))::int AS above,
    1 AS below
FROM (
    SELECT plan_id, attempt FROM reintegration_week GROUP BY 1, 2
    HAVING max(ends_on) > %(opened)s AND max(ends_on) <= %(closed)s
) AS done JOIN reintegration_plan AS plan ON plan.id = plan_id
JOIN placements_placement AS placement ON placement.id = placement_id;

-- rows: reintegration-sustained-12-weeks: unknown
SELECT plan.pupil_id, provider_id, home_school_id AS school_id, (answer = 'there')::int AS above,
    (answer IN ('there', 'left'))::int AS below, (answer IN ('', 'not known'))::int AS unknown
FROM reintegration_staycheck JOIN reintegration_plan AS plan ON plan.id = plan_id
JOIN placements_placement AS placement ON placement.id = placement_id
WHERE weeks = 12 AND due_on >= %(opened)s AND due_on < %(closed)s;

-- rows: reintegrated-mainstream: moved
SELECT plan.pupil_id, provider_id, home_school_id AS school_id,
    (outcome = 'mainstream')::int AS above, (outcome <> 'moved')::int AS below,
    (outcome = 'moved')::int AS moved
FROM reintegration_plan AS plan
JOIN placements_placement AS placement ON placement.id = placement_id
WHERE closed_on >= %(opened)s AND closed_on < %(closed)s;

-- rows: voice-in-plan
WITH open_plan AS (
    SELECT plan.id, plan.pupil_id, provider_id, home_school_id, starts_on
    FROM reintegration_plan AS plan
    JOIN placements_placement AS placement ON placement.id = placement_id
    WHERE starts_on < %(closed)s AND (closed_on IS NULL OR closed_on >= %(opened)s)
      AND (made_at AT TIME ZONE 'Europe/London')::date < %(closed)s
), said AS (
    SELECT open_plan.id FROM open_plan JOIN reintegration_gate ON plan_id = open_plan.id
    WHERE kind = 'conversation' AND held_on < %(closed)s
    UNION
    SELECT open_plan.id FROM open_plan JOIN pupils_voice USING (pupil_id)
    WHERE who = 'pupil' AND finished_at IS NOT NULL AND taken_back_at IS NULL
      AND made_on >= starts_on AND made_on < %(closed)s
)
SELECT pupil_id, provider_id, home_school_id AS school_id, (said.id IS NOT NULL)::int AS above,
    1 AS below
FROM open_plan LEFT JOIN said USING (id);

-- rows: transition-coach-year-11
SELECT pupil_id, provider_id, school_id,
    coalesce(coach_from <= %(last_day)s, false)::int AS above, 1 AS below
FROM (
    SELECT DISTINCT ON (pupil_id) pupil_id, provider_id, home_school_id AS school_id
    FROM placements_placement AS placement JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    WHERE starts_year_1 = %(year)s - 10 AND sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND starts_on <= %(last_day)s AND (ends_on IS NULL OR ends_on > %(last_day)s)
    ORDER BY pupil_id, starts_on DESC, placement.id DESC
) AS placed LEFT JOIN reintegration_pathway USING (pupil_id);

-- rows: ks4-english-maths-ap: unknown
SELECT pupil_id, provider_id, school_id, coalesce(is_reached, false)::int AS above,
    (is_reached IS NOT NULL)::int AS below, (is_reached IS NULL)::int AS unknown
FROM (
    SELECT DISTINCT ON (pupil_id) pupil_id, provider_id, home_school_id AS school_id,
        english >= %(grade)s AND maths >= %(grade)s AS is_reached
    FROM placements_placement AS placement JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    LEFT JOIN reintegration_pathway USING (pupil_id)
    WHERE starts_year_1 = %(year)s - 10 AND sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND starts_on < %(closed)s AND (ends_on IS NULL OR ends_on > %(opened)s)
    ORDER BY pupil_id, starts_on DESC, placement.id DESC
) AS placed;

-- rows: post16-september-guarantee: not_for
SELECT pupil_id, NULL::bigint AS provider_id, NULL::bigint AS school_id,
    (guarantee = 'offer' AND guarantee_on <= make_date(%(year)s, 9, 30))::int AS above,
    (guarantee <> 'not appropriate')::int AS below, (guarantee = 'not appropriate')::int AS not_for
FROM pupils_pupil AS pupil JOIN reintegration_pathway ON pupil_id = pupil.id
WHERE starts_year_1 = %(year)s - 11 AND make_date(%(year)s, 9, 30) < %(closed)s;

-- rows: post16: unknown
SELECT pupil_id, NULL::bigint AS provider_id, NULL::bigint AS school_id,
    (answer IN ({wanted}))::int AS above, (answer NOT IN ('', 'not known'))::int AS below,
    (answer IN ('', 'not known'))::int AS unknown
FROM pupils_pupil AS pupil JOIN reintegration_pathway AS pathway ON pupil_id = pupil.id
JOIN reintegration_destinationcheck ON pathway_id = pathway.id
WHERE starts_year_1 = %(year)s - 11 AND month = '{month}'
  AND due_on >= %(opened)s AND due_on < %(closed)s;
