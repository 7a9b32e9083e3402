"""What narrows the lists of reconditioning."""
