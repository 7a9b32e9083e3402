"""The pages of the house: « À faire », what visitors read."""
