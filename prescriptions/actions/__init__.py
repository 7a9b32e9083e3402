"""The pages of what is done of households, prescriptions and needs, declared one line each."""
