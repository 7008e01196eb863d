"""Pages of placements: offer and answer, follow, run and end; the rules of the tiers."""
