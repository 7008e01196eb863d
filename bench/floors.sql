-- The least that each figure could cost: one statement, written by hand for these tables and not
-- from the figures' own. Each yields what is above the line, and what is below it.
-- Days of a figure: from `opened` up to, not on, `closed`; of term only: `start` and `until`.

-- name: plan-on-day-one
SELECT count(*) FILTER (
        WHERE (made_at AT TIME ZONE 'Europe/London')::date <= placement.starts_on),
    count(*)
FROM placements_placement AS placement
LEFT JOIN reintegration_plan AS plan ON plan.placement_id = placement.id
WHERE sessions > 0 AND placement.status IN ('open', 'paused', 'ended')
  AND starts_on >= %(opened)s AND starts_on < %(closed)s;

-- name: reintegration-on-time
SELECT count(*) FILTER (
        WHERE outcome IN ('mainstream', 'special', 'post-16') AND closed_on < target.ends_on),
    count(*)
FROM accounts_halfterm AS target JOIN reintegration_plan ON first_target_id = target.id
WHERE target.ends_on > %(opened)s AND target.ends_on <= %(closed)s AND outcome <> 'moved';

-- name: reintegration-six-weeks-completed
SELECT count(*) FILTER (
        WHERE status = 'closed' AND plan.attempt = done.attempt
          AND outcome IN ('mainstream', 'special')),
    count(*)
FROM (
    SELECT plan_id, attempt FROM reintegration_week GROUP BY 1, 2
    HAVING max(ends_on) > %(opened)s AND max(ends_on) <= %(closed)s
) AS done JOIN reintegration_plan AS plan ON plan.id = plan_id;

-- name: reintegration-sustained-12-weeks
SELECT count(*) FILTER (WHERE answer = 'there'), count(*)
FROM reintegration_staycheck
WHERE weeks = 12 AND due_on >= %(opened)s AND due_on < %(closed)s AND answer IN ('there', 'left');

-- name: reintegrated-mainstream
SELECT count(*) FILTER (WHERE outcome = 'mainstream'), count(*)
FROM reintegration_plan
WHERE closed_on >= %(opened)s AND closed_on < %(closed)s AND outcome <> 'moved';

-- name: voice-in-plan
WITH open_plan AS (
    SELECT plan.id, plan.pupil_id, starts_on
    FROM reintegration_plan AS plan
    JOIN placements_placement AS placement ON placement.id = placement_id
    WHERE starts_on < %(closed)s AND (closed_on IS NULL OR closed_on >= %(opened)s)
      AND (made_at AT TIME ZONE 'Europe/London')::date < %(closed)s
)
SELECT count(said.id), (SELECT count(*) FROM open_plan)
FROM (
    SELECT open_plan.id FROM open_plan JOIN reintegration_gate ON plan_id = open_plan.id
    WHERE kind = 'conversation' AND held_on < %(closed)s
    UNION
    SELECT open_plan.id FROM open_plan JOIN pupils_voice USING (pupil_id)
    WHERE who = 'pupil' AND finished_at IS NOT NULL AND taken_back_at IS NULL
      AND made_on >= starts_on AND made_on < %(closed)s
) AS said;

-- name: transition-coach-year-11
SELECT count(*) FILTER (WHERE coach_from <= %(last_day)s), count(*)
FROM (
    SELECT DISTINCT pupil_id
    FROM placements_placement JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    WHERE starts_year_1 = %(year)s - 10 AND sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND starts_on <= %(last_day)s AND (ends_on IS NULL OR ends_on > %(last_day)s)
) AS placed LEFT JOIN reintegration_pathway USING (pupil_id);

-- name: ks4-english-maths-ap
SELECT count(*) FILTER (WHERE english >= %(grade)s AND maths >= %(grade)s),
    count(*) FILTER (
        WHERE english < %(grade)s OR maths < %(grade)s OR english + maths IS NOT NULL)
FROM (
    SELECT DISTINCT pupil_id
    FROM placements_placement JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    WHERE starts_year_1 = %(year)s - 10 AND sessions > 0 AND status IN ('open', 'paused', 'ended')
      AND starts_on < %(closed)s AND (ends_on IS NULL OR ends_on > %(opened)s)
) AS placed JOIN reintegration_pathway USING (pupil_id);

-- name: post16-september-guarantee
SELECT count(*) FILTER (WHERE guarantee = 'offer' AND guarantee_on <= make_date(%(year)s, 9, 30)),
    count(*)
FROM pupils_pupil AS pupil JOIN reintegration_pathway ON pupil_id = pupil.id
WHERE starts_year_1 = %(year)s - 11 AND guarantee <> 'not appropriate'
  AND make_date(%(year)s, 9, 30) < %(closed)s;

-- name: post16-sustained-destination
SELECT count(*) FILTER (WHERE answer IN ('there', 'elsewhere')), count(*)
FROM pupils_pupil AS pupil JOIN reintegration_pathway AS pathway ON pupil_id = pupil.id
JOIN reintegration_destinationcheck ON pathway_id = pathway.id
WHERE starts_year_1 = %(year)s - 11 AND month = 'march'
  AND due_on >= %(opened)s AND due_on < %(closed)s AND answer NOT IN ('', 'not known');

