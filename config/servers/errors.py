"""What can go wrong with the private servers, said so that a person can act on it."""


class ServersError(Exception):
    """A private server cannot be installed or started; the text says what to do about it."""
