"""The rules of the tiers: change them, and hold a placement against them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import pattern_words
from placements import places
from placements.models import ClosedToNew, Placement, SchoolPlacement, TierRule, plain
from placements.models.review import say
from pupils.models import Pupil
from referrals.models import Tier

MOST = Decimal(10)
ASK_A_MANAGER = "Or ask a manager, who may agree to it with a reason."
ELSEWHERE = (
    "Something else was agreed for some of these sessions since the offer. Ring the council's "
    "SEND team: it changes the sessions or the days."
)


@dataclass(frozen=True)
class Broken:
    """A rule that a placement breaks: the field it is about, and who may agree to it.

    `kept` is what the record of the placement says of it, where others may read less than whoever
    agreed to it: people of the provider see no place but their own.
    """

    field: str
    words: str
    permission: Permission
    kept: str = ""

    def asked(self) -> "Broken":
        """Return it as it is told to those who cannot agree to it: they can ask who can."""
        return replace(self, words=f"{self.words} {ASK_A_MANAGER}")


class NeedsOverride(ValidationError):
    """A placement breaks rules that some people may set aside, with a reason."""

    def __init__(self, broken: list[Broken]) -> None:
        """Put the words of each rule beside its field."""
        words = defaultdict(list)
        for rule in broken:
            words[rule.field].append(rule.words)
        super().__init__(dict(words))
        self.broken = broken

    def may_be_set_aside(self, *, by: User) -> bool:
        """Tell whether a person may agree to all of them."""
        return all(by.can(rule.permission) for rule in self.broken)


@transaction.atomic
def change_rule(rule: TierRule, *, by: User) -> TierRule:
    """Enter what holds for a tier from a day on. What held before stays, and is not rewritten.

    Whether a tier has a register is its nature, not the council's choice: that is carried over.
    """
    if not by.can(Permission.RULE_CHANGE):
        raise PermissionDenied("this asks for rule.change")
    if rule.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "A rule begins today or later: what was agreed before it stays."}
        )
    rule.has_register = rule.tier != Tier.OUTREACH
    rule.full_clean()
    rule.save()
    return rule


def hold_to_rules(
    placement: Placement, *, override: str, by: User, longer_from: date | None = None
) -> str:
    """Raise NeedsOverride unless the rules are kept or set aside; return what was set aside.

    A placement is also held against the places of the provider, whose row is locked: a new one
    from its first day on, one that becomes longer from the day on which it was to end.
    """
    broken = [*_too_long(placement), *_too_many(placement)]
    place = Organisation.objects.select_for_update().get(pk=placement.provider_id)
    if longer_from is None:
        broken += closed_to_new(place, placement.starts_on, placement.pupil_id)
    start, end = longer_from or placement.starts_on, placement.ends_on
    if placement.sessions and (end is None or start < end):
        field = "last_day" if longer_from else "provider"
        broken += full(place, start, end, placement.pupil_id, field=field)
    return set_aside(broken, override=override, by=by)


def set_aside(broken: list[Broken], *, override: str, by: User) -> str:
    """Return in words which rules a person set aside, and why; raise NeedsOverride otherwise."""
    refused = [rule for rule in broken if not (override and by.can(rule.permission))]
    if refused:
        raise NeedsOverride(
            [rule if by.can(rule.permission) else rule.asked() for rule in refused]
        )
    return (
        f"{' '.join(rule.kept or rule.words for rule in broken)} Reason: {override}"
        if broken
        else ""
    )


def no_room(provider: int, day: date, pupil: int) -> list[Broken]:
    """Return why a provider has no room to hold for a pupil from a day on. Lock the provider's row."""
    place = Organisation.objects.select_for_update().get(pk=provider)
    return [*closed_to_new(place, day, pupil), *full(place, day, day, pupil)]


def closed_to_new(place: Organisation, day: date, pupil: int) -> list[Broken]:
    """Return that a provider takes nobody new on a day, unless the pupil is there."""
    is_there = Placement.objects.running().filter(provider=place, pupil=pupil).exists()
    closed = ClosedToNew.objects.filter(provider=place).on(day).first()
    if not closed or is_there:
        return []
    words = (
        f"{place} {closed.in_words(day)}: {closed.reason}. "
        "Choose another provider or a later first day."
    )
    return [Broken("provider", words, Permission.PLACEMENT_OVERRIDE)]


