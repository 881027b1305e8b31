"""The plain page on which a reader pays: the card's number decides what happens (``cards.py``)."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.doubles.stripe.store import Thing

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "pay": "Pay",
        "card": "Card number",
        "until": "Expires (MM/YY)",
        "code": "Security code",
        "name": "Name on the card",
        "back": "Back to the shop",
        "trial": "Stand-in for Stripe: no money moves.",
        "try": "Try 4242 4242 4242 4242 (paid), 4000 0025 0000 3155 (the bank asks), 4000 0000 0000 9995 (declined).",
        "ask": "Your bank asks: is it you who pays?",
        "yes": "Yes, pay",
        "no": "No",
        "over": "This page has ended.",
        "unknown": "This is not a test card.",
        "declined": "The card was declined. Try another one.",
        "not_you": "The bank could not confirm that it is you. Try again or take another card.",
    },
    "es": {
        "pay": "Pagar",
        "card": "Número de la tarjeta",
        "until": "Caducidad (MM/AA)",
        "code": "Código de seguridad",
        "name": "Nombre en la tarjeta",
        "back": "Volver a la tienda",
        "trial": "Simulador de Stripe: no se mueve dinero.",
        "try": "Pruebe 4242 4242 4242 4242 (paga), 4000 0025 0000 3155 (pregunta el banco), 4000 0000 0000 9995 (no).",
        "ask": "Su banco pregunta: ¿es usted quien paga?",
        "yes": "Sí, pagar",
        "no": "No",
        "over": "Esta página ya no está activa.",
        "unknown": "No es una tarjeta de prueba.",
        "declined": "La tarjeta ha sido rechazada. Pruebe con otra.",
        "not_you": "El banco no ha podido confirmar que es usted. Inténtelo de nuevo o use otra tarjeta.",
    },
    "fr": {
        "pay": "Payer",
        "card": "Numéro de la carte",
        "until": "Expiration (MM/AA)",
        "code": "Code de sécurité",
        "name": "Nom sur la carte",
        "back": "Retour à la boutique",
        "trial": "Simulateur de Stripe : aucun argent ne circule.",
        "try": "Essayez 4242 4242 4242 4242 (payé), 4000 0025 0000 3155 (banque), 4000 0000 0000 9995 (refusée).",
        "ask": "Votre banque demande : est-ce bien vous qui payez ?",
        "yes": "Oui, payer",
        "no": "Non",
        "over": "Cette page n’est plus active.",
        "unknown": "Ce n’est pas une carte de test.",
        "declined": "La carte a été refusée. Essayez-en une autre.",
        "not_you": "La banque n’a pas pu confirmer que c’est vous. Réessayez ou prenez une autre carte.",
    },
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f5f5f2;color:#1c1c1a}"
    "main{max-width:26rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #ddd;border-radius:8px}"
    "h1{font-size:1.75rem;margin:0}label{display:block;margin-top:1rem}"
    "input{width:100%;box-sizing:border-box;font:inherit;padding:.6rem;border:1px solid #767676;border-radius:6px}"
    "button{width:100%;margin-top:1.25rem;padding:.75rem;font:inherit;border:0;border-radius:6px;background:#1c4fd6;"
    "color:#fff}button.plain{background:#fff;color:#1c1c1a;border:1px solid #767676}"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.wrong{color:#a3201b}"
    ".small{font-size:.875rem;color:#55554f}"
    "@media(max-width:30rem){main{margin:0;border:0;border-radius:0}}"
)


def words_of(session: Thing) -> tuple[str, dict[str, str]]:
    """The session's language and its words."""
    language = str(session.get("locale") or "en")[:2]
    return (language, WORDS[language]) if language in WORDS else ("en", WORDS["en"])


def _amount(session: Thing) -> str:
    return f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"


def _page(language: str, title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    ).encode()


def pay_page(session: Thing, *, wrong: str = "", given: dict[str, Any] | None = None) -> bytes:
    """The form; ``wrong`` is the word of what was refused."""
    language, words = words_of(session)
    typed = given or {}

    def field(name: str, label: str, more: str) -> str:
        value = escape(str(typed.get(name, "")), quote=True)
        return f'<label>{escape(words[label])}<input name="{name}" value="{value}" {more} required></label>'

    number = field("number", "card", 'inputmode="numeric" autocomplete="cc-number"')
    until = field("until", "until", 'autocomplete="cc-exp"')
    code = field("code", "code", 'inputmode="numeric" autocomplete="cc-csc"')
    name = field("name", "name", 'autocomplete="cc-name"')
    address = escape(session["cancel_url"] or "", quote=True)
    back = f'<p><a href="{address}">{words["back"]}</a></p>' if address else ""
    problem = f'<p class="wrong" role="alert">{escape(words[wrong])}</p>' if wrong else ""
    body = (
        f"<p>{escape(session['_name'])}</p><h1>{_amount(session)}</h1>{problem}"
        f'<form method="post">{number}<div class="two">{until}{code}</div>{name}'
        f"<button>{words['pay']} {_amount(session)}</button></form>{back}"
        f'<p class="small">{words["trial"]}<br>{words["try"]}</p>'
    )
    return _page(language, f"{words['pay']} {_amount(session)}", body)


def bank_page(session: Thing, number: str) -> bytes:
    """The bank's step (3-D Secure)."""
    language, words = words_of(session)
    hidden = f'<input type="hidden" name="number" value="{escape(number, quote=True)}">'
    body = (
        f"<h1>{escape(words['ask'])}</h1><p>{escape(session['_name'])}: {_amount(session)}</p>"
        f'<form method="post">{hidden}<button name="bank" value="yes">{words["yes"]}</button>'
        f'<button class="plain" name="bank" value="no">{words["no"]}</button></form>'
    )
    return _page(language, words["ask"], body)


def over_page(session: Thing) -> bytes:
    """A session that has ended."""
    language, words = words_of(session)
    return _page(language, words["over"], f"<h1>{escape(words['over'])}</h1>")
