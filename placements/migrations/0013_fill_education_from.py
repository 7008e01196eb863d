"""Write on each referral from when its placement gives education, where a provider accepted one."""

from typing import Any

from django.db import migrations

TAKEN_UP = ["open", "paused", "ended"]


def fill(apps: Any, schema_editor: Any) -> None:
    """Copy the first days; an offer without an answer leaves the day empty."""
    placements = apps.get_model("placements", "Placement").objects.filter(
        status__in=TAKEN_UP, referral__isnull=False, referral__status="accepted"
    )
    referrals = apps.get_model("referrals", "Referral").objects
    for referral, starts_on in placements.values_list("referral", "starts_on").iterator():
        referrals.filter(pk=referral, is_placed=True).update(education_from=starts_on)


class Migration(migrations.Migration):
    """Fill only; the column goes with its own migration."""

    dependencies = [
        ("referrals", "0005_education_from"),
        ("placements", "0012_returns_in"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
