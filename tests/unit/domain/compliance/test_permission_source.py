"""No call reaches a provider without a permission.

Only the consent rules make one (H1, Q9).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SOURCES = [*sorted((ROOT / "leadtight").rglob("*.py")), *sorted((ROOT / "functions").rglob("*.py"))]
RULES = ROOT / "leadtight/domain/compliance/send_permission.py"
REACHES_SOMEBODY = {
    "send_raw_email",
    "send_email",
    "send_bulk_email",
    "send_text_message",
    "start_outbound_voice_contact",
}
"""Provider calls that reach a person; an SNS `publish` does when it names a `PhoneNumber`."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def findings(source: str, makes_permissions: bool = False) -> list[str]:
    """Return a source's forbidden calls."""
    return [*_sends(ast.parse(source), None), *([] if makes_permissions else _made(ast.parse(source)))]


def _sends(node: ast.AST, within: Function | None) -> Iterator[str]:
    """Yield calls of providers and of our senders without permission.

    A function that takes or decided a permission may make them.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and (name := _reaching(child)) and not _is_permitted(within):
            yield f"line {child.lineno}: {name} without a permission"
        inner = child if isinstance(child, Function) else within
        yield from _sends(child, inner)


def _reaching(call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    texts = name == "publish" and any(keyword.arg == "PhoneNumber" for keyword in call.keywords)
    return name if name in REACHES_SOMEBODY or texts else None


def _is_permitted(function: Function | None) -> bool:
    return function is not None and any(
        isinstance(a.annotation, ast.Name) and (a.arg, a.annotation.id) == ("permission", "Permission")
        for a in function.args.args
    )


def _made(tree: ast.AST) -> Iterator[str]:
    """Yield where a permission is made or changed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "Permission":
            yield f"line {node.lineno}: makes a permission"
        if isinstance(node, ast.Call) and _called(node) == "replace" and _changed(node) == "permission":
            yield f"line {node.lineno}: changes a permission"


def _changed(call: ast.Call) -> str:
    return ast.unparse(call.args[0]) if call.args else ""


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@pytest.mark.slow
def test_no_source_reaches_a_provider_without_a_permission_or_makes_one() -> None:
    by_path = {path: findings(path.read_text(encoding="utf-8"), makes_permissions=path == RULES) for path in SOURCES}
    assert RULES in by_path
    assert {path: lines for path, lines in by_path.items() if lines} == {}


def test_every_sender_takes_a_permission_first() -> None:
    ports = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "leadtight/app/ports").glob("*.py")]
    senders = [
        node
        for port in ports
        for node in ast.walk(port)
        if isinstance(node, Function) and node.name.startswith(("send_", "place_", "post_"))
    ]
    assert {node.name for node in senders} >= {"send_mail", "send_text", "place_call", "post_card"}
    assert all(_is_permitted(node) and node.args.args[1].arg == "permission" for node in senders)


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("def f(to: str):\n    client.send_raw_email(Destinations=[to])", "send_raw_email"),
        ("def f(to: str):\n    run(lambda: client.publish(PhoneNumber=to))", "publish"),
        ("def f(permission: str):\n    client.start_outbound_voice_contact()", "start_outbound_voice_contact"),
        ("def f(to: str):\n    return consent.Permission(address=to)", "makes"),
        ("def f(permission: Permission):\n    return replace(permission, address='x')", "changes"),
    ],
)
def test_the_check_finds_violations(source: str, finding: str) -> None:
    [lines] = findings(source)
    assert finding in lines


def test_the_check_accepts_permitted_code() -> None:
    assert findings("def f(self, permission: Permission):\n    run(lambda: client.publish(PhoneNumber=1))") == []
    assert findings("def f(topic: str):\n    client.publish(TopicArn=topic)") == []
