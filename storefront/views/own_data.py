"""One's own data: downloaded in one click, deleted in two (F42, F48; GDPR articles 15, 17 and 20)."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront import reservations as told
from storefront.frame import account
from storefront.views.profile import me
from trade.privacy.actions.asking import ask_deletion, withdraw_deletion
from trade.privacy.actions.exporting import export_data
from trade.privacy.queries import open_request
from trade.reservations.queries import of_reader
from trade.reservations.states import HOLDING
from web.database import clock, session
from web.limits import limiter


@account.post("/export")
@limiter.limit("10/hour")
def export() -> ResponseReturnValue:
    """Everything held about the person, as a ZIP for people and machines."""
    packed = export_data(session(), person_id=me().person_id, locale=str(get_locale()), at=clock().now())
    session().commit()
    return Response(
        packed,
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"},
    )


@account.get("/delete")
def delete() -> ResponseReturnValue:
    """What deletion does, before the second click; or where the request stands."""
    who, work = me(), session()
    waiting = [row for row in of_reader(work, reader_id=who.person_id) if row.state in HOLDING]
    return render_template(
        "delete_account.html",
        pending=open_request(work, person_id=who.person_id),
        waiting=[told.line(row) for row in waiting],
        works_here=bool(who.workplaces or who.platform_roles),
    )


@account.post("/delete")
def ask_to_delete() -> ResponseReturnValue:
    """The second click: open reservations are given up first, then the request goes to staff with its clock."""
    request = ask_deletion(session(), person_id=me().person_id, at=clock().now(), give_up_reservations=True)
    session().commit()
    flash(_("We have your request, number %(number)s. A mail confirms it.", number=request.id), "ok")
    return redirect(url_for("account.delete"))


@account.post("/delete/withdraw")
def withdraw() -> ResponseReturnValue:
    """Change one's mind before it is done."""
    pending = open_request(session(), person_id=me().person_id)
    if pending is not None:
        withdraw_deletion(session(), request_id=pending.id, at=clock().now())
        session().commit()
        flash(_("Your request is withdrawn; the account stays."), "ok")
    return redirect(url_for("account.home"))
