"""Every figure counted once more, in plain Python, from exported rows.

Nothing of the measures is called here: what each one means is written a second time.
"""

from tests.reporting.recount import (
    attendance,
    events,
    onward,
    outreach,
    registers,
    system,
    way_back,
)

FAMILIES = (way_back, onward, attendance, events, outreach, registers, system)
COUNTED = {slug: count for family in FAMILIES for slug, count in family.COUNTED.items()}
