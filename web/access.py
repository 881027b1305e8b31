"""Every URL demands a permission from one table; a route that is not in it stops the start-up (rule 5).

A table maps endpoints to permissions; ``blueprint.*`` stands for every endpoint of a blueprint that is not
named itself. Who is not signed in is led to the door; who lacks the permission gets 403.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from trade.accounts.permissions import PUBLIC, SENTENCES
from web.identity import half_signed_in, identity, permissions

Table = Mapping[str, str]


class Unguarded(RuntimeError):
    """A route has no permission: the application must not start."""


def permission_for(endpoint: str, table: Table) -> str | None:
    """The permission an endpoint demands, or None where the table does not know it."""
    blueprint = endpoint.rpartition(".")[0]
    return table.get(endpoint) or table.get(f"{blueprint}.*")


def guard(app: Flask, table: Table) -> None:
    """Check that the table names every route of the application, and demand it on every request.

    Raises Unguarded for a route without permission and for a permission without sentence.
    """
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules() if not permission_for(rule.endpoint, table)})
    if missing:
        raise Unguarded(f"These routes have no permission: {', '.join(missing)}")
    unknown = sorted(set(table.values()) - set(SENTENCES))
    if unknown:
        raise Unguarded(f"These permissions have no sentence: {', '.join(unknown)}")
    app.extensions["access_table"] = dict(table)
    app.before_request_funcs.setdefault(None, []).insert(0, _demand)


def _demand() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    permission = permission_for(request.endpoint, current_app.extensions["access_table"])
    if permission is None:
        abort(404)
    if permission == PUBLIC or permission in permissions():
        return None
    if identity() is not None:
        abort(403)
    step = "door.second_factor" if half_signed_in() is not None else "door.sign_in"
    wanted = request.full_path.rstrip("?") if request.method == "GET" else request.script_root + "/"
    return redirect(url_for(step, next=wanted))
