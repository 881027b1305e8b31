"""What a document may load: files of this package and bytes handed in. Nothing else, from nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parent.parent / "web" / "static" / "fonts"
SCHEME = "paper:///"
TYPES = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


class PaperError(RuntimeError):
    """A document could not be made; nothing was stored."""


@cache
def packaged() -> Mapping[str, bytes]:
    """The style sheets and fonts of the package, by the name a document calls them."""
    files = [*TEMPLATES.glob("*.css"), *FONTS.glob("source-*.woff2")]
    return {file.name: file.read_bytes() for file in sorted(files)}


class ClosedFetcher(URLFetcher):
    """Serves ``paper:///name`` from the package and from ``extra``; every other address stops the document.

    ``refused`` lists the addresses that were asked for in vain.
    """

    def __init__(self, extra: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=("paper",), allow_redirects=False, fail_on_errors=True)
        self._files = {**packaged(), **(extra or {})}
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The packaged file. Raises ValueError for anything else; WeasyPrint makes it fatal."""
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self._files:
            self.refused.append(url)
            raise ValueError(f"A document may not load {url}")
        kind = TYPES[Path(name).suffix]
        return URLFetcherResponse(url, self._files[name], {"Content-Type": kind})


__all__ = ["ClosedFetcher", "FatalURLFetchingError", "PaperError", "packaged"]
