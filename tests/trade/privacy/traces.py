"""Searching a whole installation for a person: every table, every file, Redis."""

from __future__ import annotations

from collections.abc import Sequence

from redis import Redis
from sqlalchemy import create_engine, inspect, text

from tests.conftest import House


def traces(house: House, markers: Sequence[str]) -> dict[str, int]:
    """Where one of the markers stands, and how often: tables by name, ``file`` and ``redis``."""
    wanted = [marker.lower() for marker in markers]
    found: dict[str, int] = {}

    def look(place: str, words: str) -> None:
        if any(marker in words.lower() for marker in wanted):
            found[place] = found.get(place, 0) + 1

    engine = create_engine(house.owner_url)
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT to_jsonb(t)::text AS words FROM "{table}" t')):
                look(table, row.words)
    engine.dispose()
    for path in house.folder.rglob("*"):
        if path.is_file():
            look("file", path.read_bytes().decode("latin-1"))
    with Redis.from_url(house.redis_url) as redis:
        for key in redis.scan_iter():
            look("redis", f"{key!r} {redis.dump(key)!r}")
    return found
