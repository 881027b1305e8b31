"""Verbs about people: registering, signing in, passwords, second factor, roles."""

from trade.accounts.actions.passwords import ask_recovery, change_password, reset_password, set_password
from trade.accounts.actions.registering import (
    change_profile,
    create_person,
    register,
    resend_verification,
    verify_address,
)
from trade.accounts.actions.roles import (
    Greeting,
    accept_invitation,
    grant_role,
    greet,
    invite,
    take_role,
)
from trade.accounts.actions.second_factor import (
    SecondFactor,
    begin_second_factor,
    confirm_second_factor,
    pass_second_factor,
    switch_off_second_factor,
)
from trade.accounts.actions.signing_in import SignIn, end_session, sign_in, sign_out

__all__ = [
    "Greeting",
    "SecondFactor",
    "SignIn",
    "accept_invitation",
    "ask_recovery",
    "begin_second_factor",
    "change_password",
    "change_profile",
    "confirm_second_factor",
    "create_person",
    "end_session",
    "grant_role",
    "greet",
    "invite",
    "pass_second_factor",
    "register",
    "resend_verification",
    "reset_password",
    "set_password",
    "sign_in",
    "sign_out",
    "switch_off_second_factor",
    "take_role",
    "verify_address",
]
