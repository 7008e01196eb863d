"""Pages that read across: my day, search, a child's page, the figures, who looked."""
