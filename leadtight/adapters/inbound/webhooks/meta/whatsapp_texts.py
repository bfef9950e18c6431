"""WhatsApp messages in words understood without WhatsApp."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.inbound.flat_fields import flat, leaves

Content = Mapping[str, Any]
_INTERNAL = frozenset({"flow_token"})


def words(message: Content) -> str:
    """Return the words of a message.

    Without text, they are the kind and its readable content.
    """
    kind = str(message.get("type") or "")
    content = message.get(kind)
    if isinstance(content, list):
        content = {kind: content}
    about: Content = content if isinstance(content, Mapping) else {}
    if kind in _WORDS:
        return _WORDS[kind](about)
    caption = about.get("text") or about.get("caption") or about.get("body") or _errors(message)
    return f"[{kind or 'message'}] {caption}".strip()


def answers(message: Content) -> dict[str, str]:
    """Return the answers in a flow, by field name."""
    interactive = message.get("interactive")
    reply = interactive.get("nfm_reply") if isinstance(interactive, Mapping) else None
    return flat(_filled_in(reply), "flow.") if isinstance(reply, Mapping) else {}


def _text(content: Content) -> str:
    return str(content.get("body") or "")


def _button(content: Content) -> str:
    return str(content.get("text") or content.get("payload") or "[button]")


def _interactive(content: Content) -> str:
    kind = str(content.get("type") or "")
    reply = content.get(kind)
    about: Content = reply if isinstance(reply, Mapping) else {}
    if kind == "nfm_reply":
        lines = [f"{name}: {text}" for name, text in flat(_filled_in(about)).items() if name not in _INTERNAL]
        return "\n".join([f"[form] {about.get('body') or about.get('name') or ''}".strip(), *lines])
    title = str(about.get("title") or "")
    described = f"{title}: {about['description']}" if title and about.get("description") else title
    return described or f"[{kind.replace('_', ' ') or 'interactive'}] {about.get('response') or ''}".strip()


def _filled_in(reply: Content) -> Content:
    try:
        filled_in = json.loads(str(reply.get("response_json") or ""))
    except (ValueError, RecursionError):
        return {}
    return filled_in if isinstance(filled_in, Mapping) else {"answers": filled_in}


def _location(content: Content) -> str:
    place = ", ".join(str(content[name]) for name in ("name", "address") if content.get(name))
    where = ", ".join(str(content[name]) for name in ("latitude", "longitude") if content.get(name) is not None)
    return f"[location] {place} ({where})" if place and where else f"[location] {place or where}"


def _contacts(content: Content) -> str:
    cards = content.get("contacts")
    listed = [each for each in cards if isinstance(each, Mapping)] if isinstance(cards, list) else []
    return "\n".join(f"[contact] {_card(each)}" for each in listed) or "[contact]"


def _card(card: Content) -> str:
    name = card.get("name")
    called = str(name.get("formatted_name") or "") if isinstance(name, Mapping) else ""
    reachable = [text for path, text in leaves(card, "") if path.endswith((".phone", ".email", ".company"))]
    return ", ".join(filter(None, (called, *reachable)))


def _order(content: Content) -> str:
    items = content.get("product_items")
    listed = [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
    return "\n".join([f"[order] {content.get('text') or ''}".strip(), *map(_item, listed)])


def _item(item: Content) -> str:
    price = f" at {item['item_price']} {item.get('currency') or ''}".rstrip() if item.get("item_price") else ""
    return f"{item.get('quantity') or 1} × {item.get('product_retailer_id') or 'item'}{price}"


def _document(content: Content) -> str:
    title = ": ".join(str(content[name]) for name in ("filename", "caption") if content.get(name))
    return f"[document] {title}".strip()


def _audio(content: Content) -> str:
    return "[voice message]" if content.get("voice") else "[audio]"


def _edit(content: Content) -> str:
    inner = content.get("message")
    return f"[edited] {words(inner)}" if isinstance(inner, Mapping) else f"[edited] {content.get('body') or ''}".strip()


def _errors(message: Content) -> str:
    errors = message.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    return str(first.get("title") or "")


_WORDS: Mapping[str, Callable[[Content], str]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "document": _document,
    "audio": _audio,
    "edit": _edit,
}
