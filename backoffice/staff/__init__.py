"""The staff area ``/staff``: what is wrong now, members, stock, cheques, money, rules, content, privacy, system."""

from __future__ import annotations

from collections.abc import Sequence

from flask_admin import BaseView

from backoffice.area import Area
from backoffice.menu import Group, Item
from backoffice.staff.components import Components
from backoffice.staff.now import Now
from trade.accounts.identity import Identity
from trade.base.tenancy import Scope
from trade.base.text import N_

MENU = (Group("", (Item(N_("Now"), "staff_now.index", "home"),)),)


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Now(name=N_("Now"), endpoint="staff_now", url="/staff"),
        Components(name=N_("Components"), endpoint="staff_components", url="components"),
    )


def scope(who: Identity) -> Scope:
    """Staff see the whole network; what each of them may open is a matter of permissions."""
    return Scope("staff", person_id=who.person_id)


def role(who: Identity) -> str:
    """The person's part, for the foot of the sidebar."""
    return N_("Administrator") if "administrator" in who.platform_roles else N_("Staff")


AREA = Area(
    key="staff",
    name=N_("staff"),
    home="staff_now.index",
    views=views,
    menu=MENU,
    scope=scope,
    permission="staff.enter",
    icon="people",
    role=role,
)
