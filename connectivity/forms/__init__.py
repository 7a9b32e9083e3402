"""What people type about connection files."""
