"""What happens in reporting: figures computed, taken in and frozen, targets set, looks noted."""

from apsystem.lib.tables import ImportRefused
from reporting.actions.comparators import ImportResult, import_comparators
from reporting.actions.failures import FAILED
from reporting.actions.figures import compute
from reporting.actions.looks import look
from reporting.actions.packs import (
    change_pack,
    comment,
    delete_pack,
    freeze,
    keep_rows_of_all,
    provider_pack,
    strategy_report,
    write_pack,
)
from reporting.actions.tables import publish_tables
from reporting.actions.targets import review_target, set_target

__all__ = [
    "FAILED",
    "ImportRefused",
    "ImportResult",
    "change_pack",
    "comment",
    "compute",
    "delete_pack",
    "freeze",
    "import_comparators",
    "keep_rows_of_all",
    "look",
    "provider_pack",
    "publish_tables",
    "review_target",
    "set_target",
    "strategy_report",
    "write_pack",
]
