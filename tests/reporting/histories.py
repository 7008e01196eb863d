"""What happened in each history of `histories.csv`, and the borough in which it happened.

The table gives, by hand and from the definitions, what each measure counts of a history in
2024/25. A cell is `above/below` and the reason beside it; where both are 0 the reason only; and `-`
where the history is none of the year's. In each history one intervention at Ash School, 60 days
long, unless it says otherwise: a primary school with 80 on roll in January 2025. England, in both
rates: 1 per 100 pupils in primary schools, 2 in special schools, 1.5 in all together. One academy
of alternative provision has 4 on roll.
"""

from datetime import UTC, date, datetime, timedelta

from accounts.models import Organisation
from attendance.models import SchoolAttendance
from pupils.models import Headcount
from reporting.kpis.outreach import TOTAL
from tests import factories

# Support ended on 15 December 2023, unless a history says otherwise: the twelve months afterwards
# are 16 December 2023 to 15 December 2024.
LAST_DAY = date(2023, 12, 15)
FIRST_AFTER, LAST_AFTER = date(2023, 12, 16), date(2024, 12, 15)
BEFORE = date(2024, 5, 7)  # in the academic year before the one that is counted
AFTER = date(2024, 11, 4)  # in the twelve months, and in the year that is counted
LEAP = date(2024, 2, 29)
DURING = date(2024, 11, 15)  # the end of support from 16 September 2024
HALF_YEAR = date(2024, 3, 15)  # six months end on 15 September 2024, twelve on 15 March 2025
SCORED = date(2024, 12, 6)  # support from 7 October 2024
ACADEMY = "Cedar AP Academy"


def borough():
    """Make what all histories share."""
    for school_type, value in (("Primary", 1), ("Special", 2), (TOTAL, "1.5")):
        for measure in ("suspension_rate", "permanent_exclusion_rate"):
            factories.ComparatorFactory(
                measure=measure, school_type=school_type, year=2024, value=value
            )
    academy = factories.ProviderFactory(name=ACADEMY, is_registered_school=True)
    factories.HeadcountFactory(school=academy, pupils=4)


def made(history):
    """Write a history down, and return its support."""
    ended_on, *writes = HAPPENED[history]
    school = factories.SchoolFactory(name="Ash School", phase="primary")
    factories.HeadcountFactory(school=school, pupils=80)
    last_day = ended_on or date(2024, 11, 29)  # of support that is open
    support = factories.SupportFactory(
        school=school,
        status="closed" if ended_on else "open",
        starts_on=last_day - timedelta(days=60),
        planned_last_day=last_day,
        ended_on=ended_on,
    )
    for write in writes:
        write(support)
    return support


# --- Where ---


def own(support):
    return support.school


def academy(support):
    return Organisation.objects.get(name=ACADEMY)


def elsewhere(support):
    return factories.SchoolFactory(phase="primary")


def bare_academy(support):
    return factories.ProviderFactory(is_registered_school=True)


def workshop(support):
    return factories.ProviderFactory(is_registered_school=False)


# --- What ---


def told(suspended="no", months=12, **details):
    def write(support):
        factories.FollowUpFactory(support=support, months=months, suspended=suspended, **details)

    return write


def suspended(*days, at=own, **details):
    def write(support):
        school = at(support)
        for day in days:
            factories.SuspensionFactory(
                **{"pupil": support.pupil, "school": school, "starts_on": day,
                   "back_on": day + timedelta(days=2), **details}
            )  # fmt: skip

    return write


def another_suspended(day):
    def write(support):
        suspended(day, pupil=factories.PupilFactory())(support)

    return write


def excluded(day, at=own, **details):
    def write(support):
        factories.PermanentExclusionFactory(
            pupil=support.pupil, school=at(support), decided_on=day, effective_on=day, **details
        )

    return write


def left(day, why):
    """Leave the roll: the first day off it is the one after."""

    def write(support):
        factories.EnrolmentFactory(
            pupil=support.pupil,
            organisation=support.school,
            starts_on=date(2022, 9, 1),
            ends_on=day + timedelta(days=1),
            left_because=why,
        )

    return write


