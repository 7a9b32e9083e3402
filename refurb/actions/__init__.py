"""The pages of what is done of lots and of devices, declared one line each."""
