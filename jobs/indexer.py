"""The index process: builds this machine's search index where there is none, and reads changed books again.

``python -m jobs.indexer``, one on each machine that serves web pages. It may be killed at any moment and the index
folder deleted: it goes on, or begins anew (:mod:`trade.catalogue.engines.keeping`).
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from config import logging
from config.settings import load
from jobs.context import Context, open_context
from trade.catalogue.engines.folder import IndexFolder, IndexReader
from trade.catalogue.engines.keeping import Busy, catch_up, rebuild, seen

SECONDS_BETWEEN_LOOKS = 0.3
SEEN_EVERY = timedelta(hours=1)

log = structlog.get_logger(__name__)


def look(context: Context, reader: IndexReader, *, anew: bool = False) -> int:
    """Bring the index up to date once, or build it anew; returns how many books were read. Raises Busy."""
    began = time.monotonic()
    bring = rebuild if anew else catch_up
    read = bring(reader, context.session, at=context.clock.system(), tell=lambda _done, _of: reader.folder.touch())
    reader.folder.touch()
    if read:
        log.info("index brought up to date", books=read, seconds=round(time.monotonic() - began, 2))
    return read


def serve(context: Context) -> None:
    """Look for ever; a database that is away for a while, or another writer, is waited for."""
    reader = IndexReader(IndexFolder(context.config.search_dir))
    said = context.clock.system() - SEEN_EVERY
    broken = reader.folder.opened() is None
    while True:
        try:
            look(context, reader, anew=broken)
            broken = False
            if context.clock.system() - said >= SEEN_EVERY:
                said = context.clock.system()
                with context.session() as session:
                    seen(session, reader.folder, at=said)
        except (OperationalError, Busy) as error:
            log.warning("index waits", reason=type(error).__name__)
            time.sleep(1)
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    settings = load()
    logging.configure(level=settings.log_level, json=settings.production)
    serve(open_context(settings))
