"""Fill the categories of the Fair Access Protocol from the shipped file."""

import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "fair_access_categories.csv"


def fill(apps, schema_editor) -> None:
    category = apps.get_model("reintegration", "FairAccessCategory")
    with DATA.open(encoding="utf-8", newline="") as lines:
        category.objects.bulk_create(
            category(letter=row["item"], description=row["description"], source=row["source"])
            for row in csv.DictReader(lines)
        )


class Migration(migrations.Migration):
    dependencies = [("reintegration", "0002_panel")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
