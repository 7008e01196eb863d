"""Fill the table of attendance codes from the shipped file."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "codes.csv"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def fill(apps, schema_editor) -> None:
    code = apps.get_model("attendance", "Code")
    with DATA.open(encoding="utf-8", newline="") as lines:
        code.objects.bulk_create(
            code(
                code=row["code"],
                meaning=row["meaning"],
                kind=row["class"],
                in_force_from=_day(row["in_force_from"]),
                in_force_to=_day(row["in_force_to"]),
                position=position,
                source=row["source"],
            )
            for position, row in enumerate(csv.DictReader(lines))
        )


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
