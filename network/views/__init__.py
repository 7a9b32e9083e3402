"""The pages of the network, one module per subject."""
