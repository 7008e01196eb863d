"""Questions after the end of support: asked by link, chased until answered, passed on with a pupil."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Membership, Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import months_after
from outreach.models import Evaluation, FollowUp, Support
from outreach.models.follow_up import MONTHS, MOST_REMINDERS, main_rolls
from outreach.models.support import Kind
from pupils.models import PermanentExclusion, Suspension
from pupils.models.codes import NOT_COUNTED

# Settings of ours: long enough for a busy half term, and three chasers a fortnight apart.
LINK_DAYS = 56
CHASE_AFTER = timedelta(days=14)


def ask_later(support: Support) -> None:
    """Set down the follow-ups of closed support, and ask the school how it was."""
    assert support.ended_on  # noqa: S101 - the database holds it
    evaluation = Evaluation(support=support, school=support.school)
    evaluation.fill_hash()
    evaluation.save()
    work.post("outreach.closed", evaluation=evaluation.pk)
    if support.kind != Kind.PUPIL:
        return
    first_day = support.ended_on + timedelta(days=1)
    for months in MONTHS:
        _set_down(support, months, months_after(first_day, months), support.school)


def _set_down(
    support: Support, months: int, due_on: date, school: Organisation, turn: int = 1
) -> FollowUp:
    row = FollowUp(support=support, months=months, due_on=due_on, school=school, turn=turn)
    row.fill_hash()
    row.full_clean()
    row.save()
    return row


def ask_what_is_due(today: date) -> int:
    """Send what is due and remind of what is not answered, each once a day. Return how many.

    A pupil who is at another school by now is asked about there.
    """
    asked = 0
    for pk in list(FollowUp.objects.lost().values_list("pk", flat=True)):
        _find_again(pk, today)
    rows = FollowUp.objects.due(today).select_related("support")
    for pk in list(rows.values_list("pk", flat=True)):
        asked += _ask(pk, today)
    for pk in list(Evaluation.objects.unanswered().values_list("pk", flat=True)):
        asked += _chase_evaluation(pk, today)
    return asked


@transaction.atomic
def _ask(pk: int, today: date) -> bool:
    """Send or remind of one follow-up, where its time has come."""
    row = FollowUp.objects.select_for_update().select_related("support", "school").get(pk=pk)
    if row.answered_at or row.passed_on:
        return False
    now_at = school_of(row.support, today)
    if now_at and now_at != row.school:
        row = _pass_on(row, now_at, today)
    if row.sent_on and (row.reminders >= MOST_REMINDERS or row.sent_on + _pause(row) > today):
        return False
    addresses = _addresses(row.school)
    if not addresses:
        return False
    if row.sent_on:
        row.reminders += 1
    else:
        row.sent_on, row.link_ends_on = today, today + timedelta(days=LINK_DAYS)
    row.sent_to = addresses
    row.save(update_fields=["reminders", "sent_on", "link_ends_on", "sent_to"])
    work.post("outreach.asked", follow_up=row.pk)
    return True


@transaction.atomic
def _find_again(pk: int, today: date) -> None:
    """Set down the questions of a lost follow-up for the pupil's school, once that is known."""
    row = FollowUp.objects.select_for_update().select_related("support", "school").get(pk=pk)
    known = school_of(row.support, today)
    if known and known != row.school and FollowUp.objects.lost().filter(pk=pk).exists():
        _set_down(row.support, row.months, row.due_on, known, row.turn + 1)


def _pause(row: FollowUp | Evaluation) -> timedelta:
    return CHASE_AFTER * (row.reminders + 1)


@transaction.atomic
def _chase_evaluation(pk: int, today: date) -> bool:
    """Remind once; or ask now where nobody at the school had an account when support ended."""
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related("support", "school")
    row = rows.get(pk=pk)
    if row.answered_at:
        return False
    if row.sent_on is None:
        days = (today - (row.support.ended_on or today)).days
        if not CHASE_AFTER.days <= days < LINK_DAYS or not _addresses(row.school):
            return False
    elif row.reminders >= 1 or row.sent_on + _pause(row) > today:
        return False
    else:
        row.reminders += 1
        row.save(update_fields=["reminders"])
    work.post("outreach.closed", evaluation=row.pk)
    return True


def _addresses(school: Organisation) -> list[str]:
    """Return who holds the post at a school now: an address that left gets nothing.

    Nobody does at a provider that is a school: the worker asks there by hand.
    """
    people = Membership.objects.filter(organisation=school).people_who(Permission.OUTREACH_ANSWER)
    return sorted(people.values_list("email", flat=True))


def send_evaluation(evaluation: Evaluation, today: date) -> list[str]:
    """Open the link of an evaluation, and return whom to send it to."""
    addresses = _addresses(evaluation.school)
    if evaluation.answered_at or not addresses:
        return []
    if evaluation.sent_on is None:
        evaluation.sent_on = today
        evaluation.link_ends_on = today + timedelta(days=LINK_DAYS)
    evaluation.sent_to = addresses
    evaluation.save(update_fields=["sent_on", "link_ends_on", "sent_to"])
    return addresses


def school_of(support: Support, today: date) -> Organisation | None:
    """Return the school on whose roll the pupil is today, as the main one; None where none is."""
    rows = main_rolls(today).filter(pupil=support.pupil)
    newest = rows.select_related("organisation").first()
    return newest.organisation if newest else None


