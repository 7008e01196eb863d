"""Which children a register asks for, and which codes the line of one child may hold."""

from datetime import date

from django.db import connection

from accounts.models import Organisation, User
from accounts.written import Reader, kept, statement_of
from apsystem.lib.calendar import academic_year
from attendance.models.code import Code, Kind
from attendance.models.expected import expected
from placements.models import Placement

YEARS_OF_COMPULSORY_SCHOOL = range(1, 12)
WHY_ABSENT = [Kind.AUTHORISED, Kind.UNAUTHORISED, Kind.UNABLE]
UNKNOWN = "N"  # absent, and the reason is not known yet


@kept(most=1024)  # the registers of a day, for those who mark them
def _asked_at(provider: Organisation, on: date, session: int, reader: Reader) -> str | None:
    mine = Placement.objects.as_user(reader.user).filter(provider=provider)
    rows = expected(mine, on, session).order_by()
    return statement_of(rows.values_list("pk", "pupil", "pupil__starts_year_1"))


def expected_at(
    provider: Organisation, on: date, session: int, user: User
) -> list[tuple[int, int, int]]:
    """Return placement, pupil and cohort of the lines of a register, within the person's reach.

    One query, and each save of a register asks it.
    """
    if not (asked := _asked_at(provider, on, session, Reader.of(user))):
        return []
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchall()


def is_reason(code: Code) -> bool:
    """Tell whether a code says why somebody is absent, or could not attend."""
    return code.kind in WHY_ABSENT


def why_not(code: str, provider: Organisation, starts_year_1: int, on: date) -> str:
    """Return why the line of a child cannot hold a code that is in force, or nothing.

    Reference 1.2 to 1.4: Z is for who is on no register yet, # for days on which everybody is
    away, X for who is not of compulsory school age, and E ends when alternative provision is made:
    a provider that is itself a school may still suspend.
    """
    if code == "Z":
        return "Z is for a pupil who is not placed yet. This pupil's placement has begun."
    if code == "#":
        return "# is for days on which everybody is away. Enter a closure in the calendar instead."
    if code == "E" and not provider.is_registered_school:
        return "E is for a pupil without alternative provision, and this pupil has it."
    year_group = academic_year(on) - starts_year_1 + 1
    if code == "X" and year_group in YEARS_OF_COMPULSORY_SCHOOL:
        return f"X is not for pupils of compulsory school age. This one is in year {year_group}."
    return ""
