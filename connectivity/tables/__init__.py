"""The lists of connection."""
