"""The lists of prescriptions."""
