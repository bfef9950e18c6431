"""Find a lead's traces in AWS X-Ray by its id.

A trace of Lambda has no subject. One annotated subsegment gives it one, sent to the daemon beside the function as X-Ray
documents it. The SDK does the same, and takes 300 milliseconds to import.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from datetime import datetime

HEADER = b'{"format": "json", "version": 1}\n'


def annotate(lead_id: str | None, now: datetime) -> None:
    """Annotate this function's trace, if drawn, with a lead.

    A lost datagram costs a search, nothing else.
    """
    drawn = dict(part.split("=", 1) for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";") if "=" in part)
    host, _, port = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "").rpartition(":")
    if not (lead_id and host and drawn.get("Sampled") == "1"):
        return
    subsegment = {
        "type": "subsegment",
        "name": "lead",
        "id": os.urandom(8).hex(),
        "trace_id": drawn["Root"],
        "parent_id": drawn["Parent"],
        "start_time": now.timestamp(),
        "end_time": now.timestamp(),
        "annotations": {"lead_id": lead_id},
    }
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.sendto(HEADER + json.dumps(subsegment).encode(), (host, int(port)))
