"""`leadtight templates preview`: render every message as a picture."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.app.ports.messaging import Mail
from leadtight.cli.exits import stop
from leadtight.cli.template_samples import mails_apart, samples
from leadtight.domain.model.errors import PolicyError
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies

COMMAND = "templates preview"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = "640,1100"
PATIENCE_SECONDS = 60
# As root in a container Chromium has no sandbox, and a picture needs no card.
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking")

templates = typer.Typer(no_args_is_help=True, help="Message templates.")


@templates.callback()
def _group() -> None:
    """Make `preview` a subcommand, so that others can be added."""


@templates.command()
def preview(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")],
    policy: Annotated[Path | None, typer.Option(help="The policy; by default the shipped one.")] = None,
    pictures: Annotated[bool, typer.Option(help="Render each mail with Chromium.")] = True,
) -> None:
    """Write every message with sample leads.

    Mails are written as .html, .txt and .png, texts as .txt.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None) if pictures else None
    if pictures and browser is None:
        raise stop(COMMAND, "Chromium not found: run scripts/chromium, or add --no-pictures", code=1)
    try:
        chosen = policies.parse(policy.read_bytes()) if policy else policies.shipped()
    except (OSError, PolicyError) as error:
        raise stop(COMMAND, f"{policy}: {error}", code=2) from error
    out.mkdir(parents=True, exist_ok=True)
    written = list(_written(chosen, out))
    for html in written:
        if browser and html.suffix == ".html":
            _draw(browser, html)
    typer.echo(f"{len({path.stem for path in written})} messages: {out}")


def _written(policy: Policy, out: Path) -> Iterator[Path]:
    renderer = JinjaRenderer()
    for sample in samples(policy):
        arguments = (policy, sample.message, sample.lead, sample.links, sample.at)
        if sample.message.channel is Channel.SMS:
            yield _write(out, sample.name, "txt", renderer.text(*arguments) + "\n")
            continue
        yield from _write_mail(out, sample.name, renderer.mail(*arguments))
    for name, mail in mails_apart(policy, renderer):
        yield from _write_mail(out, name, mail)


def _write_mail(out: Path, name: str, mail: Mail) -> Iterator[Path]:
    yield _write(out, name, "txt", f"Subject: {mail.subject}\n\n{mail.text}")
    yield _write(out, name, "html", mail.html)


def _write(out: Path, name: str, kind: str, text: str) -> Path:
    path = out / f"{name}.{kind}"
    path.write_text(text, encoding="utf-8")
    return path


def _draw(browser: str, html: Path) -> None:
    """Render a page as the picture beside it.

    Exits with 1 when the browser fails.
    """
    picture = html.with_suffix(".png")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            *ARGUMENTS,
            f"--user-data-dir={profile}",
            f"--window-size={SIZE}",
            f"--screenshot={picture.resolve()}",
        ]
        done = subprocess.run(
            [browser, *command, html.resolve().as_uri()], capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    if done.returncode or not picture.is_file():
        raise stop(COMMAND, f"{browser} did not render {picture.name}", code=1)
