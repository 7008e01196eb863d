"""The demo borough: invented schools, pupils and staff, made through actions."""
