"""The pages of lots."""
