"""The pages of reconditioning."""
