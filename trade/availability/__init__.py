"""Which bookshops can serve a book, by which of the six ways, nearest first."""
