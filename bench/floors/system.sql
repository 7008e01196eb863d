-- How the system itself runs. What is under `rows` and `sums`: see `__init__.py`.

-- rows: due: withdrawn, not_over
SELECT pupil_id, NULL::bigint AS provider_id, school_id,
    (below = 1 AND coalesce({done} <= {due}, false))::int AS above, below,
    (status = 'withdrawn')::int AS withdrawn, (below = 0 AND status <> 'withdrawn')::int AS not_over
FROM (
    SELECT *, (status <> 'withdrawn' AND ({done} IS NOT NULL OR {due} < %(as_of)s))::int AS below
    FROM referrals_referral
    WHERE {due} >= %(opened)s AND {due} < %(closed)s AND status <> 'draft'
) AS referral;

-- rows: tier-2-within-limit: without, elsewhere
WITH RECURSIVE former AS (
    SELECT id, starts_on, follows_id FROM placements_placement WHERE tier = 2
    UNION ALL
    SELECT former.id, former.starts_on, one.follows_id
    FROM former JOIN placements_placement AS one ON one.id = former.follows_id
), spent AS (
    SELECT former.id,
        sum(greatest(least(one.ends_on, former.starts_on) - one.starts_on, 0))::int AS days
    FROM former JOIN placements_placement AS one ON one.id = former.follows_id
    WHERE one.tier = 2 AND one.status IN ('open', 'paused', 'ended') GROUP BY former.id
), limited AS (
    SELECT pupil_id, provider_id, home_school_id AS school_id, status, placement.starts_on, ends_on,
        CASE WHEN longest_weeks IS NOT NULL THEN greatest(
            placement.starts_on + 7 * longest_weeks - coalesce(days, 0), placement.starts_on
        ) END AS latest
    FROM placements_placement AS placement LEFT JOIN (
        SELECT starts_on, longest_weeks, lead(starts_on, 1, 'infinity') OVER (ORDER BY starts_on)
            AS next_on
        FROM placements_tierrule WHERE tier = 2
    ) AS rule ON placement.starts_on >= rule.starts_on AND placement.starts_on < next_on
    LEFT JOIN spent USING (id)
    WHERE tier = 2 AND status IN ('open', 'paused', 'ended')
)
SELECT pupil_id, provider_id, school_id,
    (below = 1 AND status = 'ended' AND ends_on <= latest)::int AS above, below,
    (latest IS NULL)::int AS without, (latest IS NOT NULL AND below = 0)::int AS elsewhere
FROM (
    SELECT *, coalesce(latest IS NOT NULL AND CASE WHEN status = 'ended'
            THEN ends_on > %(opened)s AND ends_on <= %(closed)s
            ELSE latest >= %(opened)s AND latest < %(closed)s END, false)::int AS below
    FROM limited
) AS told
WHERE below = 1 OR starts_on < %(closed)s AND (ends_on IS NULL OR ends_on > %(opened)s);

-- rows: part-time-timetables-reviewed-on-time: past, not_over
SELECT pupil_id, provider_id, school_id,
    (below = 1 AND coalesce(held_on <= due_on, false))::int AS above, below,
    is_past::int AS past, (below = 0 AND NOT is_past)::int AS not_over
FROM (
    SELECT pupil_id, provider_id, home_school_id AS school_id, held_on, due_on,
        due_on >= timetable.ends_on AS is_past,
        (due_on < timetable.ends_on AND (held_on IS NOT NULL OR due_on < %(as_of)s))::int AS below
    FROM attendance_timetablereview
    JOIN attendance_parttimetimetable AS timetable ON timetable.id = timetable_id
    JOIN placements_placement AS placement ON placement.id = placement_id
    WHERE due_on >= %(opened)s AND due_on < %(closed)s
) AS review;

-- rows: part-time-timetables-over-limit: without
SELECT pupil_id, provider_id, home_school_id AS school_id,
    coalesce(part_time_since + 7 * long_weeks <= %(last_day)s, false)::int AS above,
    (long_weeks IS NOT NULL)::int AS below, (long_weeks IS NULL)::int AS without
