"""MkDocs hooks: changelog page, Mermaid, and no foreign resources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
MERMAID = ROOT / ".venv" / "docs" / "mermaid.min.js"
LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc=[\"']?(https?:)?//[^\"'\s>]+"
    r"|<link\b(?=[^>]*\srel=[\"']?(?:stylesheet|preconnect|preload|icon|dns-prefetch))[^>]*?\shref=[\"']?(?:https?:)?//[^\"'\s>]+"
    r"|url\([\"']?(?:https?:)?//[^)]+\)|@import\s+[\"'](?:https?:)?//[^\"']+"
)


def on_files(files: Files, config: Any) -> Files:
    """Add the changelog and Mermaid, which are outside docs/.

    The changelog's links are adjusted.
    """
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "changelog.md", content=changes))
    files.append(File.generated(config, "assets/mermaid.min.js", abs_src_path=str(MERMAID)))
    return files


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Reject a page that loads resources from elsewhere."""
    if match := LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} loads a resource from elsewhere: {match[0][:200]}")
    return output
