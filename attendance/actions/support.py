"""An attendance contract from the first draft to its end, its reviews, and whose it is."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import ClockRule, Membership, SchoolCalendar, User
from accounts.permissions import Permission, Role
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.calendar import FRIDAY, academic_year, bank_holidays, year_bounds
from attendance.models import Mark, Share, SupportPlan, SupportReview
from attendance.models.support import Status
from placements.models import Placement
from pupils.models import Pupil

FORTNIGHT = 10  # school days, where no rule is entered
STALE = (
    "Somebody else changed this while you wrote. See what stands there now, then send your own "
    "again."
)


def check(by: User, permission: Permission) -> None:
    """Raise PermissionDenied unless the person holds a permission."""
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def locked(pupil: Pupil, by: User) -> Pupil:
    """Return the pupil, locked, where the person may see the child."""
    return Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)


@transaction.atomic
def open_support(
    pupil: Pupil, plan: SupportPlan | None = None, *, by: User, why: str = ""
) -> SupportPlan:
    """Begin a contract as a draft. Sent twice, it is one: its uid is made with the form.

    Without a plan the shortest draft is made: why, and the placement that runs. An attendance
    officer who opens one has it; otherwise nobody has it until it is assigned.
    """
    check(by, Permission.ATTENDANCE_SUPPORT_OPEN)
    child = locked(pupil, by)
    if plan is None:
        plan = SupportPlan(why=why, placement=running_placement(child, by))
    if same := SupportPlan.objects.as_user(by).filter(uid=plan.uid, opened_by=by).first():
        return same
    plan.pupil, plan.opened_by, plan.status = child, by, Status.DRAFT
    if plan.owner is None and Role.ATTENDANCE_OFFICER in by.roles:
        plan.owner = by
    if plan.review_school_days is None:
        plan.review_school_days = usual_days(localdate())
    _hold_right(plan, by)
    plan.save()
    return plan


def running_placement(pupil: Pupil, by: User) -> Placement | None:
    """Return the placement that a contract belongs to: the one that runs with sessions."""
    rows = Placement.objects.as_user(by).running().with_register().filter(pupil=pupil)
    return rows.filter(starts_on__lte=localdate()).order_by("-starts_on").first()


def usual_days(on: date) -> int:
    """Return the school days from one review to the next, by the rule of a day."""
    rule = ClockRule.objects.of(ClockRule.Kind.SUPPORT_REVIEW, on)
    return rule.school_days if rule else FORTNIGHT


def _hold_right(plan: SupportPlan, by: User) -> None:
    placement = plan.placement
    if placement and placement.pupil_id != plan.pupil_id:
        raise ValidationError({"placement": "This placement is another pupil's."})
    if plan.owner and not _may_hold(plan.owner):
        raise ValidationError({"owner": f"{plan.owner} holds no caseload of contracts today."})
    if placement and not Placement.objects.as_user(by).filter(pk=placement.pk).exists():
        raise ValidationError({"placement": "Choose a placement of this pupil."})
    plan.full_clean()


def _may_hold(person: User) -> bool:
    people = Membership.objects.people_who(Permission.ATTENDANCE_SUPPORT_ASSIGN)
    return people.filter(pk=person.pk).exists()


@transaction.atomic
def change_support(plan: SupportPlan, *, seen: int, by: User) -> SupportPlan:
    """Save a changed draft. What is agreed stays as it was agreed."""
    check(by, Permission.ATTENDANCE_SUPPORT_OPEN)
    fresh = _fresh(plan, by)
    if fresh.version != seen:
        raise ValidationError(STALE)
    if fresh.status != Status.DRAFT:
        raise WrongStatus("This contract is agreed: what was agreed stays. End it to agree anew.")
    plan.version = seen + 1
    _hold_right(plan, by)
    plan.save()
    return plan


def _fresh(plan: SupportPlan, by: User) -> SupportPlan:
    rows = SupportPlan.objects.as_user(by).select_for_update(of=("self",))
    return rows.get(pk=plan.pk)


@transaction.atomic
def agree_support(plan: SupportPlan, *, agreed_on: date, by: User, **heard: Any) -> SupportPlan:
    """Agree a draft: what the young person says, which parent agreed when; set the first review.

    The baseline is counted from the marks of the academic year before the contract.
    """
    start, _ = year_bounds(academic_year(localdate()))
    if not start <= agreed_on <= localdate():
        raise ValidationError({"agreed_on": "Enter a day of this school year up to today."})
    _hear(heard)
    fresh = _fresh(plan, by)
    if fresh.missing:
        raise ValidationError(f"Before it can be agreed, the draft needs {words(fresh.missing)}.")
    before = counted(fresh, start, agreed_on)
    fresh = make_move(
        fresh,
        "agree",
        by=by,
        agreed_on=agreed_on,
        baseline_from=start,
        baseline_present=before.present,
        baseline_possible=before.possible,
        version=fresh.version + 1,
        **heard,
    )
    _set_review(fresh, after=agreed_on)
    work.changed("support")
    return fresh


def _hear(heard: dict[str, Any]) -> None:
    """Refuse an agreement without the young person's view, or of a day that has not come."""
    asked, not_asked = heard.get("pupil_answer"), heard.get("pupil_not_asked")
    if not asked and not not_asked:
        raise ValidationError(
            {"pupil_answer": "Choose what the young person says, or say below why nobody asked."}
        )
    if asked and not heard.get("pupil_words"):
        raise ValidationError({"pupil_words": "Write what the young person says, and why."})
    if (day := heard.get("parent_agreed_on")) and day > localdate():
        raise ValidationError({"parent_agreed_on": "This day has not come yet."})


