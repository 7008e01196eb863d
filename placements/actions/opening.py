"""A placement before it starts: offered, accepted, declined, cancelled."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, SchoolCalendar, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from placements.actions.rules import full, hold_apart, hold_to_rules, set_aside
from placements.models import (
    PLANNED_ROUTES,
    RUNNING,
    Entry,
    EntryKind,
    HoldEnd,
    Objective,
    Placement,
    Review,
    Status,
    TierRule,
)
from placements.models.review import TO_COUNCIL, TO_PROVIDER, TO_SCHOOL, say
from pupils import actions as pupil_actions
from pupils.models import Pupil
from pupils.models.codes import EnrolmentStatus
from pupils.models.questions import About
from referrals.models import Referral, Tier

Agreed = tuple[str, str]


def check(by: User, permission: Permission) -> None:
    """Raise PermissionDenied unless the person holds a permission."""
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def tell(
    placement: Placement,
    kind: EntryKind,
    *,
    by: User,
    words: str = "",
    at: datetime | None = None,
) -> Entry:
    """Write what happened, for the page and the chronology, and post it to those concerned.

    The moment is now, or the one that paper records.
    """
    at = at or timezone.now()
    entry = Entry(placement=placement, kind=kind, by=by, words=words, at=at)
    entry.full_clean()
    entry.save()
    if kind in {*TO_PROVIDER, *TO_COUNCIL, *TO_SCHOOL}:
        work.post("placement.changed", placement=placement.pk, told=kind)
    return entry


@transaction.atomic
def propose(
    placement: Placement,
    *,
    by: User,
    objectives: Iterable[Agreed],
    referral: Referral | None = None,
    follows: Placement | None = None,
    override: str = "",
    at: datetime | None = None,
) -> Placement:
    """Offer a placement to a provider: for an accepted referral, or to follow another placement.

    Objectives are pairs: what is to be achieved, and how it will be known. The same placement sent
    twice is one: its uid is made with the form. Raise NeedsOverride where a rule is broken.
    """
    check(by, Permission.PLACEMENT_OPEN)
    if referral:
        referral = (
            Referral.objects.as_user(by)
            .select_for_update(of=("self",))
            .select_related("pupil", "school")
            .get(pk=referral.pk)
        )
    if same := Placement.objects.as_user(by).filter(uid=placement.uid, opened_by=by).first():
        return same
    if referral:
        _fill_from(placement, referral)
    elif follows:
        placement.follows, placement.pupil = follows, follows.pupil
        placement.home_school = follows.home_school
    _lock(placement.pupil_id)
    placement.opened_by, placement.status = by, Status.PROPOSED
    agreed = hold_to_rules(placement, override=override, by=by)
    hold_apart(placement, by=by)
    keep_rate_of(placement)
    name_the_return(placement, localdate(at) if at else localdate())
    placement.full_clean()
    placement.save()
    if referral:
        taken_up = {"released_at": timezone.now(), "ended": HoldEnd.OFFERED, "ended_by": by}
        referral.holds.filter(released_at=None).update(**taken_up)
    _agree(placement, objectives)
    tell(placement, EntryKind.PROPOSED, by=by, at=at)
    if agreed:
        tell(placement, EntryKind.OVERRIDDEN, by=by, words=agreed, at=at)
    return placement


def _fill_from(placement: Placement, referral: Referral) -> None:
    if referral.tier is None or referral.is_placed:
        raise ValidationError("This referral has a placement already, or is not accepted.")
    placement.pupil, placement.home_school = referral.pupil, referral.school
    placement.referral, placement.tier = referral, referral.tier
    referral.is_placed = True
    referral.save(update_fields=["is_placed"])


def keep_rate_of(placement: Placement) -> None:
    """Raise ValidationError where the rate is another provider's, or begins after the placement."""
    rate = placement.rate
    if rate and rate.provider_id != placement.provider_id:
        raise ValidationError({"rate": f"This rate is not one of {placement.provider}."})
    if rate and rate.starts_on > placement.starts_on:
        raise ValidationError({"rate": "This rate begins after the first day of the placement."})


