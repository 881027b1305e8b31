"""Parameters as Stripe reads them: nested form fields, each checked against the pinned client's own types.

What the client's ``TypedDict`` does not name is refused as unknown, what it demands may not be missing, a closed list
of words admits no other, numbers and truth values must be written as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import typing_extensions
from stripe import RequestOptions

_PATH = re.compile(r"\[([^\]]*)\]")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
# Names that the options, which every shape inherits, are written with.
_NAMES = {"StripeContext": object, "Mapping": Mapping}
_OPTIONS = frozenset(RequestOptions.__annotations__)
_WRAPPERS = (NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required)


class Wrong(Exception):
    """A request that Stripe refuses: HTTP status, and the fields of its error."""

    def __init__(
        self, message: str, *, param: str = "", code: str = "", status: int = 400, kind: str = "", **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": kind or "invalid_request_error", "message": message, **more}
        if param:
            self.error["param"] = param
        if code:
            self.error["code"] = code


def decode(body: str) -> dict[str, Any]:
    """``a[b][0][c]=1`` as nested mappings; lists keep their numbers as keys until they are checked."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, bracket, _rest = name.partition("[")
        keys = [head, *_PATH.findall(name[len(head) :])] if bracket else [head]
        place = found
        for key in keys[:-1]:
            deeper = place.setdefault(key or str(len(place)), {})
            if not isinstance(deeper, dict):
                raise Wrong(f"Invalid parameter: {name}", param=name)
            place = deeper
        place[keys[-1] or str(len(place))] = value
    return found


def checked(shape: Any, given: dict[str, Any], path: str = "") -> dict[str, Any]:
    """The parameters with their types. Raises Wrong as Stripe does."""
    fields = _fields(shape)
    for name in given:
        if name not in fields:
            where = f"{path}[{name}]" if path else name
            raise Wrong(f"Received unknown parameter: {where}", param=where, code="parameter_unknown")
    for name in shape.__required_keys__ - _OPTIONS:
        if given.get(name, "") == "":
            where = f"{path}[{name}]" if path else name
            raise Wrong(f"Missing required param: {where}.", param=where, code="parameter_missing")
    return {
        name: _value(fields[name], value, f"{path}[{name}]" if path else name)
        for name, value in given.items()
    }  # fmt: skip


@lru_cache(maxsize=256)
def _fields(shape: Any) -> dict[str, Any]:
    hints = get_type_hints(shape, include_extras=True, localns=_NAMES)
    return {name: _unwrapped(hint) for name, hint in hints.items() if name not in _OPTIONS}


def _unwrapped(hint: Any) -> Any:
    while get_origin(hint) in _WRAPPERS:
        hint = get_args(hint)[0]
    return hint


def _value(hint: Any, value: Any, where: str) -> Any:
    hint = _unwrapped(hint)
    if get_origin(hint) in (Union, UnionType):
        return _one_of(get_args(hint), value, where)
    if get_origin(hint) is Literal:
        return _word(get_args(hint), value, where)
    if typing_extensions.is_typeddict(hint):
        return checked(hint, _mapping(value, where), where)
    if get_origin(hint) in (list, Sequence):
        given = _mapping(value, where)
        return [_value(get_args(hint)[0], given[key], f"{where}[{key}]") for key in sorted(given, key=_place)]
    if get_origin(hint) is dict:
        return {name: _text(each, f"{where}[{name}]") for name, each in _mapping(value, where).items()}
    return _plain(hint, value, where)


def _plain(hint: Any, value: Any, where: str) -> Any:
    text = _text(value, where)
    if hint is int:
        if not _WHOLE.fullmatch(text):
            raise Wrong(f"Invalid integer: {text}", param=where, code="parameter_invalid_integer")
        return int(text)
    if hint is bool:
        if text not in {"true", "false"}:
            raise Wrong(f"Invalid boolean: {text}", param=where)
        return text == "true"
    return text


def _one_of(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    """The first of several types that takes the value. Words beside ``str`` are still the only ones Stripe knows."""
    words = tuple(word for hint in hints if get_origin(hint) is Literal for word in get_args(hint))
    structured = [hint for hint in hints if typing_extensions.is_typeddict(hint) or get_origin(hint) in (dict, list)]
    if isinstance(value, dict) and structured:
        return _value(structured[0], value, where)
    if bool in hints and value in {"true", "false"}:
        return value == "true"
    if words and not (int in hints and _WHOLE.fullmatch(str(value))):
        return _word(words, value, where)
    return _value(next(hint for hint in hints if hint is not type(None)), value, where)


def _word(words: tuple[Any, ...], value: Any, where: str) -> str:
    text = _text(value, where)
    if text not in words:
        raise Wrong(f"Invalid {where}: must be one of {', '.join(map(str, words))}", param=where)
    return text


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"Invalid {'array' if value else 'object'}", param=where)
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Wrong("Invalid string", param=where)
    return value


def _place(key: str) -> int:
    return int(key) if key.isdecimal() else 0
