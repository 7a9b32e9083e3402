"""« À faire »: what waits for whoever acts, one module per family of roles; ``pages`` chooses."""
