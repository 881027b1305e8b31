"""How gunicorn serves the application, under bin/run and under systemd alike (two processes, four threads each).

gunicorn --config config/deploy/gunicorn.conf.py "app:from_environment()"
"""

from config.settings import load

_settings = load()

bind = f"{_settings.bind}:{_settings.port}"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
# A fresh process after some thousand requests keeps memory flat; the jitter keeps them from doing so together.
max_requests = 5_000
max_requests_jitter = 500
# Only the proxy on this machine may say who the visitor is.
forwarded_allow_ips = "127.0.0.1"
accesslog = None
# Its control socket has one fixed place per user: two installations would meet there.
control_socket_disable = True
