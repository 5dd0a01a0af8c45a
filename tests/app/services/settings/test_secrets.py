"""The token: where it is kept, who sees it, and that nothing else does."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from app.services.services import open_services
from app.services.settings.secrets import Secrets
from engine.errors import UserError
from engine.hub.values import Query
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.hub import Hub, HubRepo
from tests.support.hub.models import tiny
from tests.support.hub.shelves import private_repository
from tests.support.placement.scripted_placing import ScriptedPlacing

TOKEN = "hf_NobodyMaySeeThisOne"
Use = Callable[[keyring.backend.KeyringBackend], None]


class Remembering(keyring.backend.KeyringBackend):
    """A keyring in memory that can be slow, and can fail."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.hold = threading.Event()
        self.hold.set()
        self.broken = False

    def _work(self) -> None:
        self.asked += 1
        self.hold.wait(60)
        if self.broken:
            raise keyring.errors.KeyringLocked(f"locked, with {TOKEN} in it")

    def get_password(self, service: str, username: str) -> str | None:
        self._work()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._work()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._work()
        del self.kept[service, username]


class PlainFile(Remembering):
    """What keyrings.alt calls recommended for nobody."""

    priority = 0.5  # type: ignore[assignment]


@pytest.fixture
def use() -> Iterator[Use]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_keyring_keeps_the_token_from_one_session_to_the_next(use: Use) -> None:
    kept = Remembering()
    use(kept)
    assert Secrets({}).has_token() == ""
    assert Secrets({}).set_hub_token(f"  {TOKEN}\n")
    again = Secrets({})
    assert (again.hub_token(), again.has_token()) == (TOKEN, "keyring")
    again.forget_hub_token()
    assert (again.hub_token(), again.has_token(), kept.kept) == ("", "", {})
    again.forget_hub_token()


def test_the_keyring_is_asked_once(use: Use) -> None:
    kept = Remembering()
    use(kept)
    secrets = Secrets({})
    assert [secrets.hub_token() for _ in range(5)] == [""] * 5
    assert kept.asked == 1


def test_secrets_with_names_are_kept_beside_the_token_and_apart(use: Use) -> None:
    kept = Remembering()
    use(kept)
    secrets = Secrets({"HF_TOKEN": "hf_environment"})
    assert (secrets.secret("server:a:KEY"), secrets.has_secret("server:a:KEY")) == ("", "")
    assert secrets.keep_secret("server:a:KEY", " as it is ") and secrets.keep_secret("server:b:KEY", "two")
    again = Secrets({})
    assert (again.secret("server:a:KEY"), again.has_secret("server:b:KEY")) == (" as it is ", "keyring")
    assert again.hub_token() == ""
    assert again.forget_secret("server:a:KEY")
    assert (again.secret("server:a:KEY"), again.secret("server:b:KEY")) == ("", "two")


def test_a_secret_without_a_keyring_is_for_this_session() -> None:
    secrets = Secrets({})
    assert not secrets.keep_secret("server:a:KEY", "one")
    assert (secrets.secret("server:a:KEY"), secrets.has_secret("server:a:KEY")) == ("one", "session")
    assert Secrets({}).secret("server:a:KEY") == ""


@pytest.mark.parametrize("backend", [None, keyring.backends.fail.Keyring, PlainFile])
def test_without_a_keyring_it_is_for_this_session(
    use: Use, backend: type[keyring.backend.KeyringBackend] | None
) -> None:
    """The tests' own keyring is the one that forgets everything."""
    if backend is not None:
        use(backend())
    secrets = Secrets({})
    assert not secrets.set_hub_token(TOKEN)
    assert (secrets.hub_token(), secrets.has_token()) == (TOKEN, "session")
    assert Secrets({}).hub_token() == ""
    secrets.forget_hub_token()
    assert secrets.has_token() == ""


def test_the_environment_comes_last_and_is_emptied() -> None:
    environ = {"HF_TOKEN": " hf_environment ", "OTHER": "x"}
    secrets = Secrets(environ)
    assert environ == {"OTHER": "x"}
    assert (secrets.hub_token(), secrets.has_token()) == ("hf_environment", "environment")
    secrets.set_hub_token(TOKEN)
    assert secrets.hub_token() == TOKEN
    secrets.forget_hub_token()
    assert secrets.hub_token() == "hf_environment"


@pytest.mark.parametrize("token", ["", "  ", "two words", "hf_\nx", "hf_é", "x" * 600])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(UserError) as caught:
        Secrets({}).set_hub_token(token)
    assert (caught.value.code, caught.value.params) == ("hub.bad_token", {})


