"""The pages of what is done of conventions, reviews and signatures, declared one line each."""
