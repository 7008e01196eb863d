"""A part-time timetable: agreed, reviewed, ended. It never goes on by itself."""

from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.calendar import academic_year
from attendance.models import (
    Outcome,
    PartTimeTimetable,
    TimetableReview,
    TimetableRule,
)
from placements.models import RUNNING, Placement, Status
from placements.models.review import say
from pupils.models import CareStatus, Pupil
from pupils.models.codes import CareKind

LAST_YEAR_GROUP = 11


@transaction.atomic
def agree(
    timetable: PartTimeTimetable,
    *,
    placement: Placement,
    first_review_on: date,
    by: User,
    follows: PartTimeTimetable | None = None,
) -> PartTimeTimetable:
    """Record what was agreed. With `follows` it goes on from another one, by new agreements.

    The other one is over on the first day of this one. Raise ValidationError, WrongStatus.
    """
    _check(by, Permission.TIMETABLE_AGREE)
    fresh = _placement(placement, by)
    timetable.placement, timetable.recorded_by = fresh, by
    timetable.ends_on = timetable.full_time_on
    timetable.follows, timetable.part_time_since = None, timetable.starts_on
    if follows is not None:
        _follow(timetable, _locked(follows, by))
    _hold_to_the_law(timetable)
    _hold_to_the_placement(timetable)
    timetable.full_clean()
    timetable.save()
    _first_review(timetable, first_review_on)
    work.changed("timetables")
    return timetable


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def _placement(placement: Placement, by: User) -> Placement:
    """Return the placement, locked and fresh, where it is open or paused."""
    rows = Placement.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.select_related("pupil").get(pk=placement.pk)
    if fresh.status not in RUNNING:
        raise WrongStatus(f"This placement is {fresh.get_status_display().lower()} already.")
    return fresh


def _locked(timetable: PartTimeTimetable, by: User) -> PartTimeTimetable:
    rows = PartTimeTimetable.objects.as_user(by).select_for_update(of=("self",))
    return rows.select_related("placement").get(pk=timetable.pk)


def _follow(timetable: PartTimeTimetable, before: PartTimeTimetable) -> None:
    """Let a timetable go on from another one: agreed anew, and in one time without a gap."""
    if hasattr(before, "followed_by"):
        raise WrongStatus("Another timetable follows this one already.")
    for field in ("school_agreed_on", "parent_agreed_on"):
        if getattr(timetable, field) < before.starts_on:
            raise ValidationError(
                {field: "A new timetable needs a new agreement: enter a day on or after "
                 f"{say(before.starts_on)}, when the one before began."}
            )  # fmt: skip
    if not before.starts_on < timetable.starts_on <= before.ends_on:
        raise ValidationError(
            {"starts_on": "The new timetable goes on from the one before: enter a day after "
             f"{say(before.starts_on)}, and {say(before.ends_on)} at the latest."}
        )  # fmt: skip
    timetable.follows, timetable.part_time_since = before, before.part_time_since
    _close(before, timetable.starts_on, Outcome.RENEWED, "", field="starts_on")


def _hold_to_the_law(timetable: PartTimeTimetable) -> None:
    """Refuse what regulation 11(6) and the guidance do not allow (reference 1.3)."""
    today = localdate()
    for field, whose in (("school_agreed_on", "school"), ("parent_agreed_on", "parent")):
        if getattr(timetable, field) > today:
            raise ValidationError({field: f"Enter the day on which the {whose} agreed."})
    pupil = timetable.placement.pupil
    year = academic_year(timetable.starts_on) - pupil.starts_year_1 + 1
    if not 0 <= year <= LAST_YEAR_GROUP:
        raise ValidationError(
            {"starts_on": "Code C2 is for pupils of compulsory school age. On that day the pupil "
             f"is in {pupil.year_group(timetable.starts_on)} by age or older."}
        )  # fmt: skip
    told = timetable.social_worker_told_on
    if told is None and _has_a_social_worker(pupil, timetable.starts_on):
        raise ValidationError(
            {"social_worker_told_on": "Social care knows this pupil: tell the social worker "
             "first, and enter the day."}
        )  # fmt: skip
    if told and told > today:
        raise ValidationError({"social_worker_told_on": "This day has not come yet."})


def _has_a_social_worker(pupil: Pupil, on: date) -> bool:
    known = ~Q(kind=CareKind.PREVIOUSLY_LOOKED_AFTER) | ~Q(social_worker="")
    rows = CareStatus.objects.filter(pupil=pupil, starts_on__lte=max(on, localdate()))
    return rows.not_over(localdate()).filter(known).exists()


