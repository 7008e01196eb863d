"""The register as it comes back from the page, and the forms of the calendar."""
