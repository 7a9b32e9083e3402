"""What is done in the network, one module per subject."""