def attended(monday, present, at=own, **details):
    """Return a week of ten sessions."""

    def write(support):
        factories.SchoolAttendanceFactory(
            pupil=support.pupil, school=at(support), starts_on=monday, present=present,
            authorised=10 - present, unauthorised=0, **details,
        )  # fmt: skip

    return write


def semh(before, after, **details):
    """Score two difficulties, which are the total, and a strength, which is not."""
    scales = [
        {"direction": "lower", "counts_in_total": True},
        {"direction": "lower", "counts_in_total": True},
        {"direction": "higher"},
    ]
    total = {"direction": "lower", "is_total": True}
    return _scored("semh", before, after, [*scales, total], **details)


def lessons(before, after):
    """Score three lessons, which have no total."""
    return _scored("curriculum", before, after, [{"direction": "higher"}] * 3)


def _scored(aspect, before, after, scales, **exit_details):
    def write(support):
        instrument = factories.InstrumentFactory(aspect=aspect)
        made = [factories.ScaleFactory(instrument=instrument, **scale) for scale in scales]
        days = {"baseline": support.starts_on, "exit": support.ended_on}
        for when, values in (("baseline", before), ("exit", after)):
            if values is None:
                continue
            details = exit_details if when == "exit" else {}
            row = factories.AssessmentFactory(
                **{"pupil": support.pupil, "instrument": instrument, "held_on": days[when],
                   "recorded_for": support.school, **details}
            )  # fmt: skip
            for scale, value in zip(made, values, strict=False):  # the total has no score
                factories.ScoreFactory(assessment=row, scale=scale, value=value)
            setattr(support, f"{aspect}_{when}", row)
            setattr(support, f"no_{aspect}_{when}", "")
        support.save()

    return write


def with_another_instrument(support):
    """Put the scores at the end of another instrument in the place of its own."""
    row = factories.AssessmentFactory(
        pupil=support.pupil, instrument=factories.InstrumentFactory(aspect="semh"),
        held_on=support.ended_on, recorded_for=support.school,
    )  # fmt: skip
    support.semh_exit, support.no_semh_exit = row, ""
    support.save()


def supported_again(ended_on):
    def write(support):
        second = factories.SupportFactory(
            pupil=support.pupil, school=support.school, status="closed", ended_on=ended_on
        )
        told()(second)

    return write


def cancelled(support):
    support.status, support.ended_on, support.end_words = "cancelled", None, "Moved away."
    support.no_semh_exit = support.no_curriculum_exit = ""
    support.save()


def taken_back(support):
    rows = SchoolAttendance.objects.filter(pupil=support.pupil)
    rows.update(taken_back_at=NOW, taken_back_by=factories.UserFactory())


def school_is(**details):
    def write(support):
        Organisation.objects.filter(pk=support.school_id).update(**details)

    return write


def on_roll(pupils):
    def write(support):
        rows = Headcount.objects.filter(school=support.school_id)
        rows.update(pupils=pupils) if pupils else rows.delete()

    return write


NOW = datetime(2025, 1, 10, 9, tzinfo=UTC)
CANCELLED = {"cancelled_on": date(2024, 11, 5), "cancelled_because": "x", "sessions_served": 2}
WITHDRAWN = {"result": "HWD", "rescinded_on": date(2024, 11, 8), "rescinded_because": "x"}
REINSTATED = {"result": "BRE", "board_met_on": date(2024, 11, 20)}
MONDAYS = [date(2024, 9, 9), date(2024, 9, 16), date(2024, 9, 23), date(2024, 9, 30), AFTER]

