"""The search index, one file per engine: ``find`` and ``known_words`` are all that the catalogue asks of it."""
