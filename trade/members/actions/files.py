"""Files people send: proofs, logos. Known by their content, bounded in size, kept once by their hash."""

from __future__ import annotations

import re
from datetime import datetime

from trade.base.errors import Refused
from trade.base.files import FileStore
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import StoredFile
from trade.members.rules import media_type_of

LARGEST_BYTES = 10 * 1024 * 1024
NAME_LENGTH = 120


def keep_file(
    session: TenantSession,
    *,
    store: FileStore,
    data: bytes,
    name: str,
    purpose: str,
    bookshop_id: int | None,
    at: datetime,
) -> StoredFile:
    """Keep a PDF or a picture of at most 10 MiB; the type is read from the content, the name is only for showing.

    Raises Refused for another type, an empty or a too large file.
    """
    if not data:
        raise Refused(N_("This file is empty."), field="file")
    if len(data) > LARGEST_BYTES:
        raise Refused(N_("A file may have at most %(size)s MB."), field="file", size=LARGEST_BYTES // 1024**2)
    media_type = media_type_of(data)
    if media_type is None:
        raise Refused(N_("Send a PDF, PNG or JPEG file."), field="file")
    kept = StoredFile(
        bookshop_id=bookshop_id,
        purpose=purpose,
        name=re.sub(r"[^\w .()-]", "_", name.replace("\\", "/").rpartition("/")[2])[-NAME_LENGTH:] or "file",
        media_type=media_type,
        sha256=store.put(data),
        size=len(data),
        created_at=at,
    )
    session.add(kept)
    session.flush()
    return kept
