"""What bookshops have: stock files, what changed since the last one, what of it may be shown."""
