"""Whether another record looks like the child of a referral, or like a sister or brother."""

from django.db.models import F

from apsystem.lib.conditions import Condition

TWIN = """
    EXISTS (
        SELECT FROM pupils_pupil AS other WHERE other.id <> {0} AND other.date_of_birth = {1}
          AND (upper(other.surname) = upper({2}) OR upper(other.forename) = upper({3}))
    )
"""
SIBLING = """
    EXISTS (
        SELECT FROM pupils_pupil AS other WHERE other.id <> {0} AND other.postcode = {1}
          AND other.address = {2} AND other.postcode <> '' AND other.address <> ''
    )
"""


def hints() -> dict[str, Condition]:
    """Return what a query of referrals can tell of each."""
    birth, *names = (F(f"pupil__{name}") for name in ("date_of_birth", "surname", "forename"))
    home = (F("pupil__postcode"), F("pupil__address"))
    return {
        "has_twin": Condition(TWIN, F("pupil_id"), birth, *names),
        "has_sibling": Condition(SIBLING, F("pupil_id"), *home),
    }
