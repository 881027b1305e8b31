"""One file per kind of server that bookshops' stock is fetched from."""