FROM attendance_parttimetimetable AS timetable
JOIN placements_placement AS placement ON placement.id = placement_id
LEFT JOIN (
    SELECT long_weeks FROM attendance_timetablerule
    WHERE starts_on <= %(last_day)s ORDER BY starts_on DESC LIMIT 1
) AS rule ON true
WHERE timetable.starts_on <= %(last_day)s AND timetable.ends_on > %(last_day)s;

-- rows: attendance-support-reviews-on-time: dropped, not_over
SELECT pupil_id, provider_id, school_id,
    (below = 1 AND coalesce(held_on <= due_on, false))::int AS above, below,
    (dropped_on IS NOT NULL)::int AS dropped, (below = 0 AND dropped_on IS NULL)::int AS not_over
FROM (
    SELECT plan.pupil_id, provider_id, home_school_id AS school_id, held_on, due_on, dropped_on,
        (dropped_on IS NULL AND (held_on IS NOT NULL OR due_on < %(as_of)s))::int AS below
    FROM attendance_supportreview JOIN attendance_supportplan AS plan ON plan.id = plan_id
    LEFT JOIN placements_placement AS placement ON placement.id = placement_id
    WHERE due_on >= %(opened)s AND due_on < %(closed)s
) AS review;

-- rows: accreditation-gained: going_on
SELECT pupil_id, provider_id, home_school_id AS school_id,
    (award.placement_id IS NOT NULL AND is_over)::int AS above, is_over::int AS below,
    (NOT is_over)::int AS going_on
FROM (
    SELECT *, status = 'ended' AND ends_on <= %(closed)s AS is_over FROM placements_placement
    WHERE status IN ('open', 'paused', 'ended') AND sessions > 0
      AND starts_on < %(closed)s AND (ends_on IS NULL OR ends_on > %(opened)s)
) AS placement
LEFT JOIN (SELECT DISTINCT placement_id FROM placements_award) AS award
    ON award.placement_id = placement.id;

-- rows: places-filled: without
WITH commissioned AS (
    SELECT DISTINCT ON (provider_id) provider_id, nullif(places, 0) AS places
    FROM placements_commission
    WHERE starts_on <= %(last_day)s ORDER BY provider_id, starts_on DESC
)
SELECT pupil_id, provider_id, home_school_id AS school_id, (places IS NOT NULL)::int AS above,
    0 AS below, (places IS NULL)::int AS without
FROM placements_placement LEFT JOIN commissioned USING (provider_id)
WHERE sessions > 0 AND status IN ('open', 'paused', 'ended')
  AND starts_on <= %(last_day)s AND (ends_on IS NULL OR ends_on > %(last_day)s)
UNION ALL SELECT NULL, provider_id, NULL, 0, places, 0 FROM commissioned WHERE places > 0;

