"""The rules of the tiers: change them, and hold a placement against them."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import pattern_words
from placements.models import Placement, TierRule
from placements.models.review import say
from referrals.models import Tier


@dataclass(frozen=True)
class Broken:
    """A rule that a placement breaks: the field it is about, and who may agree to it."""

    field: str
    words: str
    permission: Permission


class NeedsOverride(ValidationError):
    """A placement breaks a rule that some people may set aside, with a reason."""


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


def rules_broken(placement: Placement) -> list[Broken]:
    """Return the rules that a placement breaks as it stands."""
    return _too_long(placement)


def hold_to_rules(placement: Placement, *, override: str, by: User) -> str:
    """Raise NeedsOverride unless the rules are kept or set aside; return what was set aside."""
    broken = rules_broken(placement)
    refused = [rule for rule in broken if not (override and by.can(rule.permission))]
    if refused:
        raise NeedsOverride({rule.field: rule.words for rule in refused})
    return f"{' '.join(rule.words for rule in broken)} Reason: {override}" if broken else ""


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

    A placement that this one follows makes way for it. The pupil's row is locked by the caller. With each session taken once, all placements together
    never hold more than the ten sessions of a week.
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
