"""What happens among the actors: schools are taken in, people come, get roles, and leave."""

from accounts.actions.clocks import change_clock
from accounts.actions.keys import make_key, revoke_key
from accounts.actions.people import CannotAdd, add_person
from accounts.actions.personal import (
    arrange_cover,
    check_cover,
    end_cover,
    make_feed,
    revoke_feed,
    set_digest,
)
from accounts.actions.schools import SchoolsResult, import_schools
from accounts.actions.staff import close_account, end_role, give_role, reopen_account, take_on
from apsystem.lib.tables import ImportRefused

__all__ = [
    "CannotAdd",
    "ImportRefused",
    "SchoolsResult",
    "add_person",
    "arrange_cover",
    "change_clock",
    "check_cover",
    "close_account",
    "end_cover",
    "end_role",
    "give_role",
    "import_schools",
    "make_feed",
    "make_key",
    "reopen_account",
    "revoke_feed",
    "revoke_key",
    "set_digest",
    "take_on",
]
