"""What is measured. Speed is printed as ratios within one run, never asserted."""
