"""The pages of what is done of devices from the stock on, and of stocktakes, declared one line each."""
