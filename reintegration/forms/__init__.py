"""What people enter about the way back."""
