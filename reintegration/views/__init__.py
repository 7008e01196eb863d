"""Pages of the way back."""
