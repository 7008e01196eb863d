"""What a changed calendar causes: the days by which referrals are due are counted anew."""

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from referrals.models import Referral
from referrals.models.due import Clocks


@transaction.atomic
def count_again() -> int:
    """Count the due dates that still run by today's calendar. Return how many rows changed.

    What is decided keeps the day by which it was to be decided.
    """
    rows = Referral.objects.with_clocks(localdate()).filter(submitted_at__isnull=False)
    rows = rows.select_related("exclusion").order_by("pk")
    running = list(rows.select_for_update(of=("self",)))
    if not running:
        return 0
    sent = {row.pk: timezone.localtime(row.submitted_at).date() for row in running}
    clocks = Clocks.around({*sent.values(), *(row.event_on for row in running)})
    changed = []
    for referral in running:
        dates = clocks.due_dates(referral, sent[referral.pk])
        if referral.decided_on:
            dates["decide_by"] = referral.decide_by
        if any(getattr(referral, name) != day for name, day in dates.items()):
            for name, day in dates.items():
                setattr(referral, name, day)
            changed.append(referral)
    Referral.objects.bulk_update(changed, ["decide_by", "day_six_on"], batch_size=500)
    return len(changed)
