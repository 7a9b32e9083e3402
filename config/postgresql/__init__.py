"""The PostgreSQL server that Maillon starts for itself when DATABASE_URL is not set."""
