"""The control room: what needs somebody now, problems first."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.base import AreaIndexView


class Now(AreaIndexView):
    """The landing page of staff."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What needs somebody now."""
        return self.render("staff/now.html")
