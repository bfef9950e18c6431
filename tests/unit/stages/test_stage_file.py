"""Stage files: what they must say, and what is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from leadtight.domain.model.errors import StageFileError
from leadtight.stages import stage_file
from leadtight.stages.stage_settings import RestoredTable

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT = "111122223333"
CERTIFICATE = f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/1111-2222"
FRONT_CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/3333-4444"
STREAM = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/leadtight-eu-r1/stream/2026-12-01T00:00:00.000"
TOP = {"account": f'"{ACCOUNT}"', "region": '"eu-central-1"', "policy": '"../policy.toml"'}
TABLES = {
    "mail": {"from": '"leads@firm.de"'},
    "operators": {"emails": '["ops@firm.de"]'},
    "api": {"domain": '"leads.firm.de"', "certificate": f'"{CERTIFICATE}"'},
}
POLICY = '[company]\nname = "Firm"\ntimezone = "Europe/Berlin"\n[people.ana]\nemail = "ana@firm.de"\n'


def text(top: dict[str, str | None], tables: dict[str, dict[str, str | None]]) -> str:
    """Return a changed valid file; None omits a key."""
    lines = [f"{key} = {value}" for key, value in (TOP | top).items() if value is not None]
    for name in TABLES | tables:
        values = TABLES.get(name, {}) | tables.get(name, {})
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in values.items() if value is not None)]
    return "\n".join(lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "stages").mkdir()
    return tmp_path / "stages"


def problems(folder: Path, name: str, body: str) -> list[str]:
    (folder / f"{name}.toml").write_text(body)
    with pytest.raises(StageFileError) as refusal:
        stage_file.read(name, folders=[folder])
    return [str(problem) for problem in refusal.value.problems]


def test_a_complete_file_is_read_with_paths_from_its_own_folder(folder: Path) -> None:
    (folder / "eu.toml").write_text(text({}, {}))
    stage = stage_file.read("eu", folders=[folder])
    assert (stage.name, stage.account, stage.region) == ("eu", ACCOUNT, "eu-central-1")
    assert stage.policy == folder.parent / "policy.toml"
    assert (stage.mail.sender, stage.mail.identity) == ("leads@firm.de", "firm.de")
    assert stage.mail.mail_from_domain == "bounce.firm.de"
    assert stage.operators.emails == ("ops@firm.de",)
    assert (stage.api.domain, stage.api.certificate) == ("leads.firm.de", CERTIFICATE)
    assert (stage.front, stage.restored, stage.monthly_usd) == (None, None, None)
    assert (stage.termination_protection, stage.tracing, stage.warnings) == (True, True, ())
    assert (stage.stack, stage.front_stack) == ("leadtight-eu", "leadtight-eu-front")


def test_every_setting_can_be_stated(folder: Path) -> None:
    tables: dict[str, dict[str, str | None]] = {
        "mail": {"receive_domain": '"inbox.firm.de"', "mail_from_domain": '"none"', "identity_exists": "true"},
        "operators": {"url": '"https://pager.firm.de/aws"'},
        "api": {"public_url": '"https://www.firm.de/"'},
        "front": {"domain": '"www.firm.de"', "certificate": f'"{FRONT_CERTIFICATE}"', "countries": '["de", "AT"]'},
        "limits": {"reserve": "true", "leads_per_second": "200"},
        "budget": {"monthly_usd": "50"},
        "backup": {
            "keep_days": "60",
            "lock_days": "30",
            "compliance": "true",
            "copy_to": f'"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:copies"',
        },
        "restored": {"table": '"leadtight-eu-r1"', "stream": f'"{STREAM}"'},
    }
    (folder / "eu.toml").write_text(text({"termination_protection": "false", "tracing": "false"}, tables))
    stage = stage_file.read("eu", folders=[folder])
    assert stage.front is not None
    assert (stage.front.host, stage.front.countries, stage.front.rate) == ("leads.firm.de", ("AT", "DE"), 300)
    assert (stage.mail.mail_from_domain, stage.mail.identity_exists) == (None, True)
    assert (stage.api.public_url, stage.monthly_usd) == ("https://www.firm.de", 50.0)
    assert stage.restored == RestoredTable(table="leadtight-eu-r1", stream=STREAM)
    assert (stage.backup.keep_days, stage.backup.lock_days, stage.backup.compliance) == (60, 30, True)
    assert (stage.termination_protection, stage.tracing) == (False, False)


TOP_PROBLEMS = [
    ({"account": None}, "account: missing"),
    ({"account": ACCOUNT}, "account: must be a text"),
    ({"account": '"1111-2222-3333"'}, "account: must be the account's 12 digits"),
    ({"account": '"11112222333３"'}, "account: must be the account's 12 digits"),
    ({"region": '"Frankfurt"'}, 'region: must be a region such as "eu-central-1"'),
    ({"region": '"eu-central"'}, "region: must be a region"),
    ({"region": "[]"}, "region: must be a text"),
    ({"policy": None}, "policy: missing"),
    ({"policy": '"absent.toml"'}, "policy: "),
    ({"policy": '"eu.toml"', "tracing": '"on"'}, "tracing: must be true or false"),
    ({"termination_protection": "1"}, "termination_protection: must be true or false"),
    ({"acount": '"1"'}, "acount: unknown key; did you mean 'account'?"),
]


@pytest.mark.parametrize(("top", "problem"), TOP_PROBLEMS, ids=[p for _, p in TOP_PROBLEMS])
def test_an_invalid_value_at_the_top_is_refused_by_its_path(
    folder: Path, top: dict[str, str | None], problem: str
) -> None:
    assert any(line.startswith(f"eu.toml: {problem}") for line in problems(folder, "eu", text(top, {})))


TABLE_PROBLEMS = [
    ("mail", {"from": None}, "mail.from: missing"),
    ("mail", {"from": '"firm.de"'}, "mail.from: must be a mail address"),
    ("mail", {"from": '"léads@firm.de"'}, "mail.from: must be of ASCII characters before the @"),
    ("mail", {"from": "5"}, "mail.from: must be a text"),
    ("mail", {"identity": '"other.de"'}, "mail.from: leads@firm.de is not sent by the identity other.de"),
    ("mail", {"identity": '"sales@firm.de"'}, "mail.from: leads@firm.de is not sent by the identity sales@firm.de"),
    ("mail", {"identity": '"notfirm.de"'}, "mail.from: leads@firm.de is not sent by the identity notfirm.de"),
    ("mail", {"identity": '"de"'}, "mail.identity: must be a domain"),
    ("mail", {"identity_exists": '"yes"'}, "mail.identity_exists: must be true or false"),
    ("mail", {"mail_from_domain": '"bounce.other.de"'}, "mail.mail_from_domain: must be a subdomain of firm.de"),
    ("mail", {"mail_from_domain": '"firm.de"'}, "mail.mail_from_domain: must be a subdomain of firm.de"),
    (
        "mail",
        {"mail_from_domain": '"in.firm.de"', "receive_domain": '"in.firm.de"'},
        "mail.mail_from_domain: must be a domain that neither sends nor receives",
    ),
    ("mail", {"receive_domain": '"mail@firm.de"'}, "mail.receive_domain: must be a domain"),
    ("mail", {"form": '"x"'}, "mail.form: unknown key; did you mean 'from'?"),
    ("operators", {"emails": None}, "operators.emails: missing: an alarm must reach a person"),
    ("operators", {"emails": '"ops@firm.de"'}, "operators.emails: must be a list of mail addresses"),
    ("operators", {"emails": '["ops"]'}, "operators.emails: must be a mail address"),
    ("operators", {"emails": '["a@firm.de", "a@firm.de"]'}, "operators.emails: names an address twice"),
    ("operators", {"emails": "[]"}, "operators.emails: must name an address"),
    ("operators", {"url": '"http://firm.de"'}, "operators.url: must be an address that begins with https://"),
    (
        "api",
        {"domain": None, "certificate": None},
        'api.domain: missing: links outlive the stack with an own domain; "none"',
    ),
    ("api", {"certificate": None}, "api.certificate: an own domain and its certificate are needed together"),
    ("api", {"domain": '"none"'}, "api.certificate: an own domain and its certificate are needed together"),
    ("api", {"domain": '"https://leads.firm.de"'}, "api.domain: must be a domain"),
    ("api", {"certificate": f'"{FRONT_CERTIFICATE}"'}, "api.certificate: must be in eu-central-1, not in us-east-1"),
    (
        "api",
        {"certificate": f'"{CERTIFICATE.replace(ACCOUNT, "444455556666")}"'},
        f"api.certificate: must be of the account {ACCOUNT}, not of 444455556666",
    ),
    ("api", {"certificate": '"arn:aws:iam::1:x"'}, "api.certificate: must be the ARN of a certificate"),
    ("api", {"public_url": '"http://127.0.0.1:1/x"'}, "api.public_url: must be an address that begins with https://"),
    ("front", {"host": '"https://leads.firm.de"'}, "front.host: must be a domain"),
    ("front", {"host": '"other.firm.de"'}, "front.host: must be ID.execute-api.REGION.amazonaws.com"),
    (
        "front",
        {"host": '"a1.execute-api.eu-west-1.amazonaws.com"'},
        "front.host: must be in eu-central-1, not in eu-west-1",
    ),
    ("front", {"domain": '"www.firm.de"'}, "front.certificate: a domain and its certificate in us-east-1 are needed"),
    (
        "front",
        {"domain": '"www.firm.de"', "certificate": f'"{CERTIFICATE}"'},
        "front.certificate: must be in us-east-1, not in eu-central-1",
    ),
    (
        "front",
        {"domain": '"leads.firm.de"', "certificate": f'"{FRONT_CERTIFICATE}"'},
        "front.domain: must differ from the API's",
    ),
    ("front", {"countries": '["Germany"]'}, "front.countries: must be a country of two letters"),
    ("front", {"rate": "5"}, "front.rate: must be a whole number from 10"),
    ("front", {"only": '"on"'}, "front.only: must be true or false"),
    ("front", {"key": '"a b"'}, "front.key: must be a name of letters"),
    ("limits", {"leads_per_second": "0"}, "limits.leads_per_second: must be a whole number from 1 to 300"),
    ("limits", {"leads_per_second": "301"}, "limits.leads_per_second: must be a whole number from 1 to 300"),
    ("limits", {"leads_per_second": "true"}, "limits.leads_per_second: must be a whole number from 1 to 300"),
    ("limits", {"reserve": '"on"'}, "limits.reserve: must be true or false"),
    ("budget", {"monthly_usd": "0"}, "budget.monthly_usd: must be a sum of money above 0"),
    ("budget", {"monthly_usd": '"50"'}, "budget.monthly_usd: must be a sum of money above 0"),
    ("budget", {"monthly_usd": "nan"}, "budget.monthly_usd: must be a sum of money above 0"),
    ("backup", {"copy_to": '"eu-west-1"'}, "backup.copy_to: must be the ARN of a backup vault"),
    ("backup", {"keep_days": "0"}, "backup.keep_days: must be a whole number from 1"),
    ("backup", {"lock_days": "36"}, "backup.lock_days: must be a whole number from 1 to 35"),
    ("backup", {"compliance": "true"}, "backup.compliance: needs lock_days"),
    ("restored", {"table": '"leadtight-eu-r1"'}, "restored.stream: missing"),
    ("restored", {"stream": f'"{STREAM}"'}, "restored.table: missing"),
    (
        "restored",
        {"table": '"leadtight-eu-r2"', "stream": f'"{STREAM}"'},
        "restored.stream: is of the table leadtight-eu-r1, not of leadtight-eu-r2",
    ),
    (
        "restored",
        {"table": '"leadtight-eu-r1"', "stream": f'"{STREAM.replace("central", "west")}"'},
        "restored.stream: must be in eu-central-1, not in eu-west-1",
    ),
]


@pytest.mark.parametrize(
    ("table", "changes", "problem"), TABLE_PROBLEMS, ids=[f"{n}-{p}" for n, (_, _, p) in enumerate(TABLE_PROBLEMS)]
)
def test_an_invalid_value_in_a_table_is_refused_by_its_path(
    folder: Path, table: str, changes: dict[str, str | None], problem: str
) -> None:
    lines = problems(folder, "eu", text({}, {table: changes}))
    assert any(line.startswith(f"eu.toml: {problem}") for line in lines), lines


def test_a_budget_without_an_address_to_warn_is_refused(folder: Path) -> None:
    alarms: dict[str, str | None] = {"emails": None, "url": '"https://alerts.firm.de/aws"'}
    tables: dict[str, dict[str, str | None]] = {"operators": alarms, "budget": {"monthly_usd": "50"}}
    assert problems(folder, "eu", text({}, tables)) == [
        "eu.toml: budget.monthly_usd: a budget warns by mail: operators.emails names no address"
    ]


def test_a_domain_beyond_ascii_is_read_as_dns_and_ses_have_it(folder: Path) -> None:
    tables: dict[str, dict[str, str | None]] = {
        "mail": {"from": '"leads@müller.de"', "receive_domain": '"Inbox.Müller.de"'},
        "api": {"domain": '"leads.müller.de"'},
    }
    (folder / "eu.toml").write_text(text({}, tables), encoding="utf-8")
    stage = stage_file.read("eu", folders=[folder])
    assert (stage.mail.sender, stage.mail.identity) == ("leads@xn--mller-kva.de", "xn--mller-kva.de")
    assert (stage.mail.receive_domain, stage.api.domain) == ("inbox.xn--mller-kva.de", "leads.xn--mller-kva.de")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(folder: Path) -> None:
    (folder / "eu.toml").write_text(text({}, {}), encoding="utf-8-sig")
    assert stage_file.read("eu", folders=[folder]).name == "eu"


@pytest.mark.parametrize("domain", ["firm.de", "bounce.firm.de", "inbox.firm.de"])
def test_an_api_domain_that_has_records_of_mail_is_warned_of(folder: Path, domain: str) -> None:
    tables: dict[str, dict[str, str | None]] = {
        "mail": {"receive_domain": '"inbox.firm.de"'},
        "api": {"domain": f'"{domain}"'},
    }
    (folder / "eu.toml").write_text(text({}, tables))
    assert [warning.field for warning in stage_file.read("eu", folders=[folder]).warnings] == ["api.domain"]


def test_one_file_by_two_ways_is_one_stage(folder: Path) -> None:
    (folder / "eu.toml").write_text(text({}, {}))
    (folder.parent / "same").symlink_to(folder)
    assert stage_file.read("eu", folders=[folder, folder.parent / "same"]).name == "eu"


def test_all_problems_of_a_file_are_listed_at_once(folder: Path) -> None:
    lines = problems(folder, "eu", "account = 1\nregion = 2\n")
    paths = [line.removeprefix("eu.toml: ").partition(":")[0] for line in lines]
    assert {"account", "region", "policy", "mail.from", "operators.emails", "api.domain"} <= {*paths}


def test_a_table_that_is_none_and_a_file_that_is_no_toml_are_refused(folder: Path) -> None:
    assert problems(folder, "eu", "mail = 1")[0].startswith("eu.toml: ")
    assert problems(folder, "eu", "account = ")[0].startswith("eu.toml: ")


def test_an_identity_covers_its_subdomains_and_an_address_itself(folder: Path) -> None:
    for sender, identity in (("leads@sales.firm.de", "firm.de"), ("leads@firm.de", "leads@firm.de")):
        mail: dict[str, str | None] = {"from": f'"{sender}"', "identity": f'"{identity}"'}
        (folder / "eu.toml").write_text(text({}, {"mail": mail}))
        assert stage_file.read("eu", folders=[folder]).mail.identity == identity


SAMPLES = [
    ROOT / "leadtight" / "policy.toml",
    ROOT / "leadtight" / "devstage" / "policy.toml",
    *sorted((ROOT / "docs" / "policies").glob("*.toml")),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.name)
def test_a_sample_policy_is_refused_where_customers_depend_on_it(folder: Path, sample: Path) -> None:
    copy = folder.parent / "mine.toml"
    copy.write_text("# Ours.\n\n" + sample.read_text().replace("\n[", "\n\n\n["))
    body = text({"policy": '"../mine.toml"'}, {})
    for name in ("prod", "eu-prod", "prod2", "production", "live-eu"):
        [line] = problems(folder, name, body)
        assert line.startswith(f"{name}.toml: policy: is the sample "), line
    (folder / "staging.toml").write_text(body)
    [warning] = stage_file.read("staging", folders=[folder]).warnings
    assert str(warning).startswith("policy: is the sample ")
    (folder / "dev.toml").write_text(body)
    assert stage_file.read("dev", folders=[folder]).warnings == ()


def test_a_changed_sample_is_a_policy_of_its_own_with_a_warning_for_each_address_of_an_example(folder: Path) -> None:
    sample = tomllib.loads(SAMPLES[0].read_text())
    (folder.parent / "policy.toml").write_text(SAMPLES[0].read_text().replace(sample["company"]["name"], "Firm"))
    (folder / "prod.toml").write_text(text({}, {}))
    warnings = [str(warning) for warning in stage_file.read("prod", folders=[folder]).warnings]
    assert (
        "policy: people.mia.email: mia@leadtight.example is an example's address: nothing sent there arrives"
        in warnings
    )


def test_addresses_of_examples_are_warned_of(folder: Path) -> None:
    tables: dict[str, dict[str, str | None]] = {
        "mail": {"from": '"leads@example.com"'},
        "operators": {"emails": '["ops@mail.example.org"]'},
    }
    (folder / "eu.toml").write_text(text({}, tables))
    fields = [warning.field for warning in stage_file.read("eu", folders=[folder]).warnings]
    assert fields == ["mail.from", "operators.emails"]


def test_a_trial_stage_needs_neither_operators_nor_a_domain_nor_protection(folder: Path) -> None:
    body = text({}, {"operators": {"emails": None}, "api": {"domain": None, "certificate": None}})
    for name in ("dev", "dev-anna"):
        (folder / f"{name}.toml").write_text(body)
        assert not stage_file.read(name, folders=[folder]).termination_protection


def test_a_stage_may_go_without_a_domain_when_it_says_so(folder: Path) -> None:
    (folder / "eu.toml").write_text(text({}, {"api": {"domain": '"none"', "certificate": None}}))
    assert stage_file.read("eu", folders=[folder]).api.domain is None


@pytest.mark.parametrize(
    "name", ["Prod", "prod_eu", "-prod", "prod-", "a--b", "1st", "", "a" * 25, "../prod", "prod-front", "eu-alarms"]
)
def test_a_name_that_could_collide_or_not_fit_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(StageFileError, match="a stage's name"):
        stage_file.read(name, folders=[folder])


def test_a_stage_without_a_file_names_the_places(folder: Path) -> None:
    with pytest.raises(StageFileError, match=re.escape(str(folder / "eu.toml"))):
        stage_file.read("eu", folders=[folder])


def test_the_same_name_in_two_places_is_refused(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    for place in (folder, other):
        (place / "eu.toml").write_text(text({}, {}))
    with pytest.raises(StageFileError, match="two stage files"):
        stage_file.read("eu", folders=[folder, other])


def test_a_variable_names_another_folder_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGES", raising=False)
    assert stage_file.default_folders() == (ROOT / "stages", ROOT.parent / "stages")
    monkeypatch.setenv("STAGES", str(folder))
    (folder / "eu.toml").write_text(text({}, {}))
    assert stage_file.read("eu").path == folder / "eu.toml"


def test_the_example_is_valid_and_so_is_each_line_that_it_leaves_out(folder: Path) -> None:
    example = (ROOT / "stages" / "example.toml").read_text()
    assert stage_file.read("example", folders=[ROOT / "stages"]).name == "example"
    full = re.sub(r"(?m)^# (\[\w+\]|\w+ = )", r"\1", example).replace("../leadtight/policy.toml", "../policy.toml")
    (folder / "example.toml").write_text(full.replace('domain = "none" does', "# does"))
    stage = stage_file.read("example", folders=[folder])
    assert stage.front is not None
    assert stage.restored is not None
    assert stage.monthly_usd


ORIGINATION = f"arn:aws:sms-voice:eu-central-1:{ACCOUNT}:"


@pytest.mark.parametrize("named", ["phone-number/phone-0123abc", "pool/pool-0123abc", "sender-id/FIRM/DE"])
def test_texts_go_by_end_user_messaging_from_a_registered_identity(folder: Path, named: str) -> None:
    texts: dict[str, str | None] = {"by": '"end_user_messaging"', "origination": f'"{ORIGINATION}{named}"'}
    (folder / "eu.toml").write_text(text({}, {"texts": texts}))
    assert stage_file.read("eu", folders=[folder]).texts.origination == f"{ORIGINATION}{named}"


@pytest.mark.parametrize("tables", [{}, {"texts": {"by": '"sns"'}}])
def test_texts_go_by_sns_unless_the_file_says_otherwise(folder: Path, tables: dict[str, dict[str, str | None]]) -> None:
    (folder / "eu.toml").write_text(text({}, tables))
    assert stage_file.read("eu", folders=[folder]).texts.origination is None


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"by": '"twilio"'}, 'texts.by: must be "sns" or "end_user_messaging"'),
        ({"by": '"end_user_messaging"'}, "texts.origination: missing"),
        ({"origination": f'"{ORIGINATION}pool/pool-1"'}, "texts.origination: is only used with by"),
        ({"by": '"end_user_messaging"', "origination": '"+4930901821"'}, "texts.origination: must be the ARN"),
        (
            {
                "by": '"end_user_messaging"',
                "origination": f'"arn:aws:sms-voice:us-east-1:{ACCOUNT}:pool/pool-1"',
            },
            "texts.origination: must be in eu-central-1, not in us-east-1",
        ),
    ],
)
def test_an_origin_of_texts_that_cannot_work_is_refused(
    folder: Path, texts: dict[str, str | None], problem: str
) -> None:
    [found] = problems(folder, "eu", text({}, {"texts": texts}))
    assert problem in found


@pytest.mark.parametrize("policy", ["~no-such-person/policy.toml", "a\\u0000b"])
def test_a_policy_at_an_impossible_path_is_a_problem(folder: Path, policy: str) -> None:
    (folder / "eu.toml").write_text(text({"policy": f'"{policy}"'}, {}))
    with pytest.raises(StageFileError, match=r"eu\.toml: policy"):
        stage_file.read("eu", folders=[folder])


@pytest.mark.parametrize(
    ("content", "detail"), [(b"\xff\xfea", "save it as UTF-8"), (b"a = " + b"[" * 3_000, "nested too deeply")]
)
def test_a_file_that_is_no_text_or_too_deep_is_a_problem(folder: Path, content: bytes, detail: str) -> None:
    (folder / "eu.toml").write_bytes(content)
    with pytest.raises(StageFileError, match=detail):
        stage_file.read("eu", folders=[folder])
