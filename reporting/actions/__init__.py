"""What happens in reporting: figures are computed and laid out monthly, published ones taken in, targets set, looks noted."""

from apsystem.lib.tables import ImportRefused
from reporting.actions.comparators import ImportResult, import_comparators
from reporting.actions.figures import compute
from reporting.actions.looks import look
from reporting.actions.tables import publish_tables
from reporting.actions.targets import review_target, set_target

__all__ = [
    "ImportRefused",
    "ImportResult",
    "compute",
    "import_comparators",
    "look",
    "publish_tables",
    "review_target",
    "set_target",
]
