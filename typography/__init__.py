"""How French is written: figures, days, plurals, quotation marks."""