def _pass_on(row: FollowUp, school: Organisation, today: date) -> FollowUp:
    row.passed_on = today
    row.save(update_fields=["passed_on"])
    return _set_down(row.support, row.months, row.due_on, school, row.turn + 1)


@transaction.atomic
def moved(follow_up: FollowUp, *, words: str, name: str, position: str) -> None:
    """Take note that the pupil is not at the school that was asked: the link closes.

    Where the system knows the new school, it is asked; elsewhere the worker is told and finds out,
    or the new school is asked once its roll is recorded.
    """
    row = FollowUp.objects.select_for_update().select_related("support").get(pk=follow_up.pk)
    _still_open(row)
    said = f"{name}, {position}: the pupil is not at this school any more. {words}".strip()
    row.words, row.passed_on = said, localdate()
    row.save(update_fields=["words", "passed_on"])
    known = school_of(row.support, localdate())
    if known and known != row.school:
        _set_down(row.support, row.months, row.due_on, known, row.turn + 1)
    else:
        work.post("outreach.lost", follow_up=row.pk)


def _still_open(row: FollowUp | Evaluation) -> None:
    if row.answered_at or getattr(row, "passed_on", None):
        raise ValidationError("These questions are answered already. Thank you.")


@transaction.atomic
def answer(follow_up: FollowUp, *, name: str, position: str, **told: Any) -> FollowUp:
    """Record the school's answers, once."""
    row = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    _still_open(row)
    _take_answers(row, name, position, told)
    work.post("outreach.answered", follow_up=row.pk)
    return row


def _take_answers(row: FollowUp, name: str, position: str, told: dict[str, Any]) -> None:
    names = ["suspended", "suspensions", "excluded", "possible", "present", "words"]
    for field in names:
        setattr(row, field, told[field])
    row.answered_by, row.answered_as, row.answered_at = name, position, timezone.now()
    row.full_clean()
    row.save(update_fields=[*names, "answered_by", "answered_as", "answered_at", "taken_by"])


@transaction.atomic
def take_down(follow_up: FollowUp, *, name: str, position: str, by: User, **told: Any) -> FollowUp:
    """Record what somebody at a school said on the telephone, once. The link closes."""
    row = _to_take_down(follow_up, by)
    row.taken_by = by
    _take_answers(row, name, position, told)
    if row.support.worker != by:
        work.post("outreach.answered", follow_up=row.pk)
    return row


def _to_take_down(follow_up: FollowUp, by: User) -> FollowUp:
    """Return the row, locked and read through as_user, unless it is answered or not due."""
    if not by.can(Permission.OUTREACH_WORK):
        raise PermissionDenied("this asks for outreach.work")
    rows = FollowUp.objects.as_user(by).select_for_update(of=("self",))
    row: FollowUp = rows.select_related("support__worker").get(pk=follow_up.pk)
    if not FollowUp.objects.to_take_down(localdate()).filter(pk=row.pk).exists():
        raise ValidationError("This follow-up is answered, asked elsewhere, or not due yet.")
    return row


@transaction.atomic
def ask_again(follow_up: FollowUp, *, school: Organisation, to: str, by: User) -> FollowUp:
    """Ask by hand: another school, or an address that nobody had. The earlier link closes."""
    if not by.can(Permission.OUTREACH_WORK):
        raise PermissionDenied("this asks for outreach.work")
    rows = FollowUp.objects.as_user(by).select_for_update(of=("self",))
    row = rows.select_related("support").get(pk=follow_up.pk)
    today = localdate()
    if row.due_on > today:
        raise ValidationError("It is not due yet: it is sent by itself on its day.")
    if row.passed_on is None:
        row.passed_on = today
        row.save(update_fields=["passed_on"])
    if row.support.follow_ups.filter(months=row.months, answered_at=None, passed_on=None).exists():
        raise ValidationError("These questions are asked at another school already.")
    turns = row.support.follow_ups.filter(months=row.months).values_list("turn", flat=True)
    new = FollowUp(
        support=row.support,
        months=row.months,
        due_on=row.due_on,
        school=school,
        turn=max(turns) + 1,
        sent_on=today,
        sent_to=[to],
        link_ends_on=today + timedelta(days=LINK_DAYS),
    )
    new.fill_hash()
    new.full_clean()
    new.save()
    work.post("outreach.asked", follow_up=new.pk)
    return new


@transaction.atomic
def evaluate(evaluation: Evaluation, *, name: str, position: str, **told: Any) -> Evaluation:
    """Record what a school says of an intervention, once."""
    row = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    _still_open(row)
    row.rating, row.helped, row.words = told["rating"], told["helped"], told["words"]
    row.answered_by, row.answered_as, row.answered_at = name, position, timezone.now()
    row.full_clean()
    row.save()
    return row


@dataclass(frozen=True)
class Known:
    """What the system knows of the time that a follow-up asks about."""

    suspensions: list[date]
    is_excluded: bool


def prefill(follow_up: FollowUp) -> Known:
    """Return what is recorded or imported of the time asked about. Two queries."""
    support = follow_up.support
    start = support.followed_from or localdate()
    end = min(follow_up.due_on, localdate() + timedelta(days=1))
    found = Suspension.objects.filter(pupil=support.pupil).not_cancelled().in_window(start, end)
    excluded = PermanentExclusion.objects.filter(
        pupil=support.pupil, effective_on__gte=start, effective_on__lt=end
    ).exclude(result__in=NOT_COUNTED)
    days = list(found.order_by("starts_on").values_list("starts_on", flat=True))
    return Known(days, excluded.exists())
