"""Files that are written once and never changed: kept under the SHA-256 of their bytes, checked when read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

DIGEST = re.compile(r"[0-9a-f]{64}")


class Damaged(RuntimeError):
    """A stored file is missing or its bytes are not the ones that were stored: bring it back from a backup."""


@dataclass(frozen=True)
class Store:
    """A folder of immutable files. A name never comes from a person: it is the digest of the content."""

    folder: Path

    def put(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256 in lower case; storing the same bytes again is harmless.

        Raises Damaged where a file already lies there with other bytes.
        """
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            self.get(digest)
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o440)
        os.replace(file.name, path)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of that digest. Raises Damaged where they are absent or changed, ValueError for no digest."""
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise Damaged(f"{digest} is missing") from error
        if sha256(content).hexdigest() != digest:
            raise Damaged(f"{digest} was changed")
        return content

    def path(self, digest: str) -> Path:
        """Where the file of that digest lies. Raises ValueError for anything that is not a digest."""
        if not DIGEST.fullmatch(digest):
            raise ValueError("This is not a SHA-256.")
        return self.folder / digest[:2] / digest
