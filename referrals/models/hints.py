"""Whether another record looks like the child of a referral, or like a sister or brother."""

from django.db.models import F

from apsystem.lib.conditions import Condition
from pupils.models.search import HOME, TWIN

ANOTHER = "EXISTS (SELECT FROM pupils_pupil AS other WHERE other.id <> {{0}} AND {})"


def hints() -> dict[str, Condition]:
    """Return what a query of referrals can tell of each."""
    return {
        "has_twin": _another(TWIN, "date_of_birth", "surname", "forename"),
        "has_sibling": _another(HOME, "postcode", "address"),
    }


def _another(rule: str, *names: str) -> Condition:
    theirs = [f"other.{name}" for name in names]
    own = [f"{{{place}}}" for place, _ in enumerate(names, start=1)]
    columns = (F(f"pupil__{name}") for name in names)
    return Condition(ANOTHER.format(rule.format(*theirs, *own)), F("pupil_id"), *columns)
