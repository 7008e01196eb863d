"""The rows of the two collections: what goes into the file, and what is missing in it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from placements.models.census import CensusCode
from placements.models.commissioned import FULL_TIME, SchoolPlacement
from placements.models.placement import Placement
from pupils.models import CensusItems, Pupil
from pupils.models.codes import CareKind, SenProvision

PUPIL = ["UPN", "UPN unknown", "Surname", "Forename", "Date of birth", "Sex"]
PLACE = ["URN", "UKPRN", "Setting type"]
PLACED = [
    "Primary reason",
    "Primary reason (DfE code)",
    "Entry date",
    "Leaving date",
    "Attendance pattern",
    "Attendance pattern (DfE code)",
    "Sessions per week",
]
MORE = [
    "ULN",
    "Ethnicity",
    "Free school meals",
    "Free school meals from",
    "Free school meals until",
    "SEN provision",
    "Primary need",
    "Secondary need",
    "Looked after",
    "Address",
    "Postcode",
    "On roll of",
]
SCHOOL_HEADS = ["School", *PUPIL, *PLACE, *PLACED]
AUTHORITY_HEADS = [*PUPIL, *PLACE, *PLACED, *MORE]
RECORD_HEADS = [
    *SCHOOL_HEADS,
    "Provider",
    "Why",
    "Cost",
    "Cost is for",
    "Quality checks",
    "Progress",
    "Destination",
    "Pupil's rating",
    "Pupil's words",
    "Pupil could not be asked because",
    "Gaps",
]
ITEMS = ["ULN", "First day of free school meals"]
ULN_AGE = 14
Patterns = dict[str, CensusCode]


@dataclass(frozen=True)
class Line:
    """A row of a collection: its cells, what is missing, and where that can be put right.

    `pupil_url` is where what is missing of the pupil is put right, where anything is.
    """

    pupil: Pupil
    where: str
    cells: list[Any]
    missing: list[str]
    url: str
    pupil_url: str = ""


def _pupil(pupil: Pupil) -> list[Any]:
    return [
        pupil.upn or "",
        pupil.upn_unknown,
        pupil.surname,
        pupil.forename,
        pupil.date_of_birth,
        pupil.sex,
    ]


def _placed(
    reason: CensusCode | None,
    starts_on: date,
    last_day: date | None,
    sessions: Decimal | None,
    patterns: Patterns,
) -> list[Any]:
    pattern = None
    if sessions is not None:
        pattern = patterns.get("full-time" if sessions == FULL_TIME else "part-time")
    return [
        reason.label if reason else "",
        (reason.dfe_code or "") if reason else "",
        starts_on,
        last_day,
        pattern.label if pattern else "",
        (pattern.dfe_code or "") if pattern else "",
        sessions,
    ]


def _lacks(
    pupil: Pupil,
    identity: tuple[str, str, CensusCode | None],
    reason: object,
    sessions: object,
) -> list[str]:
    held = {
        "UPN, or why it is not known": pupil.upn or pupil.upn_unknown,
        "URN, UKPRN or setting type": any(identity),
        "Primary reason": reason,
        "Sessions per week": sessions,
    }
    return [name for name, value in held.items() if not value]


def _place(identity: tuple[str, str, CensusCode | None]) -> list[str]:
    urn, ukprn, setting = identity
    return [urn, ukprn, (setting.dfe_code or setting.label) if setting else ""]


def school_lines(rows: Iterable[SchoolPlacement], patterns: Patterns) -> list[Line]:
    """Return the rows of the school census: each placement that touches the period."""
    found = []
    for row in rows:
        cells = [row.school.name, *_pupil(row.pupil), *_place(row.identity)]
        cells += _placed(row.reason, row.starts_on, row.last_day, row.sessions, patterns)
        missing = _lacks(row.pupil, row.identity, row.reason, row.sessions)
        url = reverse("placements:commissioned", args=[row.uid])
        found.append(Line(row.pupil, row.place, cells, missing, url))
    return found


def record_lines(rows: Iterable[SchoolPlacement], patterns: Patterns) -> list[Line]:
    """Return the whole record that a school keeps of its placements, gaps named."""
    rows = list(rows)
    found = []
    for row, line in zip(rows, school_lines(rows, patterns), strict=True):
        checks = "; ".join(
            f"{check.get_theme_display()} on {check.made_on:%d/%m/%Y}: {check.found}"
            for check in row.checks.all()
        )
        cells = [
            *line.cells,
            row.place,
            row.why,
            row.cost,
            row.get_cost_unit_display(),
            checks,
            row.progress,
            row.get_destination_display(),
            row.get_pupil_rating_display() if row.pupil_rating else "",
            row.pupil_words,
            row.pupil_not_asked,
            "; ".join(row.gaps),
        ]
        found.append(Line(row.pupil, row.place, cells, row.gaps, line.url))
    return found


def authority_lines(rows: Iterable[Placement], patterns: Patterns, on: date) -> list[Line]:
    """Return the rows of the council's collection: a pupil's current or last placement.

    Who is in a maintained school is left out.
    """
    found = []
    for row in rows:
        if is_in_maintained_school(row):
            continue
        answer = getattr(row, "census", None)
        identity = _identity(row, answer.setting if answer else None)
        reason, sessions = (answer.reason if answer else None), Decimal(row.sessions_a_week)
        cells = [*_pupil(row.pupil), *_place(identity)]
        cells += _placed(reason, row.starts_on, row.last_day, sessions, patterns)
        more, lacking = _more(row, on)
        missing = [*_lacks(row.pupil, identity, reason, sessions), *lacking, *_unknown(row)]
        url = reverse("placements:census-answer", args=[row.uid])
        items = reverse("pupils:census-items", args=[row.pupil.uid])
        pupil_url = items if set(ITEMS) & set(lacking) else ""
        found.append(Line(row.pupil, row.provider.name, [*cells, *more], missing, url, pupil_url))
    return found


def fourteen(born: date) -> date:
    """Return the 14th birthday, from which on a child has a ULN [memory: high]."""
    year = born.year + ULN_AGE
    is_leap_day = (born.month, born.day) == (2, 29)
    return date(year, 3, 1) if is_leap_day else born.replace(year=year)


def is_in_maintained_school(row: Placement) -> bool | None:
    """Tell whether the pupil is in a school that a local authority maintains; None: not known.

    Those are in the school census, not in the council's (reference 3.1): by the roll of the home
    school, or of a provider that is itself a school.
    """
    places = [row.home_school, *([row.provider] if row.provider.is_registered_school else [])]
    known = {place.is_maintained for place in places}
    return True if True in known else (None if None in known else False)


def _unknown(row: Placement) -> list[str]:
    places = [row.home_school, *([row.provider] if row.provider.is_registered_school else [])]
    return [f"Whether {place} is maintained" for place in places if place.is_maintained is None]


def _identity(row: Placement, setting: CensusCode | None) -> tuple[str, str, CensusCode | None]:
    if row.provider.urn:
        return row.provider.urn, "", None
    return ("", row.provider.ukprn, None) if row.provider.ukprn else ("", "", setting)


def _more(row: Placement, on: date) -> tuple[list[Any], list[str]]:
    pupil = row.pupil
    needs = [need.need_type for need in pupil.needs.all()]
    is_looked_after = any(
        care.kind == CareKind.LOOKED_AFTER
        and care.starts_on <= on
        and (care.ends_on is None or care.ends_on > on)
        for care in pupil.care.all()
    )
    items = getattr(pupil, "census_items", None) or CensusItems()
    cells = [
        items.uln or "",
        pupil.ethnicity,
        "Yes" if pupil.has_free_meals else "No",
        items.starts_on,
        items.last_day,
        pupil.sen_provision,
        needs[0] if needs else "",
        needs[1] if len(needs) > 1 else "",
        "Yes" if is_looked_after else "No",
        pupil.address,
        pupil.postcode,
        row.home_school.name,
    ]
    held = {
        "Ethnicity": pupil.ethnicity,
        "Type of need": needs or pupil.sen_provision == SenProvision.NONE,
        "Address": pupil.address,
        "Postcode": pupil.postcode,
        ITEMS[0]: items.uln or on < fourteen(pupil.date_of_birth),
        ITEMS[1]: items.starts_on or not pupil.has_free_meals,
    }
    return cells, [name for name, value in held.items() if not value]
