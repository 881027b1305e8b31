"""Paper: frozen plain data in, bytes out. Nothing here knows a database, a request or the network."""
