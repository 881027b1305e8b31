"""The back room: distributors that serve readers in a bookshop's name (T79-T102)."""
