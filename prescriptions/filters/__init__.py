"""What narrows the lists of prescriptions."""
