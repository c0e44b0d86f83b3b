"""Django's PostgreSQL backend, for the database that the archive brings along."""
