"""Days: working days, where a day begins, days counted inside a query, files for a calendar."""
