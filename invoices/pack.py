"""The month in one ZIP for the accountant: same content, same bytes, names that no person's text can bend."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def file_name(text: str) -> str:
    """A text as part of a file name: ASCII letters, digits and hyphens, at most 60; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60] or "x"


def make_pack(files: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """A ZIP of the files under their names, in order of name, all dated ``made_at``."""
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = ZipInfo(name, made_at.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return output.getvalue()
