"""The private PostgreSQL and Redis of an installation that names none of its own."""
