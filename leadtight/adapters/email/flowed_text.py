"""Text of mails without their line breaks and markup."""

import re

_QUOTED = re.compile(r"(>*) ?")
_COMMAND = re.compile(r"<(/?)([A-Za-z0-9-]{1,60})>")


def unflowed(text: str, delsp: str = "") -> str:
    """Join the lines of `format=flowed` paragraphs (RFC 3676).

    A line that ends in a space continues in the next.
    """
    paragraphs: list[str] = []
    flows, last_prefix = False, ""
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = _QUOTED.match(line)
        prefix = quoted[1] if quoted else ""
        content = line[len(prefix) :].removeprefix(" ")
        if flows and prefix == last_prefix and content != "-- ":
            paragraphs[-1] += content
        else:
            paragraphs.append(f"{prefix} {content}" if prefix else content)
        last_prefix, flows = prefix, content.endswith(" ") and content != "-- "
        if flows and delsp.lower() == "yes":
            paragraphs[-1] = paragraphs[-1][:-1]
    return "\n".join(paragraphs)


def enriched_text(text: str) -> str:
    """Return the visible text of `text/enriched` (RFC 1896).

    A single line break is a space; commands are dropped.
    """
    shown = _COMMAND.sub(_shown, text.replace("\r\n", "\n").replace("<<", "\0"))
    shown = re.sub(r"<param>.{0,500}?</param>", "", shown, flags=re.DOTALL)
    lines = re.sub(r"\n+", lambda breaks: " " if breaks[0] == "\n" else breaks[0][1:], shown)
    return lines.replace("\0", "<").replace("\x01", "\n").strip()


def _shown(command: re.Match[str]) -> str:
    name = command[2].lower()
    if name == "param":
        return command[0].lower()
    return "\x01" if name in ("nl", "np", "paragraph") and not command[1] else ""
