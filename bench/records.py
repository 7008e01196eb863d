"""Invented records of the last whole year beside the marks: what every other figure counts.

What happens to a child hangs on its number, so that every run writes the same rows. The children
of the two registers that are timed have no closed days and no part-time timetables.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Closure, HalfTerm, Organisation, User
from attendance.models import (
    PartTimeTimetable,
    SchoolAttendance,
    SupportPlan,
    SupportReview,
    TimetableReview,
    TimetableRule,
)
from bench.borough import LARGE, LAST_YEAR, PROVIDERS, SINCE, SMALL, calendar
from outreach.models import FollowUp, Support
from placements.models import (
    Assessment,
    Award,
    Commission,
    Instrument,
    Pause,
    Placement,
    Rate,
    Scale,
    Score,
    TierRule,
)
from pupils.models import Headcount, PermanentExclusion, Pupil, Suspension, Voice
from referrals.models import Reason, Referral
from reintegration.models import DestinationCheck, Gate, Pathway, Plan, StayCheck, Week
from reporting.kpis.attendance import OLDEST_YEAR
from reporting.kpis.outreach import TOTAL
from reporting.models import Comparator

AT_ONCE = 2000
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MORNINGS = 0b0101010101
TERMS = calendar(LAST_YEAR)
START, END = TERMS[0][0], TERMS[-1][1]
MOMENT = datetime.combine(START, time(9), UTC)
MONDAY = START - START.weekday() * DAY
LEAVERS = 80  # a borough
OUTCOMES = ("mainstream", "special", "post-16", "not back", "moved", "mainstream")
ANSWERS = ("there", "elsewhere", "neet", "not known", "there")
TO_PAY = """
    UPDATE placements_placement AS placement SET rate_id = rate.id FROM placements_rate AS rate
    WHERE rate.provider_id = placement.provider_id AND placement.id % 10 <> 0
"""
SHORT = "UPDATE placements_placement SET tier = 2 WHERE status = 'ended' AND hashint8(id) % 3 = 0"


def fill(boroughs: int) -> None:
    """Write the records. The session's triggers sleep, as they do while the marks are written."""
    by = User.objects.order_by("pk")[0]
    placed = list(Placement.objects.filter(starts_on__gte=START).order_by("pk"))
    pupils = list({row.pupil_id: row for row in placed}.values())  # a placement of each
    _of_places(boroughs)
    _decisions(pupils, by)
    _part_time(placed, by)
    _contracts(placed, by)
    _plans(placed, by)
    _after_year_11(boroughs, by)
    _excluded(pupils, by)
    _supported(pupils, by)
    with connection.cursor() as cursor:
        cursor.execute(TO_PAY)
        cursor.execute(SHORT)


def _write(rows: Iterable[Any]) -> list[Any]:
    made = list(rows)
    return type(made[0])._default_manager.bulk_create(made, batch_size=AT_ONCE)


def _some(rows: list[Placement], every: int, rest: int = 0) -> list[tuple[int, Placement]]:
    return [(n, row) for n, row in enumerate(rows) if n % every == rest]


def _of_places(boroughs: int) -> None:
    providers = list(Organisation.objects.filter(kind="provider").order_by("pk"))
    schools = list(Organisation.objects.filter(kind="school").order_by("pk"))
    Organisation.objects.filter(kind="provider").update(is_registered_school=True)
    Organisation.objects.filter(kind="school").update(phase="secondary")
    _write(Headcount(school=row, year=LAST_YEAR, census="spring", pupils=30) for row in providers)
    _write(
        Headcount(school=row, year=LAST_YEAR, census="spring", pupils=700 + 100 * (n % 10))
        for n, row in enumerate(schools)
    )
    _write(Commission(provider=row, starts_on=SINCE, places=40) for row in providers)
    _write(
        Rate(provider=row, package="Full time", unit=("week", "session")[n % 2], starts_on=SINCE,
             pounds=Decimal("412.35") if n % 2 == 0 else Decimal("42.50"))
        for n, row in enumerate(providers)
    )  # fmt: skip
    _write(
        Closure(organisation=row, starts_on=day, ends_on=day + DAY, reason="INSET day")
        for n, row in enumerate(providers)
        if n % PROVIDERS > 1
        for day in (TERMS[1][0], TERMS[4][0])
    )
    TierRule.objects.all().delete()
    _write([TierRule(tier=2, starts_on=SINCE, longest_weeks=18, has_register=True)])
    TimetableRule.objects.all().delete()
    hours = {"full_hours": Decimal(25), "session_hours": Decimal("2.5"), "source": "The council"}
    _write([TimetableRule(starts_on=SINCE, review_days=14, long_weeks=6, **hours)])
    _write(
        Comparator(measure=measure, school_type=kind, geography="England", year=LAST_YEAR - 1,
                   coverage="year", value=Decimal(value), unit="per 100 pupils", source="Invented")
        for measure, value in (("suspension_rate", "1.2"), ("permanent_exclusion_rate", "0.2"))
        for kind in ("Secondary", TOTAL)
    )  # fmt: skip


