"""What people type, one form per verb."""