def name_the_return(placement: Placement, today: date) -> None:
    """Raise ValidationError where tiers 2 and 3 name no way and half term, or one that is over.

    The strategy asks that the plan indicates it from the day of the placement.
    """
    if placement.tier == Tier.OUTREACH:
        return
    if placement.route not in PLANNED_ROUTES:
        raise ValidationError({"route": "Choose where the placement is meant to lead."})
    if placement.returns_in is None:
        raise ValidationError(
            {"returns_in": "Choose the half term in which the pupil goes back or on."}
        )
    if placement.returns_in.ends_on <= placement.starts_on:
        raise ValidationError(
            {"returns_in": f"{placement.returns_in} is over before the placement begins."}
        )
    if placement.returns_in.ends_on <= today:
        raise ValidationError(
            {
                "returns_in": f"{placement.returns_in} is over. Choose this half term or a later one."
            }
        )


def _agree(placement: Placement, objectives: Iterable[Agreed]) -> None:
    rows = [Objective(placement=placement, words=words, measure=how) for words, how in objectives]
    if not rows:
        raise ValidationError({"objective_1": "Enter at least one objective."})
    for row in rows:
        row.full_clean()
        row.save()


def _lock(pupil: int) -> None:
    Pupil.objects.select_for_update(of=("self",)).get(pk=pupil)


@transaction.atomic
def accept(
    placement: Placement, *, by: User, lead: User | None = None, at: datetime | None = None
) -> Placement:
    """Accept an offer for the provider, and put the pupil on its roll for the time agreed.

    A placement that follows another sets the day on which that one is to end.
    """
    _lock(placement.pupil_id)
    review_on = review_after(placement, placement.starts_on)
    way = _make_way(placement, at)
    placement = make_move(placement, "accept", by=by, lead=lead, next_review_on=review_on, **way)
    hold_apart(placement, by=by)
    _tell_the_referral(placement, is_placed=True, education_from=placement.starts_on)
    pupil_actions.enrol(
        placement.pupil,
        at=placement.provider,
        status=_status_at(placement),
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        by=by,
    )
    words = f"{lead} leads." if lead else ""
    tell(placement, EntryKind.ACCEPTED, by=by, words=words, at=at)
    return placement


def _status_at(placement: Placement) -> str:
    if placement.tier == Tier.OUTREACH:
        return EnrolmentStatus.OUTREACH
    if placement.provider.is_registered_school:
        return EnrolmentStatus.SUBSIDIARY
    return EnrolmentStatus.OTHER_PROVIDER


def _former(placement: Placement) -> Placement:
    return Placement.objects.select_for_update(of=("self",)).get(followed_by=placement)


def _make_way(placement: Placement, at: datetime | None) -> dict[str, Any]:
    """Let what a placement follows end before it. Return what the placement keeps of that.

    It is told in the name of who offered the step: the other provider learns of nobody there.
    """
    before = _former(placement) if placement.follows_id else None
    if before is None or (before.ends_on and before.ends_on <= placement.starts_on):
        return {}
    agreed = before.last_day
    was_to_end, before.ends_on = before.ends_on, max(placement.starts_on, before.starts_on)
    before.save(update_fields=["ends_on"])
    follow_on_roll(before)
    words = f"From {say(agreed)} to {say(before.last_day)}. The next placement is accepted."
    tell(before, EntryKind.EXTENDED, by=placement.opened_by, words=words, at=at)
    return {"has_shortened": True, "shortened_from": was_to_end}


def _give_back(placement: Placement, *, by: User) -> str:
    """Let what made way for a cancelled placement end when it was to end.

    Where its last day was changed since, or another placement holds the days by now, it stays:
    return that in words.
    """
    before = _former(placement)
    if before.status not in RUNNING or before.ends_on != max(
        placement.starts_on, before.starts_on
    ):
        return ""
    shortened, before.ends_on = before.last_day, placement.shortened_from
    try:
        with transaction.atomic():
            hold_apart(before, by=by)
            place = Organisation.objects.select_for_update().get(pk=before.provider_id)
            taken = full(place, placement.starts_on, before.ends_on, before.pupil_id)
            set_aside(taken, override="", by=by)
            before.full_clean()
            before.save(update_fields=["ends_on"])
            follow_on_roll(before)
    except ValidationError:
        return (
            f"The placement before it still ends on {say(shortened)}: by now others hold the days "
            "after it."
        )
    words = f"From {say(shortened)} to {say(before.last_day)}. What was to follow is cancelled."
    tell(before, EntryKind.EXTENDED, by=by, words=words)
    return ""