# When support ended, and what happened.
HAPPENED = {
    "told of none": (LAST_DAY, told()),
    "nobody answered": (LAST_DAY,),
    "asked, and not known": (LAST_DAY, told("unknown", excluded="unknown")),
    "not known of one of the two": (LAST_DAY, told(excluded="unknown")),
    "told of two": (LAST_DAY, told("yes", suspensions=2)),
    "told of an exclusion": (LAST_DAY, told(excluded="yes")),
    "answered after 6 months only": (LAST_DAY, told(months=6)),
    "told of one after 3 months": (LAST_DAY, told("yes", months=3)),
    "told of one after 3, none after 12": (LAST_DAY, told("yes", months=3), told()),
    "suspended on the last day of support": (LAST_DAY, suspended(LAST_DAY), told()),
    "suspended on the first day after": (LAST_DAY, suspended(FIRST_AFTER), told()),
    "suspended on the last day of the twelve months": (LAST_DAY, suspended(LAST_AFTER), told()),
    "suspended on the day after the twelve months": (
        LAST_DAY, suspended(LAST_AFTER + timedelta(days=1)), told()),
    "suspended, and nobody answered": (LAST_DAY, suspended(FIRST_AFTER)),
    "suspended at another school": (LAST_DAY, suspended(BEFORE, at=elsewhere), told()),
    "another pupil suspended": (LAST_DAY, another_suspended(BEFORE), told()),
    "a cancelled suspension": (LAST_DAY, suspended(AFTER, **CANCELLED), told()),
    "lunchtimes": (LAST_DAY, suspended(AFTER, kind="LNCH"), told()),
    "suspended twice counts once": (
        LAST_DAY, suspended(date(2024, 3, 4), date(2024, 4, 22)), told()),
    "excluded on the last day": (LAST_DAY, excluded(LAST_AFTER), told()),
    "excluded the day after the twelve months": (
        LAST_DAY, excluded(LAST_AFTER + timedelta(days=1)), told()),
    "excluded, and withdrawn": (LAST_DAY, excluded(AFTER, **WITHDRAWN), told()),
    "excluded during support": (LAST_DAY, excluded(date(2023, 11, 6)), told()),
    "excluded at another school": (LAST_DAY, excluded(AFTER, at=elsewhere), told()),
    "left England": (LAST_DAY, left(date(2024, 6, 3), "left england"), told()),
    "left England on the last day of the twelve months": (
        LAST_DAY, left(LAST_AFTER, "left england"), told()),
    "suspended, then left England": (
        LAST_DAY, suspended(date(2024, 3, 4)), left(date(2024, 6, 3), "left england")),
    "left England after the twelve months": (
        LAST_DAY, left(date(2025, 1, 10), "left england"), told()),
    "died": (LAST_DAY, left(date(2024, 6, 3), "died")),
    "moved out of the borough, told of none": (
        LAST_DAY, left(date(2024, 6, 3), "left area"), told()),
    "moved out of the borough, nobody answered": (LAST_DAY, left(date(2024, 6, 3), "left area")),
    "ended before a leap day, suspended on it": (date(2023, 9, 29), suspended(LEAP), told()),
    "ended on a leap day, suspended on its last day": (
        LEAP, suspended(date(2025, 2, 28)), told()),
    "ended on a leap day, suspended a day later": (LEAP, suspended(date(2025, 3, 1)), told()),
    "twelve months end on the last day of the year": (date(2024, 8, 31), told()),
    "twelve months end a day after the year": (date(2024, 9, 1), told()),
    "twelve months ended a year before": (date(2022, 12, 15), told()),
    "suspended between two interventions": (
        LAST_DAY, told(), supported_again(date(2024, 1, 14)), suspended(date(2023, 12, 18))),
    "support cancelled": (DURING, attended(date(2024, 9, 23), 8), cancelled),
    # attendance
    "whole weeks of support, and one across its end": (
        DURING, attended(date(2024, 9, 16), 8), attended(date(2024, 11, 4), 5),
        attended(date(2024, 11, 11), 2)),
    "attended before support only": (DURING, attended(date(2024, 9, 9), 8)),
    "attended another school during support": (
        DURING, attended(date(2024, 9, 23), 7, at=elsewhere)),
    "a return that was taken back": (DURING, attended(date(2024, 9, 23), 7), taken_back),
    "support still open": (None, attended(date(2024, 10, 7), 6)),
    "the last week of the six months, and the next": (
        HALF_YEAR, attended(date(2024, 9, 9), 9), attended(date(2024, 9, 16), 1),
        told(months=6, present=10, possible=20), told()),
    "answered where nothing was returned": (HALF_YEAR, told(months=6, present=14, possible=20)),
    "attended, then left England": (
        HALF_YEAR, attended(date(2024, 3, 18), 5), left(date(2024, 6, 3), "left england")),
    "six months not over": (date(2025, 4, 15), attended(date(2025, 4, 22), 9)),
    # scores
    "total of difficulties fell": (SCORED, semh((7, 6, 4), (5, 6, 4))),
    "total of difficulties rose, and the strength": (SCORED, semh((7, 6, 4), (9, 6, 9))),
    "total of difficulties stayed, the strength rose": (SCORED, semh((7, 6, 4), (5, 8, 9))),
    "scores of another informant": (SCORED, semh((7, 6, 4), (5, 6, 4), informant="parent")),
    "scores of another instrument": (
        SCORED, semh((7, 6, 4), None), with_another_instrument),
    "scores before and none after": (SCORED, semh((7, 6, 4), None)),
    "scores removed since": (SCORED, semh((7, 6, 4), (5, 6, 4), removed_at=NOW)),
    "two lessons better, one worse": (SCORED, lessons((4, 4, 4), (5, 5, 3))),
    "one lesson better, one worse": (SCORED, lessons((4, 4, 4), (5, 3, 4))),
    "better by the last day of the year": (date(2025, 8, 31), semh((7, 6, 4), (5, 6, 4))),
    "better the day before the year": (date(2024, 8, 31), semh((7, 6, 4), (5, 6, 4))),
    # the school
    "another pupil suspended in the year": (LAST_DAY, another_suspended(AFTER), told()),
    "both, in a school of 100: England's figure": (
        LAST_DAY, on_roll(100), suspended(AFTER), excluded(date(2024, 11, 18)), told()),
    "a school without a headcount": (LAST_DAY, on_roll(None), suspended(AFTER), told()),
    "a special school": (LAST_DAY, school_is(phase="special"), suspended(AFTER), told()),
    "an all-through school": (LAST_DAY, school_is(phase="all-through"), suspended(AFTER), told()),
    "a school that closed after the year": (
        LAST_DAY, school_is(closed_on=date(2025, 8, 31)), suspended(AFTER), told()),
    "a school that closed before the census": (
        LAST_DAY, school_is(closed_on=date(2024, 12, 31)), on_roll(None), told()),
    # alternative provision
    "suspended at the academy": (LAST_DAY, suspended(AFTER, at=academy), told()),
    "suspended five times at the academy": (LAST_DAY, suspended(*MONDAYS, at=academy), told()),
    "suspended at the academy on the last day of summer": (
        LAST_DAY, suspended(date(2025, 7, 22), at=academy, sessions=1), told()),
    "lunchtimes at the academy": (LAST_DAY, suspended(AFTER, at=academy, kind="LNCH"), told()),
    "a cancelled suspension at the academy": (
        LAST_DAY, suspended(AFTER, at=academy, **CANCELLED), told()),
    "suspended at an academy without a headcount": (
        LAST_DAY, suspended(AFTER, at=bare_academy), told()),
    "suspended at a provider that is no school": (
        LAST_DAY, suspended(AFTER, at=workshop), told()),
    "excluded from the academy": (LAST_DAY, excluded(AFTER, at=academy), told()),
    "excluded from the academy in the summer holiday": (
        LAST_DAY, excluded(date(2025, 7, 23), at=academy), told()),
    "excluded from an academy without a headcount": (
        LAST_DAY, excluded(AFTER, at=bare_academy), told()),
    "excluded from the academy, and reinstated": (
        LAST_DAY, excluded(AFTER, at=academy, **REINSTATED), told()),
}  # fmt: skip
