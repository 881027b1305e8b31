"""The composition root: settings in, one application out. Nobody imports it."""

from __future__ import annotations

import os

from flask import Flask
from flask_wtf import CSRFProtect
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

import backoffice
import storefront
import trade.models  # noqa: F401 - every table
from config import settings
from config.migrate import head
from config.profile import open_profile
from config.settings import ROOT, Config
from invoices.store import Store
from trade.base.clock import Clock
from trade.base.crypto import Keyring
from trade.catalogue.engines.folder import IndexFolder, IndexReader
from trade.trastienda.asking import LiveSource
from web import access, addresses, assets, errors, health, identity, language, limits, security
from web.database import db


def create_app(config: Config, **overrides: object) -> Flask:
    """Build the application for one network. Raises Unguarded where a route has no permission."""
    app = Flask("mostrador", root_path=str(ROOT), static_folder=str(ROOT / "web" / "static"), template_folder=None)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True, "pool_pre_ping": True},
        SESSION_COOKIE_NAME=f"mostrador_{config.network}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2_000,
        TRUSTED_HOSTS=list(config.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "config" / "locale"),
        BASE_URL=config.base_url,
        PRODUCTION=config.production,
    )
    app.config.update(overrides)
    app.extensions["clock"] = Clock(config.clock_file)
    app.extensions["profile"] = open_profile(config)
    app.extensions["store"] = Store(config.files_dir)
    app.extensions["search"] = IndexReader(IndexFolder(config.search_dir))
    app.extensions["live"] = LiveSource(private=not config.production)
    app.extensions["redis"] = Redis.from_url(config.redis_url) if config.redis_url else None
    app.extensions["schema_revision"] = head()
    app.extensions["secret"] = config.secret_key.encode()
    app.extensions["keyring"] = Keyring({name: key.encode() for name, key in config.sealing_keys})
    app.extensions["stripe_address"] = config.stripe_address
    app.extensions["carriers_address"] = config.carriers_address

    addresses.init(app)
    db.init_app(app)
    identity.init(app)
    language.init(app)
    limits.init(app, config.redis_url)
    security.init(app)
    CSRFProtect(app)
    errors.init(app)
    app.register_blueprint(health.health)
    table = {"static": "public", "health.healthz": "public"}
    table |= storefront.init(app)
    table |= backoffice.init(app)
    access.guard(app, table)
    assets.init(app, storefront.BUNDLES)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1) if config.production else app.wsgi_app  # type: ignore[method-assign]
    return app


def from_environment() -> Flask:
    """The application of this process's environment."""
    return create_app(settings.load(os.environ))
