"""Stand in for AWS's answers to requests."""

from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse


def with_status(status: int) -> Any:
    """Return a listener to `before-send` that answers with a status."""
    raw = HTTPResponse(BytesIO(), preload_content=False)
    return lambda **_: AWSResponse("", status, HTTPHeaders(), raw)