def full(
    place: Organisation, day: date, until: date | None, pupil: int, *, field: str = "provider"
) -> list[Broken]:
    """Return the first half term, from a day up to another, in which no place is free for a pupil."""
    shown = places.spans_between(day, until)
    for cell in places.room(place.pk, shown, localdate(), beside=pupil):
        if cell.free is not None and cell.free < 1:
            words = (
                f"No place is free at {place} in {cell.half_term}: {cell.commissioned} "
                f"commissioned, {cell.filled} filled, {cell.held} held or offered. Choose another "
                "provider or other days, or say why the pupil is to come all the same."
            )
            return [Broken(field, words, Permission.PLACEMENT_OPEN)]
    return []


def _too_long(placement: Placement) -> list[Broken]:
    limit = TierRule.objects.limit_of(placement)
    if limit is None:
        return []
    if placement.ends_on and placement.ends_on <= limit.past_on and not limit.is_used_up:
        return []
    other = "Choose an earlier last day." if placement.ends_on else "Enter its last day."
    if limit.days_before:
        last = say(limit.past_on - timedelta(days=1))
        other = (
            "Choose another tier." if limit.is_used_up else f"Its last day is {last} or earlier."
        )
    return [Broken("ends_on", f"{limit}. {other}", Permission.PLACEMENT_OVERRIDE)]


def _too_many(placement: Placement) -> list[Broken]:
    """Return whether the week is too full with what the school arranges itself.

    The school keeps that record, and may be late: whoever offers may say why it does not hold.
    """
    if not placement.sessions:
        return []
    end = placement.ends_on or date.max
    rows = SchoolPlacement.objects.filter(pupil=placement.pupil_id, sessions__isnull=False)
    arranged = rows.filter(starts_on__lt=end).not_over(placement.starts_on)
    others = [row for row in (placement, placement.follows) if row]
    total = most_at_once(
        placement.pupil,
        placement.starts_on,
        placement.ends_on,
        own=Decimal(placement.sessions_a_week),
        without=others,
    )
    if total <= MOST or not arranged:
        return []
    said = "; ".join(f"{plain(row.sessions or MOST)} at {row.place}" for row in arranged)
    words = (
        f"The school arranges sessions for this pupil itself: {said}. The week would have "
        f"{plain(total)} of 10. Choose fewer sessions, ask the school to end its placement, or say "
        "why these all the same."
    )
    kept = f"With what the school arranges itself the week has {plain(total)} of 10 sessions."
    return [Broken("weekly", words, Permission.PLACEMENT_OPEN, kept)]


def most_at_once(
    pupil: Pupil,
    start: date,
    end: date | None,
    *,
    own: Decimal,
    without: Iterable[Placement | SchoolPlacement],
) -> Decimal:
    """Return the most sessions a week that a pupil's placements hold on a day of a range.

    They are those of the council and of schools, with `own` more, and without some of them.
    """
    left_out = {(type(row), row.pk) for row in without}
    others = [
        (row.starts_on, row.ends_on, row.sessions)
        for row in SchoolPlacement.objects.filter(pupil=pupil, sessions__isnull=False)
        if (SchoolPlacement, row.pk) not in left_out
    ]
    others += [
        (row.starts_on, row.ends_on, Decimal(row.sessions_a_week))
        for row in Placement.objects.filter(pupil=pupil).overlapping(start, end).with_register()
        if (Placement, row.pk) not in left_out
    ]
    starts = [start, *(first for first, _, _ in others if first > start)]
    within = [day for day in starts if end is None or day < end]
    totals = [
        own + sum(n or 0 for a, b, n in others if a <= day and (not b or b > day))
        for day in within
    ]
    return max(totals, default=own)


def hold_apart(placement: Placement, *, by: User) -> None:
    """Raise ValidationError where the pupil would be in two places at once.

    A placement that this one follows makes way for it. The pupil's row is locked by the caller.
    With each session taken once, the council's never hold more than the ten of a week. Who may not
    see the other placement is told of it without where, when and until when.
    """
    others = Placement.objects.filter(pupil=placement.pupil_id)
    others = others.exclude(pk__in=[row for row in (placement.pk, placement.follows_id) if row])
    others = others.overlapping(placement.starts_on, placement.ends_on).with_register()
    for other in others.select_related("provider"):
        if both := other.sessions & placement.sessions:
            is_seen = Placement.objects.as_user(by).filter(pk=other.pk).exists()
            words = _where(other, both) if is_seen else ELSEWHERE
            raise ValidationError({"weekly": words})


def _where(other: Placement, both: int) -> str:
    until = f"until {say(other.last_day)}" if other.last_day else "with no last day"
    return (
        f"At {other.provider} already, {until}: {pattern_words(both)}. "
        "Choose other sessions or days, or end that placement first."
    )
