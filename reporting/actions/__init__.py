"""What happens in reporting: figures are computed, published ones are taken in."""

from reporting.actions.comparators import ImportRefused, ImportResult, import_comparators
from reporting.actions.figures import compute

__all__ = ["ImportRefused", "ImportResult", "compute", "import_comparators"]