def _decisions(pupils: list[Placement], by: User) -> None:
    """Refer each child; one in seven withdrew, one in five was excluded for good."""
    _write(
        Referral(pupil_id=row.pupil_id, school_id=row.home_school_id, made_by=by,
                 reason=Reason.AT_RISK, concern="Away from lessons.", submitted_at=MOMENT,
                 decide_by=START + n % 200 * DAY, day_six_on=START + 9 * DAY if n % 5 else None,
                 **_decided(n, by))
        for n, row in enumerate(pupils)
    )  # fmt: skip


def _decided(n: int, by: User) -> dict[str, object]:
    if n % 7 == 0:
        return {"status": "withdrawn"}
    return {
        "status": "accepted",
        "tier": 3,
        "decided_on": START + (n % 200 - 3 + n % 5) * DAY,
        "decided_by": by,
        "decision_reason": "Agreed.",
        "is_placed": True,
        "education_from": START + (7 + n % 4) * DAY if n % 5 else None,
    }


def _part_time(placed: list[Placement], by: User) -> None:
    """Let one in ten come in the mornings only: half of them late in the year, and too long."""
    rows = []
    for n, row in _some(placed[SMALL + LARGE :], 10, 5):
        start = START + 2 * WEEK if n % 20 == 5 else END - 8 * WEEK  # noqa: PLR2004
        end = start + 6 * WEEK if n % 20 == 5 else END  # noqa: PLR2004
        rows.append(
            PartTimeTimetable(
                placement=row, sessions=MORNINGS, reason="Was ill.", recorded_by=by,
                school_agreed_by="The head", school_agreed_on=start,
                parent_agreed_by="A parent", parent_agreed_on=start,
                starts_on=start, full_time_on=end, ends_on=end, part_time_since=start,
            )
        )  # fmt: skip
    held = {"came": ["parent"], "outcome": "continue", "words": "So.", "recorded_by": by,
            "recorded_at": MOMENT}  # fmt: skip
    _write(
        TimetableReview(
            timetable=row,
            due_on=row.starts_on + 2 * WEEK,
            **({"held_on": row.starts_on + (13 + n % 3) * DAY, **held} if n % 4 else {}),
        )
        for n, row in enumerate(_write(rows))
    )
    _write(
        Pause(placement=row, starts_on=TERMS[2][0] + WEEK, ends_on=TERMS[2][0] + 2 * WEEK,
              reason="In hospital.")
        for _, row in _some(placed, 25, 7)
    )  # fmt: skip
    ended = [row for row in placed if row.status == "ended"]
    _write(
        Award(placement=row, kind="vocational", title="Construction", gained_on=row.starts_on)
        for _, row in _some(ended, 2)
    )


