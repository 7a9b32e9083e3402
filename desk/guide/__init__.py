"""The guide: one chapter per role, written in ``docs/guide``, read at the right place from each page."""
