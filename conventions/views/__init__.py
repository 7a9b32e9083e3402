"""The pages of conventions."""
