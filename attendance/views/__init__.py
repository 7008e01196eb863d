"""Pages of the registers, and of the calendar that opens and closes them."""
