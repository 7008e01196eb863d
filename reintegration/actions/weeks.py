"""What happens in the weeks of return: begun, reviewed, held, extended, stopped, completed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.models.calendar import school_days_at
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.calendar import SESSIONS_A_WEEK, monday_of, pattern_words
from placements.models import Route
from reintegration.actions.at_provider import tell_the_register
from reintegration.actions.plans import OUTCOME_OF_ROUTE, fresh_copy
from reintegration.models import (
    WEEKS,
    ChangeKind,
    Gate,
    Judgement,
    Plan,
    Status,
    StayCheck,
    Week,
    WeekChange,
)
from reintegration.models.gate import Kind

STAY_CHECKS = [6, 12]  # weeks after the return
AHEAD = timedelta(weeks=40)
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Agreed:
    """What is agreed for one week: sessions at each place, the goal, who leads.

    Those at the provider are named, as a bit for each; at the school only their number is agreed.
    """

    at_provider: int
    school_sessions: int
    goal: str = ""
    lead: str = ""

    @property
    def ap_sessions(self) -> int:
        """Return how many sessions at the provider are agreed."""
        return self.at_provider.bit_count()


def school_weeks(place: Organisation | None, first: date, number: int) -> list[Span]:
    """Return weeks of a school's calendar from a day on, half-open: half terms are not counted.

    A week counts where the school is open on one of its days. Raise ValidationError where the
    calendar that is entered does not reach so far.
    """
    found: dict[date, Span] = {}
    for day in school_days_at(place, first, first + AHEAD):
        monday = monday_of(day)
        start, _ = found.get(monday, (day, day))
        found[monday] = (start, day + ONE_DAY)
    spans = [found[monday] for monday in sorted(found)][:number]
    if len(spans) < number:
        raise ValidationError(
            {"starts_on": f"The calendar holds only {len(spans)} school weeks from that day. "
             "Ask the administrator to enter the half terms that follow."}
        )  # fmt: skip
    return spans


@transaction.atomic
def begin(plan: Plan, *, starts_on: date, weeks: Sequence[Agreed], by: User) -> Plan:
    """Begin the six weeks, on dates of the receiving school's calendar.

    The three gates must be passed: the database refuses the return without them.
    """
    fresh = fresh_copy(plan, by, Status.PREPARING)
    missing = missing_gates(fresh)
    if missing:
        raise ValidationError(f"Before the first week: {'; '.join(missing).lower()}.")
    met_on = Gate.objects.as_user(by).newest_of(fresh)[Kind.MEETING].held_on
    if starts_on < met_on:
        raise ValidationError(
            {"starts_on": "The first week must not be before the planning meeting, which was on "
             f"{met_on.day} {met_on:%B %Y}."}
        )  # fmt: skip
    _rises(weeks, fresh)
    spans = school_weeks(fresh.receiving_school, starts_on, WEEKS)
    plan = make_move(fresh, "begin", by=by)
    for number, ((start, end), agreed) in enumerate(zip(spans, weeks, strict=True), start=1):
        week = Week(
            plan=plan, attempt=plan.attempt, number=number, starts_on=start, ends_on=end,
            first_starts_on=start, first_ends_on=end, at_provider=agreed.at_provider,
            ap_sessions=agreed.ap_sessions, school_sessions=agreed.school_sessions,
            goal=agreed.goal, lead=agreed.lead,
        )  # fmt: skip
        week.full_clean()
        week.save()
    tell_the_register(plan)
    work.changed("plans")
    return plan


def missing_gates(plan: Plan) -> list[str]:
    """Return the gates without evidence, by their headings."""
    passed = set(
        Gate.objects.filter(plan=plan, attempt=plan.attempt).values_list("kind", flat=True)
    )
    return [kind.label for kind in Kind if kind not in passed]


def _rises(weeks: Sequence[Agreed], plan: Plan) -> None:
    """Refuse weeks in which the sessions at school fall, or that the placement does not have."""
    if len(weeks) != WEEKS:
        raise ValidationError(f"Agree all {WEEKS} weeks.")
    for number, (before, after) in enumerate(zip([None, *weeks], weeks, strict=False), start=1):
        if before and after.school_sessions < before.school_sessions:
            raise ValidationError(
                {f"school_{number}": "The sessions at school rise from week to week, or stay."}
            )
        _of_the_placement(plan, after.at_provider, f"weekly_{number}")
    if weeks[-1].school_sessions == 0:
        raise ValidationError({f"school_{WEEKS}": "The last week has sessions at school."})


def _of_the_placement(plan: Plan, sessions: int, name: str = "weekly") -> None:
    """Refuse sessions at the provider that the placement does not have."""
    if sessions & ~plan.placement.sessions:
        raise ValidationError(
            {name: f"The placement has {plan.placement.sessions_words}: choose of these."}
        )


def _week(plan: Plan, number: int) -> Week:
    """Return a week of the return that runs, locked."""
    rows = Week.objects.filter(plan=plan, attempt=plan.attempt).select_for_update()
    return rows.get(number=number)


def _note(
    plan: Plan, number: int, kind: ChangeKind, reason: str, by: User, *, before: str = ""
) -> WeekChange:
    row = WeekChange(
        plan=plan,
        attempt=plan.attempt,
        number=number,
        kind=kind,
        reason=reason,
        before=before,
        by=by,
    )
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def review_week(plan: Plan, *, number: int, judgement: str, note: str, by: User) -> Week:
    """Record how a week went, in the judgement of the people who were there."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    week = _week(fresh, number)
    if week.starts_on > localdate():
        raise ValidationError("This week has not begun.")
    week.judgement, week.review_note = judgement, note
    week.reviewed_by, week.reviewed_at = by, timezone.now()
    week.full_clean()
    week.save(update_fields=["judgement", "review_note", "reviewed_by", "reviewed_at"])
    return week


