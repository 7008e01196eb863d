"""Fill the keys of the collections. DfE's codes stay empty where none was found: docs/sources.md."""

from django.db import migrations

SCHOOL = "label found: DfE spc_school_ap_placement.csv"
AUTHORITY = "label from memory, medium"
GUIDE = "found: copy of DfE 2023 AP census data items (FE News); label found in DfE statistics"
# group, source, (key, label, DfE's code where it was found)
SETS = [
    (
        "school reason",
        SCHOOL,
        [
            ("behaviour", "Off-site placement for behavioural support", None),
            ("mental-health", "Medical condition (mental health need)", None),
            ("physical-health", "Medical condition (physical health need)", None),
            ("suspension", "Suspension", None),
            (
                "permanent-exclusion",
                "Permanent exclusion (where still going through the review process)",
                None,
            ),
            ("other", "Other", None),
        ],
    ),
    (
        "authority reason",
        AUTHORITY,
        [
            ("permanent-exclusion", "Permanent exclusion", None),
            ("mental-health", "Mental health need", None),
            ("physical-health", "Physical health need", None),
            ("ehc-plan", "Setting named on EHC plan", None),
            ("new-arrival", "New arrival without a school place", None),
            ("pregnancy", "Pregnancy or childcare", None),
            ("other", "Other", None),
        ],
    ),
    (
        "setting",
        GUIDE,
        [
            ("nfe", "Non-maintained further education college", "NFE"),
            ("oot", "One on one tuition", "OOT"),
            ("oth", "Other unregistered provider", "OTH"),
            ("wbp", "Work based placement", "WBP"),
        ],
    ),
    (
        "pattern",
        "full or part time found: Arbor; letters not found",
        [("full-time", "Full time", None), ("part-time", "Part time", None)],
    ),
]


def fill(apps, schema_editor) -> None:
    code = apps.get_model("placements", "CensusCode")
    code.objects.bulk_create(
        code(group=group, key=key, label=label, dfe_code=known, source=source, place=place)
        for group, source, rows in SETS
        for place, (key, label, known) in enumerate(rows, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("placements", "0009_school_placements")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
