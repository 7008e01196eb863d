"""Pages that change a child's record, and the letters about the child."""
