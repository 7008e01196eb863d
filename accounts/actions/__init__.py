"""What happens among the actors: schools are taken in from a register, people are added."""

from accounts.actions.people import CannotAdd, add_person
from accounts.actions.schools import SchoolsResult, import_schools
from apsystem.lib.tables import ImportRefused

__all__ = ["CannotAdd", "ImportRefused", "SchoolsResult", "add_person", "import_schools"]
