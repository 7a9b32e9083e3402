"""What people fill in from the stock to a household."""
