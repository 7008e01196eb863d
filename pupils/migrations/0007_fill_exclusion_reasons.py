"""Fill the reasons of suspensions and permanent exclusions from the shipped file."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "exclusion_reasons.csv"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def fill(apps, schema_editor) -> None:
    reason = apps.get_model("pupils", "ExclusionReason")
    with DATA.open(encoding="utf-8", newline="") as lines:
        reason.objects.bulk_create(
            reason(
                code=row["code"],
                label=row["label"],
                in_force_from=_day(row["in_force_from"]),
                in_force_to=_day(row["in_force_to"]),
                position=position,
                source=row["source"],
            )
            for position, row in enumerate(csv.DictReader(lines))
        )


class Migration(migrations.Migration):
    dependencies = [("pupils", "0006_suspensions_and_exclusions")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