def _hold_to_the_placement(timetable: PartTimeTimetable) -> None:
    placement = timetable.placement
    is_part = timetable.sessions & placement.sessions == timetable.sessions
    if not is_part or timetable.sessions == placement.sessions:
        raise ValidationError(
            {"weekly": "Choose some of the placement's sessions, and not all of them: "
             f"{placement.sessions_words}."}
        )  # fmt: skip
    if timetable.starts_on < placement.starts_on:
        raise ValidationError(
            {"starts_on": f"The placement starts on {say(placement.starts_on)}: enter that day or "
             "a later one."}
        )  # fmt: skip
    if placement.ends_on and timetable.full_time_on > placement.ends_on:
        raise ValidationError(
            {"full_time_on": f"The placement is over after {say(placement.last_day)}: enter a day "
             "up to the one after it."}
        )  # fmt: skip


def _first_review(timetable: PartTimeTimetable, on: date) -> None:
    if not timetable.starts_on <= on <= _latest_review(timetable, timetable.starts_on):
        raise ValidationError(
            {"first_review_on": f"Enter a day from {say(timetable.starts_on)} to "
             f"{say(_latest_review(timetable, timetable.starts_on))}."}
        )  # fmt: skip
    row = TimetableReview(timetable=timetable, due_on=on)
    row.full_clean()
    row.save()


def _latest_review(timetable: PartTimeTimetable, after: date) -> date:
    """Return the last day on which a review after some day is in time."""
    rule = TimetableRule.objects.on(localdate())
    latest = timetable.ends_on if rule is None else after + timedelta(days=rule.review_days)
    return min(latest, timetable.ends_on)


def next_review_on(timetable: PartTimeTimetable, after: date) -> date | None:
    """Return when the review after some day is due, as it is proposed; None when it is over."""
    latest = _latest_review(timetable, after)
    return latest if after < latest < timetable.ends_on else None


@transaction.atomic
def review_timetable(
    timetable: PartTimeTimetable,
    *,
    held_on: date,
    came: Collection[str],
    outcome: str,
    words: str,
    by: User,
) -> TimetableReview:
    """Record the review that is due, and set the next one while the timetable goes on."""
    _check(by, Permission.TIMETABLE_REVIEW)
    fresh = _locked(timetable, by)
    if not fresh.starts_on <= held_on <= localdate():
        raise ValidationError(
            {"held_on": f"Enter a day from {say(fresh.starts_on)}, the first day, to today."}
        )
    rows = fresh.reviews.select_for_update().filter(held_on=None)
    row = rows.first() or TimetableReview(timetable=fresh, due_on=held_on)
    row.held_on, row.came, row.outcome, row.words = held_on, list(came), outcome, words
    row.recorded_by, row.recorded_at = by, timezone.now()
    row.full_clean()
    row.save()
    if due_on := next_review_on(fresh, held_on):
        TimetableReview.objects.create(timetable=fresh, due_on=due_on)
    work.changed("timetables")
    return row


@transaction.atomic
def end_timetable(
    timetable: PartTimeTimetable, *, last_day: date, outcome: str, words: str, by: User
) -> PartTimeTimetable:
    """Record how a timetable ended, or ends: on the day agreed or, where full time comes first, then."""
    _check(by, Permission.TIMETABLE_AGREE)
    fresh = _locked(timetable, by)
    _close(fresh, last_day + timedelta(days=1), outcome, words)
    return fresh


def _close(
    timetable: PartTimeTimetable, on: date, outcome: str, words: str, *, field: str = "ends_on"
) -> None:
    """Let a timetable be over on a day. What was marked from it before then stays."""
    if timetable.outcome:
        raise WrongStatus(
            "How this timetable ended is recorded already. To go on, agree a new one."
        )
    last = timetable.marks.not_corrected().aggregate(last=Max("mark__date"))["last"]
    if last and on <= last:
        raise ValidationError(
            {field: f"Up to {say(last)} the register holds code C2 from this timetable: enter "
             "a later day, or correct these marks first."}
        )  # fmt: skip
    timetable.ends_on, timetable.outcome, timetable.outcome_words = on, outcome, words
    timetable.full_clean()
    timetable.save(update_fields=["ends_on", "outcome", "outcome_words"])
    timetable.reviews.filter(held_on=None, due_on__gte=on).delete()
    work.changed("timetables")


@transaction.atomic
def end_with_placements(today: date) -> int:
    """End the timetables whose placement has ended, or never began. Return how many. By the clock.

    Of a placement that was cancelled no day is left: it was for no session.
    """
    gone = Q(placement__status=Status.ENDED, placement__ends_on__lte=today)
    rows = PartTimeTimetable.objects.select_for_update(of=("self",)).filter(
        gone | Q(placement__status=Status.CANCELLED), outcome=""
    )
    found = list(rows.select_related("placement").order_by("pk"))
    for row in found:
        over = row.placement.ends_on or today
        if row.placement.status == Status.CANCELLED:
            over = row.starts_on
        row.ends_on = min(row.ends_on, max(row.starts_on, over))
        row.outcome = Outcome.PLACEMENT_ENDED
        row.save(update_fields=["ends_on", "outcome"])
        row.reviews.filter(held_on=None).delete()
    return len(found)
