"""`leadtight templates preview` writes every message and draws the mails.

It uses every kind of name.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight.adapters.presentation.jinja import TEMPLATES
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.cli import app
from leadtight.cli.template_samples import HEADLINE, INQUIRIES, LINKS, mails_apart, samples
from leadtight.domain.model.message import Template
from leadtight.policy import loader as policies

BROWSER = """#!/bin/sh
for word in "$@"; do case "$word" in --screenshot=*) echo picture > "${word#--screenshot=}";; esac; done
"""


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["templates", "preview", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.proves("E1")
def test_every_kind_of_message_is_sampled_in_each_language_for_each_kind_of_name() -> None:
    sampled = list(samples(policies.shipped()))
    assert {sample.message.template for sample in sampled} == set(Template) - {Template.WEEKLY_REVIEW}
    names = {sample.name for sample in sampled}
    assert len(names) == len(sampled)
    for who in ("plain", "long", "emoji", "rtl"):
        assert {f"email-acknowledge-{who}", f"email-acknowledge-de-{who}", f"sms-acknowledge-de-{who}"} <= names
        assert f"email-step-follow_up-de-{who}" in names


def test_mails_are_written_as_page_text_and_picture_and_texts_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chromium").write_text(BROWSER)
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(
        "leadtight.cli.templates.samples", lambda policy: list(samples(policy))[:2] + list(samples(policy))[-1:]
    )
    out = tmp_path / "out"
    assert run("--out", str(out)) == (0, f"5 messages: {out}\n", "")
    kinds = sorted(path.suffix for path in out.iterdir())
    assert kinds == [".html"] * 4 + [".png"] * 4 + [".txt"] * 5
    mail = next(out.glob("email-*.txt")).read_text()
    assert mail.startswith("Subject: ")


@pytest.mark.proves("E1")
def test_messages_without_a_single_lead_are_previewed_too() -> None:
    policy = policies.shipped()
    mails = dict(mails_apart(policy, JinjaRenderer()))
    sampled = {sample.name.removeprefix("email-").removesuffix("-plain") for sample in samples(policy)}
    files = {path.name.removesuffix(".subject.j2") for path in TEMPLATES.glob("mail/*.subject.j2")}
    assert {name for name in files if "." not in name} <= sampled | {name.removeprefix("email-") for name in mails}
    assert mails["email-digest"].html.count(LINKS["outcome"]) == len(INQUIRIES)
    assert "🌟" in mails["email-digest"].text
    assert HEADLINE[0] in mails["email-weekly_review"].text
    assert LINKS["report"] in mails["email-weekly_review"].html


def test_without_a_browser_it_gives_instructions_and_draws_nothing_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, problem = run("--out", str(tmp_path / "out"))
    assert code == 1
    assert "scripts/chromium" in problem
    assert run("--out", str(tmp_path / "out"), "--policy", str(tmp_path / "none"), "--no-pictures")[0] == 2
