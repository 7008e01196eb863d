"""What happens in reporting: figures are computed, published ones taken in, looks noted."""

from apsystem.lib.tables import ImportRefused
from reporting.actions.comparators import ImportResult, import_comparators
from reporting.actions.figures import compute
from reporting.actions.looks import look

__all__ = ["ImportRefused", "ImportResult", "compute", "import_comparators", "look"]
