"""What people fill in of a lot."""
