"""Forms of the storefront. No consent is ever ticked beforehand (F47): a box's default is off and stays off."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from trade.accounts.rules import SHORTEST_PASSWORD
from trade.base.errors import Refused
from web.language import say

MAIL = [
    InputRequired(_("Write your e-mail address.")),
    Length(max=254),
    Regexp(
        r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message=_("This is no e-mail address: it looks like name@example.org.")
    ),
]


class Form(FlaskForm):
    """A form whose refusals by the domain are shown beside the field they belong to."""

    password_length = SHORTEST_PASSWORD

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the domain at its field, or above the form."""
        target = self._fields.get(refusal.field or "")
        words = say(refusal)
        if isinstance(target, Field):
            target.errors = [*target.errors, words]
        else:
            self.form_errors.append(words)


class SignInForm(Form):
    email = EmailField(_("E-mail address"), MAIL, render_kw={"autocomplete": "username"})
    password = PasswordField(
        _("Password"), [InputRequired(_("Write your password."))], render_kw={"autocomplete": "current-password"}
    )


class SecondFactorForm(Form):
    code = StringField(
        _("Code"),
        [InputRequired(_("Write the code.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
    )


class MailForm(Form):
    email = EmailField(_("E-mail address"), MAIL, render_kw={"autocomplete": "email"})


class NewPasswordForm(Form):
    password = PasswordField(
        _("New password"), [InputRequired(_("Write a new password."))], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _("The same once more"),
        [EqualTo("password", _("The two passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(
        _("Present password"),
        [InputRequired(_("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class RegisterForm(Form):
    name = StringField(
        _("Your name"), [InputRequired(_("Write your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    email = EmailField(_("E-mail address"), MAIL, render_kw={"autocomplete": "email"})
    password = PasswordField(
        _("Password"), [InputRequired(_("Choose a password."))], render_kw={"autocomplete": "new-password"}
    )


class ReserveForm(Form):
    note = StringField(_("Note (optional)"), [Optional(), Length(max=200)])


class JoinForm(Form):
    name = StringField(
        _("Name of the bookshop"), [InputRequired(_("Write the name of the bookshop.")), Length(max=120)]
    )
    city = StringField(_("Town"), [InputRequired(_("Write the town.")), Length(max=80)])
    postcode = StringField(_("Postcode"), [InputRequired(_("Write the postcode.")), Length(max=10)])
    contact_name = StringField(
        _("Your name"), [InputRequired(_("Write your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    contact_email = EmailField(_("E-mail address of the bookshop"), MAIL, render_kw={"autocomplete": "email"})
    contact_phone = TelField(_("Telephone (optional)"), [Optional(), Length(max=30)], render_kw={"autocomplete": "tel"})
    part_of_chain = RadioField(
        _("Does the bookshop belong to a chain?"),
        [InputRequired(_("Answer yes or no."))],
        choices=[SelectChoice("no", _("No, it is independent")), SelectChoice("yes", _("Yes"))],
        description=_("Five premises or more with the same owner or sign are a chain."),
    )
    message = TextAreaField(_("Anything else (optional)"), [Optional(), Length(max=2000)])


class InvitationForm(NewPasswordForm):
    """The first password of somebody invited."""


class ProfileForm(Form):
    name = StringField(
        _("Your name"), [InputRequired(_("Write your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    phone = TelField(_("Telephone (optional)"), [Optional(), Length(max=30)], render_kw={"autocomplete": "tel"})
    locale = SelectField(
        _("Language of our mails"),
        choices=[SelectChoice("es", "Español"), SelectChoice("fr", "Français"), SelectChoice("en", "English")],
    )


class CodeForm(Form):
    """The code an authenticator app shows, to switch the second step on; key and address only redraw the square."""

    key = HiddenField()
    address = HiddenField()
    code = StringField(
        _("Code shown by the app"),
        [InputRequired(_("Write the code.")), Length(max=10)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasswordForm(Form):
    """The present password, for what only its owner may do."""

    password = PasswordField(
        _("Password"), [InputRequired(_("Write your password."))], render_kw={"autocomplete": "current-password"}
    )


class CheckoutForm(Form):
    """Who orders and where it goes. The address is asked for by the order itself, where something is delivered."""

    name = StringField(
        _("Name and surname"),
        [InputRequired(_("Write your name.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(_("E-mail address"), MAIL, render_kw={"autocomplete": "email"})
    phone = TelField(_("Telephone (optional)"), [Optional(), Length(max=40)], render_kw={"autocomplete": "tel"})
    street = StringField(
        _("Street and number"), [Optional(), Length(max=200)], render_kw={"autocomplete": "address-line1"}
    )
    street_more = StringField(
        _("Floor, door (optional)"), [Optional(), Length(max=200)], render_kw={"autocomplete": "address-line2"}
    )
    postcode = StringField(
        _("Postcode"), [Optional(), Length(max=5)], render_kw={"autocomplete": "postal-code", "inputmode": "numeric"}
    )
    city = StringField(_("Town"), [Optional(), Length(max=200)], render_kw={"autocomplete": "address-level2"})
    note = StringField(_("Note for the bookshop (optional)"), [Optional(), Length(max=200)])
    buyer = RadioField(
        _("Who buys?"),
        choices=[
            SelectChoice("person", _("I buy for myself or as a gift")),
            SelectChoice("institution", _("I buy for an institution")),
        ],
        default="person",
    )
    agreed = HiddenField()


class WithdrawForm(Form):
    """Which order somebody withdraws from, known by its number and the address it was placed with."""

    reference = StringField(
        _("Number of the order"),
        [InputRequired(_("Write the number of the order, like V-123.")), Length(max=40)],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(_("E-mail address"), MAIL, render_kw={"autocomplete": "email"})
    which = RadioField(
        _("From what?"),
        choices=[
            SelectChoice("all", _("All books of the order")),
            SelectChoice("some", _("Some of its books")),
        ],
        default="all",
    )
