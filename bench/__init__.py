"""What the work costs beside the least that it could cost, both measured in one run."""
