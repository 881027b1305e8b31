"""Headers every answer carries: a strict Content-Security-Policy without any inline script or style."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from trade.payments.gateways import stripe

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def init(app: Flask) -> None:
    """Set the headers on every answer; what does not say that it may be kept is never stored by anybody."""
    app.before_request(refuse_nul)
    # Browsers ask for form-action again where a posted form is answered by a redirect: to the page that is paid on.
    pages = app.extensions["stripe_address"] or stripe.PAGES
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {pages}")

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not (request.endpoint or "").endswith("static"):
            # Who may keep an answer says so; files that Flask sends say only "no-cache", which lets them be stored.
            if not (response.cache_control.public or response.cache_control.private):
                response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response


def refuse_nul() -> None:
    """PostgreSQL keeps no NUL in a text: an address that holds one names nothing, a field that does is wrong."""
    if "\0" in request.path:
        abort(404)
    typed = request.form if request.method == "POST" else request.args
    if any("\0" in word for name, words in typed.lists() for word in (name, *words)):
        abort(400)