def _contracts(placed: list[Placement], by: User) -> None:
    plans = _write(
        SupportPlan(pupil_id=row.pupil_id, placement=row, status="agreed", why="Stayed away.",
                    pupil_will="Comes.", parent_will="Rings.", place_will="Meets.",
                    target_percent=80, review_school_days=10, opened_by=by, agreed_on=START,
                    pupil_answer="yes", pupil_words="I will.", parent_name="A parent",
                    parent_agreed_on=START, baseline_from=START, baseline_present=5,
                    baseline_possible=10)
        for _, row in _some(placed, 3)
    )  # fmt: skip
    held = {
        "attended": "All",
        "changed": "More.",
        "next_step": "Goes on.",
        "present": 8,
        "possible": 10,
        "since_on": START,
        "recorded_by": by,
        "recorded_at": MOMENT,
    }
    _write(
        SupportReview(plan=plan, due_on=due, held_on=due + (n % 3 - 1) * DAY, **held)
        for n, plan in enumerate(plans)
        for due in (START + 4 * WEEK, START + 8 * WEEK)
    )


def _plans(placed: list[Placement], by: User) -> None:
    """Plan each way back: closed after some months, with six weeks at school for one in three."""
    targets = list(HalfTerm.objects.filter(year=LAST_YEAR).order_by("number"))
    plans = _write(
        Plan(placement=row, pupil_id=row.pupil_id, route="mainstream", first_target=targets[n % 6],
             target=targets[n % 6], receiving_school_id=row.home_school_id,
             made_at=datetime.combine(row.starts_on + (n % 4 - 2) * DAY, time(9), UTC),
             **({"status": "closed", "outcome": OUTCOMES[n % 6], "outcome_words": "So.",
                 "closed_on": row.starts_on + n % 150 * DAY} if n % 3 else {}))
        for n, row in enumerate(placed)
    )  # fmt: skip
    _write(
        Week(plan=plan, attempt=1, number=number, ap_sessions=8, school_sessions=2,
             starts_on=monday, ends_on=monday + 5 * DAY)
        for plan in plans[::3] + plans[1::3]
        for number in range(1, 7)
        for monday in [MONDAY + (4 + number) * WEEK]
    )  # fmt: skip
    _write(
        StayCheck(plan=plan, weeks=12, due_on=MONDAY + 22 * WEEK, answer=answer,
                  answered_on=END, answered_by=by)
        for n, plan in enumerate(plans[::3])
        for answer in [("there", "left", "not known")[n % 3]]
    )  # fmt: skip
    _write(
        Gate(plan=plan, attempt=1, kind="conversation", held_on=START + 3 * WEEK, who="The head",
             words="Mornings first.", parent_words="Good.", recorded_by=by)
        for plan in plans[::4]
    )  # fmt: skip
    _write(
        Voice(pupil_id=plan.pupil_id, who="pupil", about="panel", readers="The panel", made_by=by,
              made_on=START + 5 * WEEK, ends_on=END, finished_at=MOMENT, token_hash=f"voice {n}")
        for n, plan in enumerate(plans[::5])
    )  # fmt: skip


def _after_year_11(boroughs: int, by: User) -> None:
    """Give a pathway plan to Year 11, and to children who left it the summer before."""
    born = date(LAST_YEAR - OLDEST_YEAR - 5, 1, 15)
    leavers = [
        Pupil(
            forename=f"Eve{n % 97}",
            surname="Leaver",
            sex="F",
            date_of_birth=born,
            upn_unknown="UN1",
        )
        for n in range(boroughs * LEAVERS)
    ]
    for row in leavers:
        row.fill_derived()
    leavers = _write(leavers)
    now = list(Pupil.objects.filter(starts_year_1=LAST_YEAR - OLDEST_YEAR + 1))
    _write(
        Pathway(pupil=row, aspirations="To be a cook.", opened_by=by,
                coach=by if n % 3 else None, coach_from=START if n % 3 else None,
                english=n % 10 if n % 4 else None, maths=(n + 3) % 10)
        for n, row in enumerate(now)
    )  # fmt: skip
    pathways = _write(
        Pathway(pupil=row, aspirations="To be a cook.", opened_by=by, guarantee_on=START,
                guarantee=("offer", "no offer", "not appropriate", "offer")[n % 4])
        for n, row in enumerate(leavers)
    )  # fmt: skip
    _write(
        DestinationCheck(pathway=row, month=month, due_on=due, answer=ANSWERS[n % 5],
                         answered_on=due, answered_by=by)
        for n, row in enumerate(pathways)
        for month, due in (("january", date(LAST_YEAR + 1, 1, 15)),
                           ("march", date(LAST_YEAR + 1, 3, 1)))
    )  # fmt: skip