@transaction.atomic
def hold(plan: Plan, *, number: int, reason: str, by: User) -> Week:
    """Do a week once more: a week with the same sessions follows it, and later weeks move on."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    week = _week(fresh, number)
    if week.is_skipped:
        raise ValidationError("A week that was skipped is not held.")
    later = list(
        Week.objects.filter(plan=fresh, attempt=fresh.attempt, number__gt=number)
        .select_for_update()
        .order_by("number")
    )
    first, *spans = school_weeks(fresh.receiving_school, week.ends_on, len(later) + 1)
    week.ends_on = first[1]
    week.save(update_fields=["ends_on"])
    for row, (start, end) in zip(later, spans, strict=True):
        row.starts_on, row.ends_on = start, end
        row.save(update_fields=["starts_on", "ends_on"])
    _note(fresh, number, ChangeKind.HELD, reason, by)
    work.changed("plans")
    tell_the_register(fresh)
    return week


@transaction.atomic
def extend(plan: Plan, *, agreed: Agreed, reason: str, by: User) -> Week:
    """Add a week at the end."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    _of_the_placement(fresh, agreed.at_provider)
    rows = Week.objects.filter(plan=fresh, attempt=fresh.attempt)
    last = rows.select_for_update().order_by("-number")[0]
    start, end = school_weeks(fresh.receiving_school, last.ends_on, 1)[0]
    week = Week(
        plan=fresh, attempt=fresh.attempt, number=last.number + 1, starts_on=start, ends_on=end,
        at_provider=agreed.at_provider, ap_sessions=agreed.ap_sessions,
        school_sessions=agreed.school_sessions, goal=agreed.goal, lead=agreed.lead,
    )  # fmt: skip
    week.full_clean()
    week.save()
    _note(fresh, week.number, ChangeKind.EXTENDED, reason, by)
    work.changed("plans")
    tell_the_register(fresh)
    return week


@transaction.atomic
def skip(plan: Plan, *, number: int, reason: str, by: User) -> Week:
    """Leave a week out; its line stays visible. The first and the last week are not skipped.

    The pupil is at the provider as in the week before.
    """
    fresh = fresh_copy(plan, by, Status.RETURNING)
    week = _week(fresh, number)
    rows = Week.objects.filter(plan=fresh, attempt=fresh.attempt)
    if number == 1 or not rows.filter(number__gt=number).exists():
        raise ValidationError("The first week and the last week are not skipped.")
    week.is_skipped = True
    week.save(update_fields=["is_skipped"])
    _note(fresh, number, ChangeKind.SKIPPED, reason, by)
    tell_the_register(fresh)
    return week


@transaction.atomic
def choose_sessions(plan: Plan, *, number: int, sessions: int, by: User) -> Week:
    """Choose at which sessions of a week the pupil is at the provider, as a bit for each.

    The week has as many sessions there as are chosen. One that is over stays as it was.
    """
    fresh = fresh_copy(plan, by, Status.RETURNING)
    week = _week(fresh, number)
    if week.is_skipped or week.ends_on <= localdate():
        raise ValidationError("A week that is over or was skipped has no sessions to choose.")
    _of_the_placement(fresh, sessions)
    most = SESSIONS_A_WEEK - week.school_sessions
    if sessions.bit_count() > most:
        raise ValidationError(
            {
                "weekly": f"Choose {most} sessions at most: {week.school_sessions} are at the school."
            }
        )
    before = week.sessions_words or "no session"
    week.at_provider, week.ap_sessions = sessions, sessions.bit_count()
    week.full_clean()
    week.save(update_fields=["at_provider", "ap_sessions"])
    words = f"At the provider: {pattern_words(sessions) or 'no session'}. Before: {before}."
    _note(fresh, number, ChangeKind.SESSIONS, words, by)
    tell_the_register(fresh)
    return week