-- sums: registers-complete
-- Children whose placements are alike are multiplied, not listed; days since a Monday give the
-- weekday in whole numbers. What is not expected is taken off at the end, so no mark asks for it.
WITH placed AS (
    SELECT id, provider_id, starts_on, coalesce(ends_on, 'infinity') AS ends_on, sessions
    FROM placements_placement
    WHERE sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND starts_on <= %(last_school_day)s
      AND (ends_on IS NULL OR ends_on > %(first_school_day)s)
), pattern AS (
    SELECT starts_on, ends_on, sessions, count(*) AS children FROM placed GROUP BY 1, 2, 3
), held AS (
    SELECT coalesce(sum(children * bit_count(
        ((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))), 0) AS n
    FROM pattern JOIN unnest(%(school_days)s::date[]) AS day ON day >= starts_on AND day < ends_on
), marked AS (
    SELECT count(*) AS n
    FROM placed JOIN attendance_mark ON placement_id = placed.id
        AND date >= starts_on AND date < ends_on
    WHERE date >= %(first_school_day)s AND date <= %(last_school_day)s
      AND date = ANY(%(school_days)s::date[])
      AND (sessions >> ((date - '2000-01-03') %% 7 * 2 + session)) & 1 <> 0
), kept AS (
    SELECT placed.id, closure.starts_on AS from_on, closure.ends_on AS to_on, 0 AS kept
    FROM accounts_closure AS closure JOIN placed ON provider_id = organisation_id
    UNION ALL
    SELECT placement_id, starts_on, coalesce(ends_on, 'infinity'), 0 FROM placements_pause
    UNION ALL SELECT placement_id, monday, monday + 7, sessions FROM placements_weekpattern
    UNION ALL SELECT placement_id, starts_on, ends_on, sessions FROM attendance_parttimetimetable
), left_out AS (
    SELECT placed.id, day, half.session
    FROM kept JOIN placed USING (id)
    JOIN unnest(%(school_days)s::date[]) AS day
        ON day >= greatest(from_on, starts_on) AND day < least(to_on, ends_on)
    CROSS JOIN (VALUES (0), (1)) AS half(session)
    WHERE ((sessions & ~kept) >> ((day - '2000-01-03') %% 7 * 2 + half.session)) & 1 <> 0
    GROUP BY 1, 2, 3
), less AS (
    SELECT count(*) AS held, count(mark.id) AS marked
    FROM left_out LEFT JOIN attendance_mark AS mark
        ON placement_id = left_out.id AND date = day AND mark.session = left_out.session
)
SELECT marked.n - less.marked, held.n - less.held FROM marked, held, less;

-- sums: cost-per-attended-session
WITH placed AS (
    SELECT placement.id, placement.provider_id, placement.starts_on, sessions, unit,
        pounds * 100 AS pence, coalesce(placement.ends_on, 'infinity') AS ends_on
    FROM placements_placement AS placement JOIN placements_rate AS rate ON rate.id = rate_id
    WHERE sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND placement.starts_on < %(until)s
      AND (placement.ends_on IS NULL OR placement.ends_on > %(start)s)
), held AS (
    SELECT starts_on, ends_on, sessions, count(*) AS days, sum(bit_count(
        ((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))) AS n
    FROM (SELECT DISTINCT starts_on, ends_on, sessions FROM placed) AS pattern
    JOIN unnest(%(paid_days)s::date[]) AS day ON day >= starts_on AND day < ends_on
    GROUP BY 1, 2, 3
), other AS (
    SELECT placed.id, closure.starts_on, closure.ends_on, 'closed' AS why, 0 AS sessions
    FROM accounts_closure AS closure JOIN placed ON provider_id = organisation_id
    UNION ALL
    SELECT placement_id, starts_on, coalesce(ends_on, 'infinity'), 'paused', 0
    FROM placements_pause
    UNION ALL SELECT placement_id, monday, monday + 7, 'week', sessions FROM placements_weekpattern
), changed AS (
    SELECT placed.id, day, placed.sessions, bool_or(why = 'closed') AS is_closed,
        CASE WHEN bool_and(why = 'week') THEN max(other.sessions) ELSE 0 END AS now
    FROM other JOIN placed USING (id)
    JOIN unnest(%(paid_days)s::date[]) AS day
        ON day >= greatest(other.starts_on, placed.starts_on)
       AND day < least(other.ends_on, placed.ends_on)
    GROUP BY 1, 2, 3
), less AS (
    SELECT id, count(*) FILTER (WHERE is_closed) AS days, sum(
        bit_count(((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))
        - bit_count(((now >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))) AS n
    FROM changed GROUP BY 1
), attended AS (
    SELECT placement_id AS id, sum(present) AS present
    FROM (
        SELECT placement_id, present FROM attendance_weektotal
        WHERE week >= %(first)s AND week < %(last)s AND week <> ALL(%(broken)s::date[])
        UNION ALL
        SELECT placement_id, 1 FROM attendance_mark
        WHERE date = ANY(%(days)s::date[]) AND code = ANY(%(present)s)
    ) AS session GROUP BY 1
)
SELECT coalesce(sum(CASE unit
        WHEN 'week' THEN round(pence * (held.days - coalesce(less.days, 0)) / 5)
        ELSE pence * (held.n - coalesce(less.n, 0)) END), 0),
    coalesce(sum(present), 0)
FROM placed LEFT JOIN held USING (starts_on, ends_on, sessions)
LEFT JOIN less ON less.id = placed.id LEFT JOIN attended ON attended.id = placed.id;
