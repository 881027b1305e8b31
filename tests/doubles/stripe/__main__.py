"""A stand-in for Stripe in a process of its own on loopback, for tests and the demo: the real client talks to it.

``python -m tests.doubles.stripe [--port N] [--keep FILE] [--to ADDRESS]`` prints its port on the first line. It keeps
accounts apart by key, answers a repeated idempotency key as before (and refuses it with another body), checks every
parameter against the pinned client's types, signs its webhooks, and goes wrong when asked to (``server.py``). An
account is made by the first use of a key such as ``rk_test_alba0001`` (``store.py``).
"""

from __future__ import annotations

import argparse
import sys

from tests.doubles.stripe.server import serve


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="A stand-in for Stripe on loopback: no money moves.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", default="", help="a file that outlives the process")
    parser.add_argument("--to", default="", help="the application's address: all webhooks go there")
    options = parser.parse_args()
    with serve(options.port, keep_in=options.keep, to=options.to) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
