"""The rules of the tiers: change them, and hold a placement against them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import pattern_words
from placements import places
from placements.models import ClosedToNew, Placement, TierRule
from placements.models.review import say
from referrals.models import Tier


@dataclass(frozen=True)
class Broken:
    """A rule that a placement breaks: the field it is about, and who may agree to it."""

    field: str
    words: str
    permission: Permission


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


def hold_to_rules(placement: Placement, *, override: str, by: User, is_new: bool = False) -> str:
    """Raise NeedsOverride unless the rules are kept or set aside; return what was set aside.

    A new placement is also held against the places of the provider, whose row is locked.
    """
    broken = _too_long(placement)
    if is_new:
        broken += no_room(
            placement.provider_id,
            placement.starts_on,
            placement.pupil_id,
            takes_a_place=bool(placement.sessions),
        )
    return set_aside(broken, override=override, by=by)


def set_aside(broken: list[Broken], *, override: str, by: User) -> str:
    """Return in words which rules a person set aside, and why; raise NeedsOverride otherwise."""
    refused = [rule for rule in broken if not (override and by.can(rule.permission))]
    if refused:
        raise NeedsOverride(refused)
    return f"{' '.join(rule.words for rule in broken)} Reason: {override}" if broken else ""


def no_room(provider: int, day: date, pupil: int, *, takes_a_place: bool = True) -> list[Broken]:
    """Return why a provider has no room for a pupil from a day on. Lock the provider's row."""
    place = Organisation.objects.select_for_update().get(pk=provider)
    found = []
    is_there = Placement.objects.running().filter(provider=place, pupil=pupil).exists()
    closed = ClosedToNew.objects.filter(provider=place).on(day).first()
    if closed and not is_there:
        until = f"until {say(closed.last_day)}" if closed.last_day else "until further notice"
        words = (
            f"{place} takes no new placements {until}: {closed.reason}. "
            "Choose another provider or a later first day."
        )
        found.append(Broken("provider", words, Permission.PLACEMENT_OVERRIDE))
    span = places.span_of(day) if takes_a_place else None
    if span is None:
        return found
    cell = places.room(place.pk, span, localdate(), beside=pupil)
    if cell.free is not None and cell.free < 1:
        words = (
            f"No place is free at {place} in {span.half_term}: {cell.commissioned} commissioned, "
            f"{cell.filled} filled, {cell.held} held or offered. Choose another provider or day, "
            "or say why the pupil is to come all the same."
        )
        found.append(Broken("provider", words, Permission.PLACEMENT_OPEN))
    return found


def _too_long(placement: Placement) -> list[Broken]:
    rule = TierRule.objects.on(placement.starts_on).get(placement.tier)
    if rule is None or rule.longest_weeks is None or placement.ends_on is None:
        return []
    if placement.ends_on <= placement.starts_on + timedelta(weeks=rule.longest_weeks):
        return []
    words = (
        f"{placement.get_tier_display()} lasts at most {rule.longest_weeks} weeks. "
        "Choose an earlier last day."
    )
    return [Broken("ends_on", words, Permission.PLACEMENT_OVERRIDE)]


def hold_apart(placement: Placement) -> None:
    """Raise ValidationError where the pupil would be in two places at once.

    A placement that this one follows makes way for it. The pupil's row is locked by the caller.
    With each session taken once, all placements together never hold more than the ten of a week.
    """
    others = Placement.objects.filter(pupil=placement.pupil_id)
    others = others.exclude(pk__in=[row for row in (placement.pk, placement.follows_id) if row])
    others = others.overlapping(placement.starts_on, placement.ends_on).with_register()
    for other in others.select_related("provider"):
        if both := other.sessions & placement.sessions:
            until = f"until {say(other.last_day)}" if other.last_day else "with no last day"
            raise ValidationError(
                {
                    "weekly": f"At {other.provider} already, {until}: {pattern_words(both)}. "
                    "Choose other sessions or days, or end that placement first."
                }
            )
