"""Files that are written once and never changed: kept under the SHA-256 of their bytes, checked when read."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

DIGEST = re.compile(r"[0-9a-f]{64}")
PIECE = 1 << 20


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes, in lower case."""
    return hashlib.sha256(data).hexdigest()


class Damaged(ValueError):
    """The bytes of a stored file are not the ones that were stored: bring it back from a backup."""


@dataclass(frozen=True)
class Store:
    """A folder of immutable files. A name never comes from a person: it is the digest of the content."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Store the bytes and return their SHA-256 in lower case; storing the same bytes again is harmless.

        Raises Damaged where a file already lies there with other bytes.
        """
        digest = digest_of(data)
        path = self.path(digest)
        if path.exists():
            self.get(digest)
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o440)
        os.replace(file.name, path)
        return digest

    def get(self, sha256: str) -> bytes:
        """The bytes of that digest. Raises FileNotFoundError, Damaged where they changed, ValueError for no digest."""
        content = self.path(sha256).read_bytes()
        if digest_of(content) != sha256:
            raise Damaged(f"{sha256} was changed")
        return content

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of that digest as a stream. Raises FileNotFoundError, ValueError for no digest."""
        return self.path(sha256).open("rb")

    def put_stream(self, stream: BinaryIO) -> tuple[str, int]:
        """Store what a stream yields, a piece at a time; returns its SHA-256 in lower case and its size in bytes."""
        digest, size = hashlib.sha256(), 0
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, delete=False) as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        path = self.path(digest.hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        os.chmod(file.name, 0o440)
        os.replace(file.name, path)
        return digest.hexdigest(), size

    def forget(self, sha256: str) -> None:
        """Delete the file of that digest (a person's proof that is erased); nothing happens where there is none."""
        self.path(sha256).unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the file of that digest lies. Raises ValueError for anything that is not a digest."""
        if not DIGEST.fullmatch(sha256):
            raise ValueError("This is not a SHA-256.")
        return self.folder / sha256[:2] / sha256