def test_a_keyring_that_waits_for_its_user_is_not_waited_for(use: Use) -> None:
    kept = Remembering()
    kept.kept["coterie", "hub-token"] = TOKEN
    kept.hold.clear()
    use(kept)
    secrets = Secrets({}, patience=0.05)
    assert secrets.hub_token() == ""
    kept.hold.set()  # unlocked
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join()
    assert secrets.hub_token() == TOKEN


def test_a_keyring_that_fails_costs_nothing_but_the_keeping(use: Use) -> None:
    kept = Remembering()
    kept.broken = True
    use(kept)
    secrets = Secrets({"HF_TOKEN": "hf_environment"})
    assert secrets.hub_token() == "hf_environment"
    assert not secrets.set_hub_token(TOKEN)
    assert secrets.hub_token() == TOKEN
    with pytest.raises(UserError) as caught:
        secrets.forget_hub_token()
    assert (caught.value.code, secrets.hub_token()) == ("hub.token_stays", "hf_environment")


def test_the_token_is_found_nowhere_but_with_the_hub(
    hub: Hub,
    use: Use,
    coterie_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A whole session with it: nothing that is written, printed, logged or told has it in it."""
    caplog.set_level(logging.DEBUG)
    use(Remembering())
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("HF_TOKEN", f"{TOKEN}FromOutside")
    hub.account(TOKEN, "me")
    hub.shelf.add(private_repository(), HubRepo("acme/tiny-GGUF", {"t-Q8_0.gguf": tiny()}, gated="auto"))
    services = open_services(coterie_home, make_engine=ScriptedEngine, placing=ScriptedPlacing())
    told: list[object] = [services.hub.check_token(TOKEN), services.secrets.set_hub_token(TOKEN)]
    services.hub.search(Query(), told.append)
    told += [
        services.hub.judge(services.hub.repository(repo))
        for repo in ("demo/Private-1B-GGUF", "acme/tiny-GGUF")
    ]
    told.append(services.downloads.add_named("demo/Private-1B-GGUF:Q8_0"))
    for fail in (
        lambda: services.hub.check_token(f"{TOKEN}Wrong"),
        lambda: services.hub.repository("acme/none"),
        lambda: services.secrets.set_hub_token(f"{TOKEN} x"),
    ):
        with pytest.raises(UserError) as caught:
            fail()
        told += [caught.value, caught.value.info, caught.value.__cause__]
    child = subprocess.run(
        [sys.executable, "-c", "import os, json; print(json.dumps(dict(os.environ)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    told += [
        json.loads(child.stdout),
        services,
        services.hub,
        services.secrets,
        services.hub.access(),
        vars(services),
    ]
    told += [
        path.read_text(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)
    ]
    services.close()
    out, err = capfd.readouterr()
    for text in (*map(repr, told), *map(str, told), caplog.text, out, err):
        assert TOKEN not in text
    files = [path for path in coterie_home.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"coterie.db"}
    for path in files:
        assert TOKEN.encode() not in path.read_bytes(), path
    assert sum(TOKEN in request.authorization for request in hub.log) > 5
    assert all(TOKEN not in f"{request.path}?{request.query}" for request in hub.log)


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_the_program_takes_the_token_out_of_its_environment_before_anything_else() -> None:
    script = (
        "import sys, os; sys.argv = ['coterie', 'no-such-command']\n"
        "from app.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "from app.services.settings.secrets import Secrets\n"
        "print('HF_TOKEN' in os.environ, Secrets().hub_token() == 'hf_x', Secrets().hub_token() == 'hf_x')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HF_TOKEN": "hf_x"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split()[-3:] == ["False", "True", "True"]


def test_whoever_asks_while_the_keyring_is_asked_waits_with_it(use: Use) -> None:
    kept = Remembering()
    kept.kept["coterie", "hub-token"] = TOKEN
    kept.hold.clear()
    use(kept)
    secrets, found = Secrets({}), list[str]()
    asking = [threading.Thread(target=lambda: found.append(secrets.hub_token())) for _ in range(2)]
    for thread in asking:
        thread.start()
    kept.hold.set()
    for thread in asking:
        thread.join()
    assert found == [TOKEN, TOKEN] and kept.asked == 1


def test_what_the_keyring_says_late_takes_nothing_from_what_was_kept_since(use: Use) -> None:
    kept = Remembering()
    kept.kept["coterie", "server:a:KEY"] = "old"
    kept.hold.clear()
    use(kept)
    secrets = Secrets({}, patience=0.05)
    assert secrets.secret("server:a:KEY") == ""
    assert not secrets.keep_secret("server:a:KEY", "new")
    kept.hold.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join()
    assert secrets.secret("server:a:KEY") == "new"
