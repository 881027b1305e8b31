"""Who is signed in, as a plain value: views and menus never hold a row of the person."""

from __future__ import annotations

from dataclasses import dataclass

from trade.accounts.permissions import SECOND_FACTOR_ROLES, permissions_of


@dataclass(frozen=True)
class Workplace:
    """A bookshop in which a person has a role."""

    bookshop_id: int
    slug: str
    name: str
    city: str
    state: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Identity:
    """A signed-in person. ``second_factor`` tells whether this session passed it; ``needs_second_factor``
    whether the person has switched it on and this session has not passed it yet."""

    person_id: int
    session_id: int
    name: str
    email: str
    locale: str
    platform_roles: frozenset[str]
    workplaces: tuple[Workplace, ...] = ()
    verified: bool = False
    has_second_factor: bool = False
    second_factor: bool = False

    @property
    def needs_second_factor(self) -> bool:
        """The person's second factor is on, and this session has not shown it."""
        return self.has_second_factor and not self.second_factor

    @property
    def should_have_second_factor(self) -> bool:
        """The person's role is one that works with a second factor."""
        return bool(self.platform_roles & set(SECOND_FACTOR_ROLES))

    def workplace(self, bookshop_id: int | None) -> Workplace | None:
        """The workplace of that id, or the first one where no id is given or it is not hers."""
        for place in self.workplaces:
            if place.bookshop_id == bookshop_id:
                return place
        return self.workplaces[0] if self.workplaces else None

    def permissions(self, bookshop_id: int | None = None) -> frozenset[str]:
        """What the person may do: the platform's roles, and her roles in the bookshop she works in."""
        place = self.workplace(bookshop_id)
        return permissions_of(self.platform_roles | (place.roles if place else frozenset()))