def words(parts: list[str]) -> str:
    """Join what is missing into one sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(plan: SupportPlan, start: date, end: date) -> Share:
    """Count the sessions of a contract's pupil from marks, up to, not on, a day."""
    marks = Mark.objects.filter(pupil=plan.pupil_id).between(start, end)
    if plan.placement_id:
        marks = marks.filter(placement=plan.placement_id)
    return Share(*marks.present_and_possible())


def next_due(plan: SupportPlan, after: date) -> date:
    """Return the day of the next review: a school day of the place, never one in a holiday.

    Where the calendar of the school year is not entered so far, weekdays are counted: a review
    without a day would be forgotten.
    """
    place = plan.placement.provider_id if plan.placement else None
    known = SchoolCalendar(after, after).after(after, plan.review_school_days, place)
    return known or _weekday_after(after, plan.review_school_days)


def _weekday_after(day: date, number: int) -> date:
    while number:
        day += timedelta(days=1)
        number -= day.weekday() <= FRIDAY and day not in bank_holidays()
    return day


def _set_review(plan: SupportPlan, *, after: date) -> None:
    row = SupportReview(plan=plan, due_on=next_due(plan, after))
    row.full_clean()
    row.save()


@transaction.atomic
def review_support(plan: SupportPlan, *, held_on: date, by: User, **said: str) -> SupportReview:
    """Record the review that is due, with the sessions since the one before; set the next."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    fresh = _fresh(plan, by)
    row = fresh.reviews.select_for_update().open().first()
    if row is None or fresh.status != Status.AGREED or fresh.agreed_on is None:
        raise WrongStatus("This contract is not agreed, or it is over: no review is due.")
    last = fresh.reviews.held().order_by("-held_on").first()
    since = last.held_on if last and last.held_on else fresh.agreed_on
    if not since <= held_on <= localdate():
        raise ValidationError(
            {"held_on": "Enter a day from the review before, or the first day, up to today."}
        )
    attended = counted(fresh, since, held_on)
    row.held_on, row.since_on = held_on, since
    row.present, row.possible = attended.present, attended.possible
    for name, value in said.items():
        setattr(row, name, value)
    row.recorded_by, row.recorded_at = by, timezone.now()
    row.full_clean()
    row.save()
    _set_review(fresh, after=held_on)
    work.changed("support")
    return row


@transaction.atomic
def meet_support(plan: SupportPlan, *, ended_on: date, end_words: str, by: User) -> SupportPlan:
    """Close a contract whose target is met."""
    return _close(plan, "meet", ended_on, end_words, by)


@transaction.atomic
def end_support(plan: SupportPlan, *, ended_on: date, end_words: str, by: User) -> SupportPlan:
    """End a contract, or a draft that nobody agreed to, with the reason."""
    return _close(plan, "end", ended_on, end_words, by)


def _close(plan: SupportPlan, verb: str, ended_on: date, end_words: str, by: User) -> SupportPlan:
    if ended_on > localdate():
        raise ValidationError({"ended_on": "This day has not come yet."})
    fresh = make_move(plan, verb, by=by, ended_on=ended_on, end_words=end_words)
    # What was due before the end and not held stays: it was missed.
    for row in fresh.reviews.select_for_update().open().filter(due_on__gt=ended_on):
        row.dropped_on = ended_on
        row.save(update_fields=["dropped_on"])
    work.changed("support")
    return fresh


@transaction.atomic
def assign_support(plan: SupportPlan, *, owner: User | None, by: User) -> SupportPlan:
    """Put a contract onto somebody's caseload, or onto nobody's."""
    check(by, Permission.ATTENDANCE_SUPPORT_ASSIGN)
    fresh = _fresh(plan, by)
    if not fresh.is_running:
        raise WrongStatus("This contract is over: it is on nobody's caseload.")
    if owner and not _may_hold(owner):
        raise ValidationError({"owner": f"{owner} holds no caseload of contracts today."})
    fresh.owner = owner
    fresh.save(update_fields=["owner"])
    return fresh
