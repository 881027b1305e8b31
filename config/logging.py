"""Logs: one line an event on standard error; JSON in production, for people elsewhere."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Never in a log, whoever passes it: values under names like these.
_SECRET = re.compile(r"password|secret|token|cookie|authorization|iban|api_key|cheque_code", re.IGNORECASE)
HIDDEN = "[hidden]"


def configure(*, level: str = "INFO", json: bool = False) -> None:
    """Send both structlog's and the standard library's events through the same lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = _for_machines() if json else [_for_people()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of keys that name a secret."""
    for key in event:
        if _SECRET.search(key):
            event[key] = HIDDEN
    return event


def _for_people() -> Any:
    # Plain tracebacks: the pretty ones show the values of variables, and those may be personal data.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _for_machines() -> list[Any]:
    # Line breaks in values are escaped by JSON itself: no forged lines.
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
