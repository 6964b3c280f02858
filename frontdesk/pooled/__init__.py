"""A database engine: Django's for PostgreSQL, with a pool of its own."""
