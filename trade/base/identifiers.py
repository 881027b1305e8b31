"""Numbers and addresses that carry their own check: tax ids, IBANs, e-mail and web addresses.

Each reader takes what a person typed, returns the one form that is stored, or raises Refused saying what is
wrong. Tax ids are checked by python-stdnum, IBANs by schwifty, whose registry also knows BIC and bank.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from schwifty import IBAN
from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException
from schwifty.exceptions import InvalidLength as WrongLength
from stdnum.es import nif as spanish_nif
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import siren, siret

from trade.base.errors import Refused
from trade.base.text import N_

MAIL_LENGTH = 254
_MAIL = re.compile(r"^[^\s@<>()\[\],;:\\\"]+@(?:[^\s@.<>()\[\],;:\\\"]+\.)+[^\s@.<>()\[\],;:\\\"]{2,}$")
_PHONE = re.compile(r"^\+?[0-9][0-9 ().-]{5,24}$")


def tax_id(typed: str, *, country: str) -> str:
    """The tax id as stored: Spain NIF (DNI, NIE or CIF), France SIREN or SIRET, a leading country code dropped.

    A French VAT number (FR + key + SIREN) is checked against its key and stored as its SIREN. Raises Refused
    (T116), KeyError for a country that is not ours.
    """
    check = {"ES": _spanish_tax_id, "FR": _french_tax_id}[country]
    compact = re.sub(r"[\s.\-/]", "", typed).upper()
    if not compact:
        raise Refused(N_("Type the tax id."))
    return check(compact)


def vat_id(stored: str, *, country: str) -> str:
    """The intra-community VAT number of a stored tax id: ``ESB58378431``, ``FR83404833048``."""
    if country == "FR":
        root = stored[:9]
        return f"FR{_french_key(root)}{root}"
    return f"{country}{stored}"


def iban(typed: str) -> str:
    """The IBAN without spaces, its check digits and its country's structure right (T130). Raises Refused."""
    compact = re.sub(r"[\s.\-]", "", typed).upper()
    if not compact:
        raise Refused(N_("Type the IBAN of the bank account."))
    try:
        return str(IBAN(compact))
    except InvalidChecksumDigits as error:
        raise Refused(N_("The check digits of this IBAN do not match: a digit is mistyped.")) from error
    except WrongLength as error:
        raise Refused(
            N_("This IBAN has %(length)s characters, which is not the length of its country."), length=len(compact)
        ) from error
    except SchwiftyException as error:
        raise Refused(N_("This is not an IBAN. It begins with the country code, for example ES or FR.")) from error


def bank_of(stored_iban: str) -> tuple[str, str]:
    """BIC and name of the bank of a stored IBAN, empty where the registry does not know them."""
    try:
        account = IBAN(stored_iban)
        return str(account.bic or ""), str(account.bank_name or "")
    except SchwiftyException:
        return "", ""


def spaced_iban(stored: str) -> str:
    """An IBAN in groups of four, as printed."""
    return " ".join(stored[start : start + 4] for start in range(0, len(stored), 4))


def masked_iban(stored: str) -> str:
    """Country, check digits and the last four characters, for mails and lists: ``ES91 •••• 1332``."""
    return f"{stored[:4]} •••• {stored[-4:]}" if stored else ""


def mail_address(typed: str) -> str:
    """An e-mail address, trimmed and in lower case: that form is compared and stored. Raises Refused."""
    address = typed.strip().lower()
    if len(address) > MAIL_LENGTH or ".." in address or not _MAIL.match(address):
        raise Refused(N_("This is not an e-mail address. Write it like name@example.org."))
    return address


def web_address(typed: str) -> str:
    """An http or https address; ``https://`` is added where no scheme was typed. Raises Refused."""
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    fine = host and "." in host and parts.scheme in ("http", "https") and not parts.username
    if not fine or re.search(r"\s", address):
        raise Refused(N_("This is not a web address. Write it like https://www.example.org."))
    return address


def phone(typed: str) -> str:
    """A telephone number as it will be shown. Raises Refused."""
    number = " ".join(typed.split())
    if not _PHONE.match(number):
        raise Refused(N_("This is not a telephone number. Use digits and spaces, with + before the country code."))
    return number


def _spanish_tax_id(compact: str) -> str:
    try:
        return str(spanish_nif.validate(compact))
    except InvalidLength as error:
        raise Refused(N_("A NIF has nine characters, for example B12345674.")) from error
    except InvalidChecksum as error:
        raise Refused(N_("The check character of this NIF does not match: a character is mistyped.")) from error
    except ValidationError as error:
        raise Refused(N_("This is not a Spanish NIF, NIE or CIF. It has nine letters and digits.")) from error


def _french_tax_id(compact: str) -> str:
    if compact.startswith("FR"):
        return _french_vat_id(compact)
    number = siret if len(compact) > 9 else siren
    try:
        return str(number.validate(compact))
    except InvalidLength as error:
        raise Refused(N_("A SIREN has 9 digits and a SIRET 14.")) from error
    except InvalidFormat as error:
        raise Refused(N_("A SIREN or SIRET has digits only.")) from error
    except ValidationError as error:
        raise Refused(N_("The check digit of this SIREN or SIRET does not match: a digit is mistyped.")) from error


def _french_vat_id(compact: str) -> str:
    root = _french_tax_id(compact[4:] or "0")
    # New-style keys with letters exist for foreign companies; only numeric keys can be checked here.
    if compact[2:4].isdigit() and compact[2:4] != _french_key(root):
        raise Refused(N_("The key of this VAT number does not match its SIREN: a digit is mistyped."))
    return root


def _french_key(root: str) -> str:
    return f"{(12 + 3 * (int(root) % 97)) % 97:02d}"