-- name: post16-neet
SELECT count(*) FILTER (WHERE answer = 'neet'), count(*)
FROM pupils_pupil AS pupil JOIN reintegration_pathway AS pathway ON pupil_id = pupil.id
JOIN reintegration_destinationcheck ON pathway_id = pathway.id
WHERE starts_year_1 = %(year)s - 11 AND month = 'january'
  AND due_on >= %(opened)s AND due_on < %(closed)s AND answer NOT IN ('', 'not known');

-- name: suspension-rate-ap
WITH place AS (
    SELECT school_id, pupils
    FROM pupils_headcount JOIN accounts_organisation AS place ON place.id = school_id
    WHERE year = %(year)s AND census = 'spring' AND kind = 'provider' AND is_registered_school
)
SELECT (SELECT count(*) FROM pupils_suspension JOIN place USING (school_id)
        WHERE starts_on >= %(start)s AND starts_on < %(until)s AND kind = 'SUSP'
          AND cancelled_on IS NULL),
    (SELECT coalesce(sum(pupils), 0) FROM place);

-- name: permanent-exclusion-rate-ap
WITH place AS (
    SELECT school_id, pupils
    FROM pupils_headcount JOIN accounts_organisation AS place ON place.id = school_id
    WHERE year = %(year)s AND census = 'spring' AND kind = 'provider' AND is_registered_school
)
SELECT (SELECT count(*) FROM pupils_permanentexclusion JOIN place USING (school_id)
        WHERE effective_on >= %(start)s AND effective_on < %(until)s
          AND result <> ALL(%(not_counted)s)),
    (SELECT coalesce(sum(pupils), 0) FROM place);

