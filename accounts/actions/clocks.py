"""What happens to the rules of the clocks: a new one holds from a day on, the old ones stay."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import ClockRule, User
from accounts.permissions import Permission


@transaction.atomic
def change_clock(rule: ClockRule, *, by: User) -> ClockRule:
    """Enter how many school days something may take from a day on. What runs is counted again."""
    if not by.can(Permission.RULE_CHANGE):
        raise PermissionDenied("this asks for rule.change")
    if rule.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "A rule begins today or later: what was counted before it stays."}
        )
    rule.full_clean()
    rule.save()
    work.post("calendar.changed", day=rule.starts_on.isoformat())
    return rule
