"""Pages of the actors: for whom a person acts, and who holds which role."""
