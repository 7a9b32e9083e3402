"""What is not shown of households outside the pilot: which cells are hidden, and the proof that they stay so."""
