"""Events of AWS services, as their documentation shows them."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def names(service: str) -> tuple[str, ...]:
    """Return the names of a service's recorded events."""
    return tuple(sorted(file.stem for file in (HERE / service).glob("*.json")))


def recorded(service: str, name: str) -> dict[str, Any]:
    """Return one recorded event."""
    event: dict[str, Any] = json.loads((HERE / service / f"{name}.json").read_text(encoding="utf-8"))
    return event


def wrapped(message: str) -> str:
    """Return a body as SNS writes it without raw delivery."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "3f7c1a0e-0000-5000-8000-000000000001",
            "TopicArn": "arn:aws:sns:eu-central-1:111122223333:leadtight-prod-receipts",
            "Subject": "Amazon SES Email Event Notification",
            "Message": message,
            "Timestamp": "2026-11-23T08:00:12.700Z",
            "SignatureVersion": "1",
            "Signature": "not-a-signature",
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem",
            "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
        }
    )
