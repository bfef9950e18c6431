"""A local server for adapters that request over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the address of a server with this handler.

    It logs nothing.
    """
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    running = ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
