"""The lists of reconditioning."""