def _excluded(pupils: list[Placement], by: User) -> None:
    given = {"given_by": "The head", "recorded_by": by}
    _write(
        Suspension(pupil_id=row.pupil_id, school_id=school, starts_on=day, sessions=2,
                   back_on=day + DAY, reason_1_id="DB", **given)
        for n, row in enumerate(pupils)
        for turn, school in enumerate((row.home_school_id, row.provider_id))
        if (n + turn) % 3 == 0
        for day in [START + (n + 7 * turn) % 200 * DAY]
    )  # fmt: skip
    _write(
        PermanentExclusion(pupil_id=row.pupil_id, school_id=school, decided_on=day,
                           effective_on=day + DAY, reason_1_id="PA", **given)
        for n, row in _some(pupils, 20)
        for day in [START + n % 90 * DAY]
        for school in [row.home_school_id if n % 40 else row.provider_id]
    )  # fmt: skip


def _supported(pupils: list[Placement], by: User) -> None:
    """Let outreach support each child for 90 days, the ends spread over two years."""
    ended = {row.pupil_id: START + (n % 700 - 365) * DAY for n, row in enumerate(pupils)}
    scores = _scored(pupils, ended, by)
    supports = _write(
        Support(pupil_id=row.pupil_id, school_id=row.home_school_id, status="closed", worker=by,
                aims="Stay in lessons.", starts_on=on - 90 * DAY, planned_last_day=on, ended_on=on,
                end_words="Stays.", **scores[row.pupil_id])
        for row in pupils
        for on in [ended[row.pupil_id]]
    )  # fmt: skip
    _write(
        FollowUp(support=row, months=months, possible=100, present=70,
                 due_on=row.ended_on + 30 * months * DAY,
                 school_id=row.school_id, suspended=told, excluded="no", answered_at=MOMENT,
                 suspensions=1 if told == "yes" else None, answered_by="Sam", answered_as="Head",
                 token_hash=f"follow up {n} {months}")
        for n, row in enumerate(supports)
        for months in (6, 12)
        for told in [("no", "no", "yes", "unknown")[n % 4]]
    )  # fmt: skip
    _write(
        SchoolAttendance(pupil_id=row.pupil_id, school_id=row.school_id, starts_on=monday,
                         ends_on=monday + WEEK, possible=10, present=7, authorised=2,
                         unauthorised=1, recorded_by=by)
        for row in supports[::2]
        for weeks in (-8, -4, 4, 8)
        for monday in [row.ended_on - row.ended_on.weekday() * DAY + weeks * WEEK]
    )  # fmt: skip


def _scored(
    pupils: list[Placement], ended: dict[int, date], by: User
) -> dict[int, dict[str, Assessment]]:
    """Score each child before and after, in two instruments: one with a total, one without."""
    found: dict[int, dict[str, Assessment]] = {row.pupil_id: {} for row in pupils}
    for aspect, has_total in (("semh", True), ("curriculum", False)):
        of = Instrument.objects.create(name=f"Bench {aspect}", informants=["teacher"])
        scales = _write(
            Scale(instrument=of, name=f"Scale {n}", place=n, minimum=0, maximum=20,
                  direction="higher", is_total=has_total and n == 1,
                  counts_in_total=has_total and n > 1)
            for n in (1, 2, 3)
        )  # fmt: skip
        for when, days in (("baseline", -90), ("exit", 0)):
            made = _write(
                Assessment(pupil_id=row.pupil_id, instrument=of, informant="teacher",
                           held_on=ended[row.pupil_id] + days * DAY, recorded_by=by,
                           recorded_for_id=row.home_school_id)
                for row in pupils
            )  # fmt: skip
            _write(
                Score(assessment=row, scale=scale, value=(n * (3 if days else 5) + place) % 11)
                for n, row in enumerate(made)
                for place, scale in enumerate(scales)
                if not scale.is_total
            )
            for row in made:
                found[row.pupil_id][f"{aspect}_{when}"] = row
    return found
