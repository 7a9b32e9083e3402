"""What people fill in, in the network."""
