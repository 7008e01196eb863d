"""What happens among the actors: schools are taken in, people come, get roles, and leave."""

from accounts.actions.people import CannotAdd, add_person
from accounts.actions.schools import SchoolsResult, import_schools
from accounts.actions.staff import close_account, end_role, give_role, reopen_account, take_on
from apsystem.lib.tables import ImportRefused

__all__ = [
    "CannotAdd",
    "ImportRefused",
    "SchoolsResult",
    "add_person",
    "close_account",
    "end_role",
    "give_role",
    "import_schools",
    "reopen_account",
    "take_on",
]
