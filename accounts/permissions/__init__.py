"""Who may do what: the whole policy on one page.

A role holds permissions; a permission opens pages and actions. Which rows a person then sees is
the other half of the policy: `scoping.py` and the `reach` beside each model.
"""

from accounts.permissions.grants import (
    GRANTS,
    REACH_ALL,
    REACH_PEOPLE,
    REACH_PROVIDER,
    REACH_SCHOOL,
    Role,
)
from accounts.permissions.permission import MEANINGS, Permission

__all__ = [
    "GRANTS",
    "MEANINGS",
    "REACH_ALL",
    "REACH_PEOPLE",
    "REACH_PROVIDER",
    "REACH_SCHOOL",
    "Permission",
    "Role",
]
