"""Fill the instruments that services use, as far as their scoring was read in public material.

Where each figure was read is in docs/sources.md. Bands without a source are drafts from memory:
they are used once a manager has named the source they were checked against.
"""

from django.db import migrations

SDQ = "SDQ (Strengths and Difficulties Questionnaire), ages 4 to 17"
READ = "Teacher, ages 4 to 17: PMC4830858"
NAMES = ["Close to average", "Slightly raised", "High", "Very high"]
LOW_NAMES = ["Close to average", "Slightly lowered", "Low", "Very low"]
# name, highest score, counts in the total, is the total
SDQ_SCALES = [
    ("Emotional problems", 10, True, False),
    ("Conduct problems", 10, True, False),
    ("Hyperactivity", 10, True, False),
    ("Peer problems", 10, True, False),
    ("Total difficulties", 40, False, True),
    ("Prosocial behaviour", 10, False, False),
]
# The lowest scores of the four bands, the best band first; for the prosocial scale it is the one
# with the highest scores.
SDQ_BANDS = {
    "teacher": (
        READ,
        {
            "Emotional problems": [0, 4, 5, 6],
            "Conduct problems": [0, 3, 4, 5],
            "Hyperactivity": [0, 6, 8, 9],
            "Peer problems": [0, 3, 5, 6],
            "Total difficulties": [0, 12, 16, 19],
            "Prosocial behaviour": [6, 5, 4, 0],
        },
    ),
    "parent": (
        "",
        {
            "Emotional problems": [0, 4, 5, 7],
            "Conduct problems": [0, 3, 4, 6],
            "Hyperactivity": [0, 6, 8, 9],
            "Peer problems": [0, 3, 4, 5],
            "Total difficulties": [0, 14, 17, 20],
            "Prosocial behaviour": [8, 7, 6, 0],
        },
    ),
    "pupil": (
        "",
        {
            "Emotional problems": [0, 5, 6, 7],
            "Conduct problems": [0, 4, 5, 6],
            "Hyperactivity": [0, 6, 7, 8],
            "Peer problems": [0, 3, 4, 5],
            "Total difficulties": [0, 15, 18, 20],
            "Prosocial behaviour": [7, 6, 5, 0],
        },
    ),
}


def fill(apps, schema_editor) -> None:
    instrument = apps.get_model("placements", "Instrument")
    scale = apps.get_model("placements", "Scale")
    band = apps.get_model("placements", "Band")
    sdq = instrument.objects.create(
        name=SDQ,
        note="Licensed by Youthinmind: the questions are not held here. Enter the five scores; "
        "another version is another instrument.",
        informants=["teacher", "parent", "pupil"],
    )
    for place, (name, highest, counts, is_total) in enumerate(SDQ_SCALES, start=1):
        is_prosocial = name == "Prosocial behaviour"
        row = scale.objects.create(
            instrument=sdq,
            name=name,
            place=place,
            minimum=0,
            maximum=highest,
            direction="higher" if is_prosocial else "lower",
            counts_in_total=counts,
            is_total=is_total,
        )
        band.objects.bulk_create(
            band(scale=row, informant=informant, name=words, lowest=lowest, source=source)
            for informant, (source, scales) in SDQ_BANDS.items()
            for words, lowest in zip(
                LOW_NAMES if is_prosocial else NAMES, scales[name], strict=True
            )
        )
    leuven = instrument.objects.create(
        name="Leuven scales",
        note="Well-being and involvement by observation (Laevers). The descriptions of the levels "
        "are not held here.",
        informants=["observer"],
    )
    for place, name in enumerate(["Well-being", "Involvement"], start=1):
        scale.objects.create(
            instrument=leuven, name=name, place=place, minimum=1, maximum=5, direction="higher"
        )
    boxall = instrument.objects.create(
        name="Boxall Profile",
        note="Owned by nurtureuk: enter the totals of its two sections. Range, direction and bands "
        "are the council's to set, from its licensed copy.",
        informants=["teacher"],
    )
    for place, name in enumerate(["Developmental strands", "Diagnostic profile"], start=1):
        scale.objects.create(instrument=boxall, name=name, place=place)
    instrument.objects.create(
        name="PASS (Pupil Attitudes to Self and School)",
        note="Commercial; nine factors as percentiles. The council adds the factors from its "
        "licensed copy before it is used.",
        informants=["pupil"],
        is_in_use=False,
    )


class Migration(migrations.Migration):
    dependencies = [("placements", "0006_assessments")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
