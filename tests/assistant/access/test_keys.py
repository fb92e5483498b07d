"""Keys: told once, kept as a digest, closed at once; made, listed and revoked by a command."""

from __future__ import annotations

import datetime as dt
import json
import stat

import pytest
from click.testing import CliRunner, Result

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.access.keys import Keys, origin_of
from assistant.commands.keys import keys
from ingest.errors import ClapvertError
from ingest.settings import Settings
from tests.assistant.access.conftest import Hours
from tests.assistant.support import bytes_of
from tests.conftest import OF_THE_FOLDER


@pytest.fixture
def store(settings: Settings) -> Keys:
    return Access(settings, now=Hours()).keys


def test_a_key_is_found_by_its_token_and_by_no_other(store: Keys) -> None:
    key, token = store.create("école", [Scope.ASK, Scope.LABEL], rate=5)
    found = store.find(token)
    assert found == key
    assert found.caller.name == f"key:{key.id}"
    assert found.caller.scopes == {Scope.ASK, Scope.LABEL}
    assert found.created == dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (other, token[:-1], token + "A", token.upper(), "", f"clv_{key.id}_", "clv_", "sk-123"):
        assert store.find(wrong) is None


@OF_THE_FOLDER
def test_nothing_on_disk_gives_a_key_back(store: Keys, settings: Settings) -> None:
    _, token = store.create("école", [Scope.ASK])
    assert token.rsplit("_", 1)[1].encode() not in bytes_of(settings.data_dir)
    mode = (settings.data_dir / "access.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_revoked_key_is_closed_in_every_process(store: Keys, settings: Settings) -> None:
    key, token = store.create("école", [Scope.ASK])
    elsewhere = Access(settings).keys
    assert elsewhere.find(token)
    store.revoke(key.id)
    assert store.find(token) is None
    assert elsewhere.find(token) is None
    assert [k.revoked is not None for k in elsewhere.all()] == [True]
    with pytest.raises(ClapvertError):
        store.revoke("0000000000")


def test_two_keys_are_two(store: Keys) -> None:
    (one, first), (two, second) = store.create("a", [Scope.ASK]), store.create("a", [Scope.ASK])
    assert one.id != two.id
    assert first != second


def test_a_key_for_pages_opens_questions_alone(store: Keys) -> None:
    key, _ = store.create("intranet", [Scope.ASK], ["https://Intranet.ecole.fr/accueil", "https://intranet.ecole.fr"])
    assert key.origins == ("https://intranet.ecole.fr",)
    with pytest.raises(ClapvertError):
        store.create("intranet", [Scope.ASK, Scope.LABEL], ["https://intranet.ecole.fr"])


@pytest.mark.parametrize(
    "wrong", ["", "intranet", "javascript:alert(1)", "https://", "https://a@b.fr", "https://a.fr; script-src *",
              "https://*.fr", "https://a.fr 'self'", "file:///etc/passwd"]
)  # fmt: skip
def test_what_is_no_site_is_refused(wrong: str) -> None:
    with pytest.raises(ClapvertError):
        origin_of(wrong)


def run(*argv: str) -> Result:
    return CliRunner().invoke(keys, argv)


def test_the_commands(use_settings: Settings) -> None:
    made = run("create", "Open WebUI", "--scope", "ask", "--rate", "30", "--json")
    assert made.exit_code == 0
    told = json.loads(made.stdout)
    assert told["scopes"] == ["ask"]
    assert told["rate"] == 30
    assert Access(use_settings).keys.find(told["token"])
    listed = json.loads(run("list", "--json").stdout)
    assert [k["id"] for k in listed] == [told["id"]]
    assert "token" not in listed[0]
    assert told["token"] not in run("list").output
    assert run("revoke", told["id"]).exit_code == 0
    assert Access(use_settings).keys.find(told["token"]) is None
    lines = [json.loads(line) for line in run("trail", "--json").stdout.splitlines()]
    assert [(line["who"], line["did"]) for line in lines] == [("local", "keys revoke"), ("local", "keys create")]
    bare = run("create", "vide")
    assert bare.stdout.startswith("clv_")
    assert "rien" in bare.stderr
