"""The demonstration: an invented département, told act by act through the services. Never installed in production."""
