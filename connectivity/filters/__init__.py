"""What narrows the lists of connection."""
