"""What is done with conventions."""
