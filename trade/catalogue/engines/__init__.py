"""The search index, one file per engine: find, count, known_words and alike are all that the catalogue asks of it."""
