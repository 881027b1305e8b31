"""The one guarded way out to addresses that people typed (safety.md R8): https to public hosts, no redirects.

The host is looked up once and the checked address is the one that is connected to, so that a name cannot point
elsewhere in between. No proxy of the environment is used; size and time are bounded for the whole answer.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from trade.base.clock import stopwatch
from trade.base.errors import Refused
from trade.base.text import N_

PORTS = {"https": 443, "http": 80}
CONNECT_SECONDS = 10.0
_PIECE = 1 << 16


class Unreachable(Refused):
    """The other side does not answer now; later it may."""


class Unanswered(Unreachable):
    """The other side was asked, but no answer that can be used came: what it was asked to do may have been done."""


@dataclass(frozen=True)
class Answer:
    """What the other side answered."""

    status: int
    body: bytes
    content_type: str = ""


def checked_address(address: str, *, private: bool = False) -> str:
    """The address, if it may be called. Raises Refused.

    ``private`` is for development only: it lets http and hosts of the own network through.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in ({"https", "http"} if private else {"https"}) or not parts.hostname or parts.fragment:
        raise _no_address()
    if parts.username or parts.password or not address.isascii() or any(c.isspace() for c in address.strip()):
        raise _no_address()
    if port is not None and port != PORTS[parts.scheme] and not private:
        raise Refused(N_("The address may name no other port than that of https."))
    return address.strip()


def get(
    address: str, *, headers: Mapping[str, str], most_bytes: int, seconds: float = 60.0, private: bool = False
) -> Answer:
    """Ask an address. A redirect is an answer like any other: it is not followed.

    Raises Refused for an address that may not be called, Unreachable where it does not answer in time or too much.
    """
    return _ask("GET", address, None, headers, most_bytes, seconds, private)


def post(
    address: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    most_bytes: int,
    seconds: float = 60.0,
    private: bool = False,
) -> Answer:
    """Send a body to an address, once; the same guards as :func:`get`.

    Raises Refused and Unreachable where nothing was sent, Unanswered where the other side may have acted.
    """
    return _ask("POST", address, body, headers, most_bytes, seconds, private)


def _ask(
    method: str,
    address: str,
    body: bytes | None,
    headers: Mapping[str, str],
    most_bytes: int,
    seconds: float,
    private: bool,
) -> Answer:
    parts = urlsplit(checked_address(address, private=private))
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    elapsed = stopwatch()
    numeric = _resolved(host, port, private)
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {**headers, "Host": host if port == PORTS[parts.scheme] else f"{host}:{port}"}
    try:
        with _pool(parts.scheme, numeric, port, host, timeout) as pool:
            asked = pool.request(
                method, target, body=body, headers=sent, redirect=False, retries=False, preload_content=False
            )
            with closing(asked) as response:
                came = bytearray()
                # As it arrives: a whole piece of a server that drips would take longer than all there is.
                while piece := response.read1(_PIECE, decode_content=False):
                    came += piece
                    if len(came) > most_bytes:
                        raise Unanswered(N_("The answer of %(host)s is too large."), host=host)
                    if elapsed() > seconds:
                        raise Unanswered(
                            N_("%(host)s did not answer within %(seconds)s s."), host=host, seconds=int(seconds)
                        )
                return Answer(response.status, bytes(came), response.headers.get("Content-Type", ""))
    except (HTTPError, OSError) as error:
        kind = Unreachable if isinstance(error, NewConnectionError | ConnectTimeoutError) else Unanswered
        raise kind(N_("%(host)s does not answer (%(error)s)."), host=host, error=type(error).__name__) from error


def _pool(scheme: str, numeric: str, port: int, host: str, timeout: urllib3.Timeout) -> urllib3.HTTPConnectionPool:
    if scheme == "https":
        return urllib3.HTTPSConnectionPool(
            numeric, port, timeout=timeout, assert_hostname=host, server_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    return urllib3.HTTPConnectionPool(numeric, port, timeout=timeout)


def _resolved(host: str, port: int, private: bool) -> str:
    """One numeric address of the host; every one that it has must be public."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unreachable(N_("There is no host “%(host)s”."), host=host) from error
    for numeric in found:
        if not private and not _public(numeric):
            raise Refused(N_("“%(host)s” is not an address of the public internet."), host=host)
    return found[0]


def _public(numeric: str) -> bool:
    address = ipaddress.ip_address(numeric.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


def _no_address() -> Refused:
    return Refused(N_("This is no address that can be called; write it like https://stock.example.org/stocks/123."))
