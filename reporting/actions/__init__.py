"""What happens in reporting: figures are computed, published ones are taken in."""

from apsystem.lib.tables import ImportRefused
from reporting.actions.comparators import ImportResult, import_comparators
from reporting.actions.figures import compute

__all__ = ["ImportRefused", "ImportResult", "compute", "import_comparators"]
