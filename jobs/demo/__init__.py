"""The sample network: everything in it goes through the product's own actions, as people would do it.

Bookshops and books are project files (``config/seeds``); prices, weights, stock, people, reservations, orders and gift
cheques are samples made by arithmetic, the same every time.
"""

from jobs.demo import resending
from jobs.demo.loading import load
from jobs.demo.people import PASSWORD, SignIn, sign_ins
from jobs.demo.till import CARDS

__all__ = ["CARDS", "PASSWORD", "SignIn", "load", "resending", "sign_ins"]