@transaction.atomic
def decline(placement: Placement, *, reason: str, by: User) -> Placement:
    """Decline an offer for the provider: the referral waits for another one."""
    placement = make_move(placement, "decline", by=by, end_reason=reason)
    _tell_the_referral(placement, is_placed=False, education_from=None)
    tell(placement, EntryKind.DECLINED, by=by, words=reason)
    return placement


@transaction.atomic
def cancel(placement: Placement, *, reason: str, by: User) -> Placement:
    """Take back an offer, or a placement that has not started.

    A placement that made way for it gets back the last day that it had.
    """
    _lock(placement.pupil_id)
    was_accepted = placement.status == Status.OPEN
    placement = make_move(placement, "cancel", by=by, end_reason=reason)
    if was_accepted:
        if placement.has_started:
            raise WrongStatus("The placement has started. End it instead.")
        rolls = placement.pupil.enrolments.filter(organisation=placement.provider_id)
        for row in rolls.select_for_update(of=("self",)).filter(starts_on=placement.starts_on):
            row.ends_on = row.starts_on
            row.save(update_fields=["ends_on"])
    _tell_the_referral(placement, is_placed=False, education_from=None)
    stays = _give_back(placement, by=by) if placement.has_shortened else ""
    tell(placement, EntryKind.CANCELLED, by=by, words=f"{reason} {stays}".strip())
    return placement


def _tell_the_referral(
    placement: Placement, *, is_placed: bool, education_from: date | None
) -> None:
    """Write on the referral where it stands, for the school and for the day-6 duty."""
    if placement.referral_id:
        referral = Referral.objects.select_for_update(of=("self",)).get(pk=placement.referral_id)
        referral.is_placed, referral.education_from = is_placed, education_from
        referral.full_clean()
        referral.save(update_fields=["is_placed", "education_from"])


@transaction.atomic
def name_lead(placement: Placement, *, lead: User, by: User) -> Placement:
    """Name who leads a placement at the provider."""
    check(by, Permission.PLACEMENT_ANSWER)
    fresh = Placement.objects.as_user(by).select_for_update(of=("self",)).get(pk=placement.pk)
    fresh.lead = lead
    fresh.save(update_fields=["lead"])
    tell(fresh, EntryKind.LED, by=by, words=f"{lead} leads.")
    return fresh


def review_after(placement: Placement, day: date) -> date | None:
    """Return when the next review after a day is due; None beyond the school calendar."""
    rule = TierRule.objects.on(placement.starts_on).get(placement.tier)
    if rule is None:
        return None
    calendar = SchoolCalendar(day, day)
    return calendar.after(day, rule.review_school_days, placement.provider_id)


@transaction.atomic
def count_reviews_again() -> int:
    """Count when the reviews of running placements are due by today's calendar.

    Return how many changed.
    """
    rows = list(Placement.objects.running().select_for_update(of=("self",)).order_by("pk"))
    if not rows:
        return 0
    held_on = Review.objects.filter(placement__in=rows).order_by().values_list("placement")
    since = {row.pk: row.starts_on for row in rows} | dict(held_on.annotate(Max("held_on")))
    rules = list(TierRule.objects.newest_first())
    calendar = SchoolCalendar(min(since.values()), max(since.values()))
    changed = []
    for row in rows:
        held = (
            rule for rule in rules if rule.tier == row.tier and rule.starts_on <= row.starts_on
        )
        rule = next(held, None)
        due_on = None
        if rule:
            due_on = calendar.after(since[row.pk], rule.review_school_days, row.provider_id)
        if row.next_review_on != due_on:
            row.next_review_on = due_on
            changed.append(row)
    Placement.objects.bulk_update(changed, ["next_review_on"], batch_size=500)
    pupil_actions.follow_meeting([row.pupil_id for row in changed], About.REVIEW)
    return len(changed)


def follow_on_roll(placement: Placement) -> None:
    """Let the pupil's time on the provider's roll end with the placement."""
    rolls = placement.pupil.enrolments.filter(
        organisation=placement.provider_id, starts_on=placement.starts_on
    )
    for row in rolls.select_for_update(of=("self",)):
        row.ends_on = placement.ends_on
        row.full_clean()
        row.save(update_fields=["ends_on"])
