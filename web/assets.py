"""Static files out of memory: read and compressed once a process, kept for ever by browsers under a versioned address.

``url_for`` of a static endpoint adds ``v``, a digest of the contents; so do addresses inside stylesheets. What is
asked for with the right ``v`` never changes; without it the browser asks again each time (ETag). A bundle is one
stylesheet made of several, under an address of its own.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from flask import Flask

from web.security import POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEPT = "public, max-age=31536000, immutable"
ASKED = "public, no-cache"
TYPES = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
PACKED = {".css", ".js", ".svg", ".json", ".txt", ".html", ".webmanifest", ".map", ".md"}
_ADDRESS = re.compile(r"""url\((["']?)(?!data:|https?:)([^"')]+)\1\)""")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


class Asset(NamedTuple):
    """A file as it is sent: plain, gzipped where that helps, its type and the digest of its contents."""

    body: bytes
    packed: bytes
    type: str
    version: str


class Source(NamedTuple):
    """Where files come from: the endpoint that names them, the address before their names, their folder."""

    endpoint: str
    prefix: str
    folder: str


class Assets:
    """The files of an application in front of it; what is not among them is passed on."""

    def __init__(self, application: WSGIApplication, files: Mapping[str, Asset]) -> None:
        self.application = application
        self.files = files

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer for a file (200 or 304), or let the application answer."""
        asset = self.files.get(environ.get("PATH_INFO", ""))
        if asset is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.application(environ, start_response)
        wanted = parse_qs(environ.get("QUERY_STRING", "")).get("v", [""])[0]
        tag = f'W/"{asset.version}"'
        headers = [
            ("Cache-Control", KEPT if wanted == asset.version else ASKED),
            ("ETag", tag),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Content-Security-Policy", POLICY),
        ]
        if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return []
        body = asset.body
        headers.append(("Content-Type", asset.type))
        if asset.packed:
            headers.append(("Vary", "Accept-Encoding"))
            if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
                body = asset.packed
                headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []


def init(app: Flask, bundles: Mapping[str, Sequence[str]]) -> None:
    """Serve the static files of the application and its blueprints; to be called when all are registered.

    ``bundles`` maps the address of a stylesheet to the addresses of those it is made of.
    """
    holders: list[tuple[str, Any]] = [("static", app)]
    holders += [(f"{name}.static", blueprint) for name, blueprint in app.blueprints.items()]
    sources = tuple(
        Source(endpoint, f"{holder.static_url_path}/", holder.static_folder)
        for endpoint, holder in holders
        if holder.has_static_folder
    )
    files = loaded(sources, tuple((address, tuple(parts)) for address, parts in bundles.items()))
    prefixes = {source.endpoint: source.prefix for source in sources}

    @app.url_defaults
    def with_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in prefixes and "v" not in values:
            asset = files.get(f"{prefixes[endpoint]}{values.get('filename')}")
            if asset is not None:
                values["v"] = asset.version

    app.wsgi_app = Assets(app.wsgi_app, files)  # type: ignore[method-assign]


@lru_cache(maxsize=4)
def loaded(sources: tuple[Source, ...], bundles: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Asset]:
    """Every file by its address. Read once a process: a changed file is seen after a restart."""
    bodies = {
        source.prefix + path.relative_to(source.folder).as_posix(): path.read_bytes()
        for source in sources
        for path in sorted(Path(source.folder).rglob("*"))
        if path.is_file()
    }
    versions = {address: digest(body) for address, body in bodies.items()}
    sheets = {
        address: with_versions(address, body, versions) for address, body in bodies.items() if address.endswith(".css")
    }
    sheets |= {address: b"".join(sheets[part] for part in parts) for address, parts in bundles}
    return {address: asset(address, body) for address, body in (bodies | sheets).items()}


def with_versions(address: str, body: bytes, versions: Mapping[str, str]) -> bytes:
    """A stylesheet without comments, each address in it absolute and with its version."""
    folder = posixpath.dirname(address)

    def versioned(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[2]))
        return f'url("{target}?v={versions[target]}")' if target in versions else found[0]

    return _ADDRESS.sub(versioned, _COMMENT.sub("", body.decode())).encode()


def asset(address: str, body: bytes) -> Asset:
    """A file ready to be sent."""
    suffix = posixpath.splitext(address)[1]
    kind = TYPES.get(suffix) or mimetypes.guess_type(address)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if suffix in PACKED else b""
    return Asset(body, packed if len(packed) < len(body) else b"", kind, digest(body))


def digest(body: bytes) -> str:
    """What names the contents of a file: sixteen letters of its SHA-256."""
    return hashlib.sha256(body).hexdigest()[:16]
