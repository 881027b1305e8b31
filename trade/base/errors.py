"""The refusals a rule can give. Each carries a translatable message that names the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trade.base.text import N_, Text


class Refused(Exception):
    """A rule says no; nothing was changed.

    ``text`` is translatable and tells the remedy; ``field`` names the form field it belongs to, if any.
    Its values may come from a file or a form: what no person can read (NUL, half a surrogate) and no database
    keeps is a blank in them.
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        self.text = Text(message, {name: _printable(value) for name, value in values.items()})
        self.field = field
        super().__init__(str(self.text))


def _printable(value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(letter if letter.isprintable() else " " for letter in value)


class NotFound(Refused):
    """The thing does not exist for the one who asks: foreign and absent ids are the same answer (404)."""

    def __init__(self, message: str = N_("This page does not exist, or is not yours."), **values: object) -> None:
        super().__init__(message, field=None, **values)


class NotAllowed(Refused):
    """The role may not do this."""

    def __init__(self, message: str = N_("Your role does not include this action."), **values: object) -> None:
        super().__init__(message, field=None, **values)


class Conflict(Refused):
    """Somebody else changed the thing in between; look at it again before acting."""

    def __init__(
        self,
        message: str = N_("This was changed by somebody else in the meantime. Look at it again before acting."),
        **values: object,
    ) -> None:
        super().__init__(message, field=None, **values)


class NotSet(Refused):
    """A setting that no source gives a number for has not been set yet."""

    def __init__(self, *, key: str) -> None:
        super().__init__(N_("The setting “%(key)s” must be set before this can be done."), key=key)


@contextmanager
def concerning(field: str) -> Iterator[None]:
    """Give a refusal inside the field of the form it belongs to, unless it names one itself."""
    try:
        yield
    except Refused as refusal:
        refusal.field = refusal.field or field
        raise
