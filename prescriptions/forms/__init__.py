"""What people type about households, prescriptions and needs."""
