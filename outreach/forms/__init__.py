"""What people write in outreach, and what schools answer."""
