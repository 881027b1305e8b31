"""Every table of the domain, imported once so that the metadata is whole."""

from trade.accounts import models as accounts
from trade.availability import models as availability
from trade.base import models as base
from trade.billing import models as billing
from trade.calendar import models as calendar
from trade.catalogue import models as catalogue
from trade.distributors import models as distributors
from trade.gift_cheques import models as gift_cheques
from trade.members import models as members
from trade.messages import models as messages
from trade.orders import models as orders
from trade.payments import models as payments
from trade.places import models as places
from trade.privacy import models as privacy
from trade.questionnaires import models as questionnaires
from trade.reservations import models as reservations
from trade.shipping import models as shipping
from trade.stock import models as stock
from trade.texts import models as texts
from trade.trastienda import models as trastienda

__all__ = [
    "accounts",
    "availability",
    "base",
    "billing",
    "calendar",
    "catalogue",
    "distributors",
    "gift_cheques",
    "members",
    "messages",
    "orders",
    "payments",
    "places",
    "privacy",
    "questionnaires",
    "reservations",
    "shipping",
    "stock",
    "texts",
    "trastienda",
]
