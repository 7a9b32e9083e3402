"""The pages of prescriptions."""
