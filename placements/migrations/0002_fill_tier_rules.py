"""Fill the rules of the three tiers as the strategy states them; the council sets the limits."""

from datetime import date

from django.db import migrations

START = date(2023, 9, 1)


def fill(apps, schema_editor) -> None:
    rule = apps.get_model("placements", "TierRule")
    rule.objects.bulk_create(
        [
            rule(tier=1, starts_on=START, longest_weeks=None, has_register=False),
            rule(tier=2, starts_on=START, longest_weeks=None, has_register=True),
            rule(tier=3, starts_on=START, longest_weeks=None, has_register=True),
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
