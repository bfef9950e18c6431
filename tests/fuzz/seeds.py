"""Seeds of the engines: understood inputs for each target."""

import json
from collections.abc import Mapping

from tests.fuzz.targets import SEEDS
from tests.unit.adapters.inbound.webhooks.deliveries import ALL
from tests.unit.adapters.inbound.webhooks.test_fetching import ANSWERS
from tests.unit.adapters.inbound.webhooks.test_listing import ONE_EACH


def seeds(name: str) -> tuple[bytes, ...]:
    """Return a target's understood inputs, or an empty one."""
    kind, _, of = name.partition("_")
    if kind == "delivery":
        return tuple(example.body for example in ALL.values() if example.webhook.provider == of)
    if kind == "proof":
        return tuple(
            _request(example.request().headers, example.body)
            for example in ALL.values()
            if example.webhook.provider == of
        )
    if kind == "fetched":
        return (json.dumps(ANSWERS[of]).encode(),)
    if kind == "listed":
        return tuple(json.dumps(page).encode() for pages in ONE_EACH[of].values() for page in pages)
    return SEEDS.get(name, (b"",))


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    lines = (f"{name}: {value}" for name, value in headers.items())
    return "\n".join(lines).encode("latin-1") + b"\n\n" + body
