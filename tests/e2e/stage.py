"""The running local stage for user, recipient and operator."""

import html
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3

from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.devstage.info import DevInfo
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message

T = TypeVar("T")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the API."""

    status: int
    headers: dict[str, str]
    body: str


class Stage:
    """One local cloud with the product deployed."""

    def __init__(self, info: DevInfo) -> None:
        self.info = info
        self.table = DynamoTable(info.table, info.region)
        self._opener = urllib.request.build_opener(_Stay)

    def client(self, service: str) -> Any:
        """Return an administrator's client of a service."""
        return boto3.client(  # type: ignore[call-overload]  # any service, by name
            service,
            endpoint_url=self.info.aws_endpoint,
            region_name=self.info.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def output(self, name: str) -> str:
        """Return an output of the stack."""
        [stack] = self.client("cloudformation").describe_stacks(StackName=self.info.stack)["Stacks"]
        return next(str(o["OutputValue"]) for o in stack["Outputs"] if o["OutputKey"] == name)

    def request(self, address: str, body: bytes | None = None, **headers: str) -> Answer:
        """Return the API's answer to a GET or POST.

        A POST has a body; redirects are not followed.
        """
        url = address if address.startswith("http") else f"{self.info.api_url}{address}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data=body, headers=names)
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, _lower(error.headers), error.read().decode())

    def post_lead(self, **fields: Any) -> str:
        """Send a lead as a website does; return its id."""
        answer = self.request("/leads", json.dumps(fields).encode(), content_type="application/json")
        assert answer.status == 202, answer
        return str(json.loads(answer.body)["lead_id"])

    def post_form(self, url: str, fields: dict[str, str]) -> Answer:
        """Send a form as a browser does."""
        return self.request(
            url, urllib.parse.urlencode(fields).encode(), content_type="application/x-www-form-urlencoded"
        )

    def lead(self, lead_id: str) -> Lead:
        """Return a lead from the table."""
        lead = self.table.load(lead_id)
        assert lead is not None, lead_id
        return lead

    def messages(self, lead_id: str, template: str) -> list[Message]:
        """Return a lead's messages of one template."""
        return [m for m in self.table.messages(lead_id) if m.template == template]

    def kinds(self, lead_id: str) -> list[str]:
        """Return the kinds of a lead's events."""
        return [event.kind.value for event in self.table.history(lead_id)]

    def sent_mails(self) -> list[dict[str, Any]]:
        """Return every mail the provider took."""
        address = f"{self.info.aws_endpoint}/_ministack/ses/messages"
        with urllib.request.urlopen(address, timeout=10) as answer:
            content: dict[str, Any] = json.loads(answer.read())
        return [mail for account in content["messages"].values() for mail in account]

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function and return its answer.

        Fails when the function does.
        """
        answer = self.client("lambda").invoke(
            FunctionName=self.output(f"{function.capitalize()}Function"), Payload=json.dumps(event).encode()
        )
        payload = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, payload
        return json.loads(payload or "null")

    def link_secret(self) -> str:
        """Return the name of the secret that signs links."""
        secrets = self.client("secretsmanager").list_secrets()["SecretList"]
        [name] = [str(secret["Name"]) for secret in secrets if "LinkSecret" in secret["Name"]]
        return name

    def outcome_link(self, lead_id: str, template: str = "alert_owner") -> str:
        """Return the outcome address in a template's latest mail.

        It is read from the mail as its reader would.
        """
        message = self.messages(lead_id, template)[-1]
        mail = next(m for m in self.sent_mails() if m["MessageId"] == message.provider_id)
        link = re.search(r"https?://\S+/o/[\w.-]+", html.unescape(str(mail["BodyText"])))
        assert link, mail
        return link.group()

    def press(self, link: str, outcome: str, **fields: str) -> Answer:
        """Open an outcome page, choose, and submit its form."""
        page = self.request(link)
        assert page.status == 200, page
        form = next(part for part in page.body.split("<form")[1:] if 'name="outcome"' in part)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))
        return self.post_form(link, {**hidden, "outcome": outcome, **fields})


def eventually(goal: str, check: Callable[[], T], *, within: float = 30) -> T:
    """Return the first true answer of `check`.

    Fails when none comes in time.
    """
    deadline = time.monotonic() + within
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within} s: {goal}"
        time.sleep(0.25)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
