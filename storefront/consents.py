"""Boxes of consent: one per purpose, drawn from the room of privacy, never ticked beforehand (F45-F47)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import BooleanField

from storefront.forms import Form
from trade.privacy.rules import PURPOSES

PREFIX = "consent_"


class ConsentForm(Form):
    """A form with a box for each purpose."""

    @property
    def purposes(self) -> list[BooleanField]:
        """The boxes, in their order."""
        return [field for name, field in self._fields.items() if name.startswith(PREFIX)]

    def ticked(self) -> dict[str, str]:
        """The ticked purposes with the words that stood beside the box."""
        return {name: words for name, (words, yes) in self.answers().items() if yes}

    def answers(self) -> dict[str, tuple[str, bool]]:
        """Every purpose with the words shown and the answer."""
        return {box.name.removeprefix(PREFIX): (str(box.label.text), bool(box.data)) for box in self.purposes}


def offered() -> dict[str, str]:
    """The purposes with their words in the reader's language."""
    return {purpose: _(words) for purpose, words in PURPOSES.items()}


def with_purposes(
    form: type[Form], purposes: Mapping[str, str], given: Mapping[str, bool] | None = None
) -> ConsentForm:
    """The form with its boxes; ``given`` shows what the person has agreed to herself before, never a default."""
    boxes = {f"{PREFIX}{purpose}": BooleanField(words) for purpose, words in purposes.items()}
    kind = type("FormWithPurposes", (ConsentForm, form), boxes)
    agreed = {f"{PREFIX}{purpose}": yes for purpose, yes in (given or {}).items() if yes}
    made: ConsentForm = kind(data=agreed)
    return made
