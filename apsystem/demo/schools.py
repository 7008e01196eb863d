"""Placements that the schools of the demo borough arranged themselves, some with gaps."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.permissions import Role
from apsystem.demo.borough import Borough
from placements import actions
from placements.models import (
    CensusCode,
    CodeSet,
    CostUnit,
    Destination,
    Placement,
    QualityCheck,
    SchoolPlacement,
    Theme,
)
from pupils.models import Pupil

PLACES = ["Bicycle Workshop (demo)", "River Studio (demo)", "City Farm (demo)"]
WEEKS = timedelta(weeks=5)


def seed(borough: Borough, today: date) -> None:
    """Record a placement with gaps, one that is complete, and one that has just begun."""
    by = borough.people[Role.SCHOOL_STAFF]
    school = borough.schools[6]
    placed = Placement.objects.overlapping(today - WEEKS, None).values("pupil")
    pupils = Pupil.objects.on_roll_of([school.pk], today).exclude(pk__in=placed).order_by("pk")
    setting = CensusCode.objects.of(CodeSet.SETTING).get(dfe_code="OTH")
    reason = CensusCode.objects.of(CodeSet.SCHOOL_REASON).get(key="behaviour")
    for number, pupil in enumerate(pupils[: len(PLACES)]):
        is_whole = number == 1
        row = actions.record_own(
            SchoolPlacement(
                provider_name=PLACES[number],
                setting=setting if number else None,
                reason=reason if number else None,
                starts_on=today - WEEKS,
                ends_on=today if is_whole else None,
                sessions=Decimal(4),
                cost=Decimal(95) if is_whole else None,
                cost_unit=CostUnit.DAY if is_whole else "",
                progress="Comes each week, and reads the manuals aloud." if is_whole else "",
                destination=Destination.HOME_SCHOOL if is_whole else "",
                pupil_words="I can mend a chain now." if is_whole else "",
            ),
            pupil=pupil,
            school=school,
            by=by,
        )
        for theme in Theme if is_whole else [Theme.SAFETY]:
            found = "Visited; the papers were seen."
            check = QualityCheck(theme=theme, made_on=today - WEEKS, found=found)
            actions.add_check(row, check, by=by)