-- name: outreach-zero
WITH ended AS MATERIALIZED (
    SELECT id, pupil_id, ended_on + 1 AS followed_from,
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
SELECT count(*) FILTER (WHERE is_told_none AND NOT happened), count(*), count(DISTINCT pupil_id)
FROM (
    SELECT ended.pupil_id, no.id IS NOT NULL AS is_told_none,
        happened.id IS NOT NULL OR yes.id IS NOT NULL AS happened
    FROM ended LEFT JOIN happened USING (id) LEFT JOIN gone USING (id)
    LEFT JOIN yes USING (id) LEFT JOIN no USING (id)
    WHERE over_on <= %(closed)s AND gone.id IS NULL
) AS told
WHERE is_told_none OR happened;

-- name: outreach-attendance-during
SELECT coalesce(sum(present), 0), coalesce(sum(possible), 0)
FROM outreach_support AS support JOIN attendance_schoolattendance AS week USING (pupil_id)
WHERE kind = 'pupil' AND status IN ('open', 'closed') AND taken_back_at IS NULL
  AND week.starts_on >= greatest(support.starts_on, %(opened)s)
  AND week.ends_on <= least(ended_on + 1, %(closed)s);

-- name: outreach-attendance-6-months
WITH done AS (
    SELECT id, pupil_id, ended_on + 1 AS first, (ended_on + 1 + interval '6 months')::date AS past
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
SELECT coalesce(sum(coalesce(returned.present, answered.present)), 0),
    coalesce(sum(coalesce(returned.possible, answered.possible)), 0)
FROM done LEFT JOIN returned USING (id) LEFT JOIN answered USING (id)
WHERE past > %(opened)s AND past <= %(closed)s;

-- name: outreach-improved
WITH pair AS (
    SELECT support.id, first.id AS first_id, last.id AS last_id, first.instrument_id
    FROM outreach_support AS support
    JOIN placements_assessment AS first ON first.id = {aspect}_baseline_id
    JOIN placements_assessment AS last ON last.id = {aspect}_exit_id
    WHERE kind = 'pupil' AND status = 'closed' AND ended_on >= %(opened)s AND ended_on < %(closed)s
      AND first.instrument_id = last.instrument_id AND first.informant = last.informant
      AND first.removed_at IS NULL AND last.removed_at IS NULL
), change AS (
    SELECT pair.id, is_total, counts_in_total, direction, later.value - before.value AS points
    FROM pair JOIN placements_scale AS scale USING (instrument_id)
    LEFT JOIN placements_score AS before
        ON before.assessment_id = first_id AND before.scale_id = scale.id
    LEFT JOIN placements_score AS later
        ON later.assessment_id = last_id AND later.scale_id = scale.id
), verdict AS (
    SELECT CASE
        WHEN NOT bool_or(is_total) THEN
            sum(CASE direction WHEN 'higher' THEN sign(points) WHEN 'lower' THEN -sign(points) END)
        WHEN count(*) FILTER (WHERE counts_in_total AND points IS NULL) = 0 THEN
            sum(points) FILTER (WHERE counts_in_total)
            * max(CASE direction WHEN 'higher' THEN 1 WHEN 'lower' THEN -1 END)
              FILTER (WHERE is_total)
        END AS better
    FROM change GROUP BY id
)
SELECT count(*) FILTER (WHERE better > 0), count(better) FROM verdict;

-- name: schools-at-or-below
WITH event AS (
    SELECT school_id, count(*) AS n FROM {events}
      AND {day} >= %(opened)s AND {day} < %(closed)s GROUP BY 1
), national AS (
    SELECT DISTINCT ON (school_type) school_type, value FROM reporting_comparator
    WHERE measure = '{published}' AND geography = 'England' AND coverage = 'year'
      AND year <= %(year)s AND value IS NOT NULL
    ORDER BY school_type, year DESC
)
SELECT count(*) FILTER (WHERE coalesce(n, 0) * 100 <= coalesce(own.value, every.value) * pupils),
    count(*)
FROM pupils_headcount JOIN accounts_organisation AS school ON school.id = school_id
LEFT JOIN event USING (school_id)
LEFT JOIN national AS own
    ON lower(own.school_type) = phase AND phase IN ('primary', 'secondary')
LEFT JOIN national AS every
    ON every.school_type = 'Total (state-funded primary, secondary and special)'
WHERE pupils_headcount.year = %(year)s AND census = 'spring' AND kind = 'school'
  AND school.closed_on IS NULL AND coalesce(own.value, every.value) IS NOT NULL;

-- name: registers-complete
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

-- name: cost-per-attended-session
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

-- name: referrals-decided-in-time
SELECT count(*) FILTER (WHERE decided_on <= decide_by), count(*)
FROM referrals_referral
WHERE decide_by >= %(opened)s AND decide_by < %(closed)s AND status NOT IN ('draft', 'withdrawn')
  AND (decided_on IS NOT NULL OR decide_by < %(as_of)s);

-- name: day-six-provision-in-time
SELECT count(*) FILTER (WHERE education_from <= day_six_on), count(*)
FROM referrals_referral
WHERE day_six_on >= %(opened)s AND day_six_on < %(closed)s
  AND status NOT IN ('draft', 'withdrawn')
  AND (education_from IS NOT NULL OR day_six_on < %(as_of)s);

-- name: tier-2-within-limit
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
)
SELECT count(*) FILTER (WHERE status = 'ended' AND ends_on <= latest), count(*)
FROM (
    SELECT status, ends_on, greatest(
        placement.starts_on + 7 * longest_weeks - coalesce(days, 0), placement.starts_on
    ) AS latest
    FROM (
        SELECT starts_on, longest_weeks, lead(starts_on, 1, 'infinity') OVER (ORDER BY starts_on)
            AS next_on
        FROM placements_tierrule WHERE tier = 2
    ) AS rule JOIN placements_placement AS placement
        ON placement.starts_on >= rule.starts_on AND placement.starts_on < next_on
    LEFT JOIN spent USING (id)
    WHERE tier = 2 AND status IN ('open', 'paused', 'ended') AND longest_weeks IS NOT NULL
) AS limited
WHERE status = 'ended' AND ends_on > %(opened)s AND ends_on <= %(closed)s
   OR status <> 'ended' AND latest >= %(opened)s AND latest < %(closed)s;

-- name: part-time-timetables-reviewed-on-time
SELECT count(*) FILTER (WHERE held_on <= due_on), count(*)
FROM attendance_timetablereview
JOIN attendance_parttimetimetable AS timetable ON timetable.id = timetable_id
WHERE due_on >= %(opened)s AND due_on < %(closed)s AND due_on < ends_on
  AND (held_on IS NOT NULL OR due_on < %(as_of)s);

-- name: part-time-timetables-over-limit
SELECT count(*) FILTER (WHERE part_time_since + 7 * long_weeks <= %(last_day)s), count(long_weeks)
FROM attendance_parttimetimetable, (
    SELECT long_weeks FROM attendance_timetablerule
    WHERE starts_on <= %(last_day)s ORDER BY starts_on DESC LIMIT 1
) AS rule
WHERE starts_on <= %(last_day)s AND ends_on > %(last_day)s;

-- name: attendance-support-reviews-on-time
SELECT count(*) FILTER (WHERE held_on <= due_on), count(*)
FROM attendance_supportreview
WHERE due_on >= %(opened)s AND due_on < %(closed)s AND dropped_on IS NULL
  AND (held_on IS NOT NULL OR due_on < %(as_of)s);

-- name: accreditation-gained
SELECT count(award.placement_id), count(*)
FROM placements_placement AS placement
LEFT JOIN (SELECT DISTINCT placement_id FROM placements_award) AS award
    ON award.placement_id = placement.id
WHERE status = 'ended' AND sessions > 0 AND ends_on > %(opened)s AND ends_on <= %(closed)s;

-- name: places-filled
WITH commissioned AS (
    SELECT DISTINCT ON (provider_id) provider_id, places FROM placements_commission
    WHERE starts_on <= %(last_day)s ORDER BY provider_id, starts_on DESC
)
SELECT (SELECT count(*) FROM placements_placement JOIN commissioned USING (provider_id)
        WHERE places > 0 AND sessions > 0 AND status IN ('open', 'paused', 'ended')
          AND starts_on <= %(last_day)s AND (ends_on IS NULL OR ends_on > %(last_day)s)),
    (SELECT coalesce(sum(places), 0) FROM commissioned);
