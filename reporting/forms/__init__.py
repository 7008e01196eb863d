"""The forms of reporting."""