@transaction.atomic
def agree_anew(plan: Plan, *, number: int, agreed: Agreed, reason: str, by: User) -> Week:
    """Change what is agreed for a week; what held before stays visible. One that is over stays."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    week = _week(fresh, number)
    if week.is_skipped or week.ends_on <= localdate():
        raise ValidationError("A week that is over or was skipped stays as it was agreed.")
    _of_the_placement(fresh, agreed.at_provider)
    _rises_beside(week, agreed.school_sessions)
    before = week.line
    week.at_provider, week.ap_sessions = agreed.at_provider, agreed.ap_sessions
    week.school_sessions, week.goal, week.lead = agreed.school_sessions, agreed.goal, agreed.lead
    if week.line == before:
        raise ValidationError("Nothing is changed. Change the sessions, the goal or who leads.")
    week.full_clean()
    week.save(update_fields=["at_provider", "ap_sessions", "school_sessions", "goal", "lead"])
    _note(fresh, number, ChangeKind.AGREED, reason, by, before=before)
    tell_the_register(fresh)
    return week


def _rises_beside(week: Week, at_school: int) -> None:
    """Refuse sessions at school that do not fit between the weeks before and after."""
    rows = Week.objects.filter(plan=week.plan_id, attempt=week.attempt, is_skipped=False)
    before = rows.filter(number__lt=week.number).order_by("-number").first()
    after = rows.filter(number__gt=week.number).order_by("number").first()
    least = max(before.school_sessions if before else 0, 0 if after else 1)
    most = max(after.school_sessions if after else SESSIONS_A_WEEK, least)
    if not least <= at_school <= most:
        raise ValidationError(
            {"school_sessions": "The sessions at school rise from week to week, or stay, and the "
             f"last week has some. Enter a number from {least} to {most}, or change the week "
             "beside it first."}
        )  # fmt: skip


@transaction.atomic
def support(plan: Plan, *, number: int, reason: str, by: User) -> WeekChange:
    """Agree extra support in a week; `reason` says which, and why."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    _week(fresh, number)
    return _note(fresh, number, ChangeKind.SUPPORT, reason, by)


@transaction.atomic
def stop(plan: Plan, *, reason: str, by: User) -> Plan:
    """Stop the return: the plan is prepared again, and a new attempt passes its own gates.

    From today on, the placement has its usual sessions again.
    """
    fresh = fresh_copy(plan, by, Status.RETURNING)
    today = localdate()
    rows = Week.objects.filter(plan=fresh, attempt=fresh.attempt)
    now = rows.filter(starts_on__lte=today).order_by("-number").first()
    _note(fresh, now.number if now else 1, ChangeKind.STOPPED, reason, by)
    stopped = make_move(fresh, "stop", by=by, attempt=fresh.attempt + 1)
    tell_the_register(stopped)
    work.changed("plans")
    return stopped


@transaction.atomic
def complete(plan: Plan, *, words: str, by: User) -> Plan:
    """Close the plan after the last week, and set the checks that follow."""
    fresh = fresh_copy(plan, by, Status.RETURNING)
    weeks = list(Week.objects.filter(plan=fresh, attempt=fresh.attempt).order_by("number"))
    if weeks[-1].starts_on > localdate():
        raise ValidationError(
            f"The last week begins on {weeks[-1].starts_on.day} {weeks[-1].starts_on:%B}. Complete "
            "the return then, or stop it now."
        )
    open_weeks = [week for week in weeks if not week.judgement and not week.is_skipped]
    if open_weeks:
        names = ", ".join(str(week.number) for week in open_weeks)
        raise ValidationError(f"Say first how it went in week {names}.")
    if weeks[-1].judgement == Judgement.NOT_WORKING:
        raise ValidationError(
            "The last week is judged as not working. Add a week, hold it, or stop the return."
        )
    plan = make_move(
        fresh,
        "complete",
        by=by,
        outcome=OUTCOME_OF_ROUTE[Route(fresh.route)],
        outcome_words=words,
        closed_on=localdate(),
    )
    StayCheck.objects.bulk_create(
        StayCheck(plan=plan, weeks=number, due_on=weeks[-1].ends_on + number * ONE_WEEK)
        for number in STAY_CHECKS
    )
    work.changed("plans")
    return plan


@transaction.atomic
def answer_check(row: StayCheck, *, answer: str, words: str, by: User) -> StayCheck:
    """Answer whether the pupil is still there. Not known is an answer."""
    fresh_copy(row.plan, by, Status.CLOSED)
    fresh = StayCheck.objects.as_user(by).select_for_update(of=("self",)).get(pk=row.pk)
    if fresh.answer:
        raise WrongStatus("This check is answered already. Open the plan again to see it.")
    if fresh.due_on > localdate():
        raise ValidationError(
            f"This check is due on {fresh.due_on.day} {fresh.due_on:%B %Y}: answer it then."
        )
    fresh.answer, fresh.words = answer, words
    fresh.answered_by, fresh.answered_on = by, localdate()
    fresh.full_clean()
    fresh.save(update_fields=["answer", "words", "answered_by", "answered_on"])
    work.changed("plans")
    return fresh
