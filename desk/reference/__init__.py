"""Reference data as the pilot keeps it: one declaration per family, and everything else follows from it."""
