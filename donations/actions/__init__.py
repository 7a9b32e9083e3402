"""The pages of actions: those of lots, those of prospects."""
