"""The pages of connection."""
