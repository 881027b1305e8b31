"""What the domain knows of stored files: bytes go in, a SHA-256 comes out."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class FileStore(Protocol):
    """A write-once store addressed by content (``invoices/store.py`` keeps it under the data folder)."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; the same bytes are kept once."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes of that hash, checked. Raises FileNotFoundError, or ValueError where they are damaged."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of that hash as a stream, for files too large to hold; the caller closes it and checks nothing.

        Raises FileNotFoundError.
        """
        ...

    def put_stream(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep what a stream yields; returns its SHA-256 in hexadecimal and its size in bytes."""
        ...

    def forget(self, sha256: str) -> None:
        """Delete the bytes of that hash, for good; deleting what is not there is harmless."""
        ...
