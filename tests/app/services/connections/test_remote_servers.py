"""Servers of models elsewhere: what is kept where, who gets a key, and that nobody else sees it."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from app.messages import localized_error
from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_server_file import ModelServer
from app.services.connections.remote_servers import Listed, RemoteServers
from app.services.events import ServiceEvent
from app.services.runs.values import RunSpec
from app.services.services import open_services
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from engine.api import LoadFailed, LoadRequest
from engine.errors import UserError
from engine.remote.engine import RemoteEngine
from tests.app.services.settings.test_secrets import Remembering
from tests.support.engines.recorder import Recorder
from tests.support.servers.openai_script import Reply, in_order
from tests.support.servers.openai_server import Kind, OpenAiServer

CANARY = "sk-canary-4711-nobody-may-see-this"
FAR = "https://models.example.com/v1"
Make = Callable[[], RemoteServers]


@pytest.fixture
def ring() -> Iterator[Remembering]:
    before = keyring.get_keyring()
    ring = Remembering()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def make(coterie_home: Path) -> Make:
    """The servers as the next start of the program finds them."""
    settings = SettingsFile(coterie_home / "settings.toml")
    return lambda: RemoteServers(coterie_home, settings, Secrets({}), settings.events)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.code


def test_servers_are_kept_with_what_a_later_version_wrote(make: Make, coterie_home: Path) -> None:
    told: list[Any] = []
    remote_servers = make()
    remote_servers.events.subscribe(RemoteServersChanged, told.append)
    kept = remote_servers.save(
        ModelServer("HTTPS://Models.example.com/", "Work", ("qwen3", "glm"), context=64000)
    )
    assert (kept.url, kept.host, kept.shown, kept.leaves) == (FAR, "models.example.com", "Work", True)
    assert kept.names == (f"openai:{FAR}#qwen3", f"openai:{FAR}#glm")
    assert make().all() == (kept,) and len(told) == 1
    file = coterie_home / "elsewhere.toml"
    file.write_text(file.read_text() + 'later = "x"\n\n["no address"]\ntitle = 5\n')
    again = make()
    assert again.all() == (kept,)
    assert [problem.code for problem in again.problems] == ["settings.bad_value"]
    again.save(ModelServer(FAR, "Home"), instead_of=FAR)
    assert 'later = "x"' in file.read_text() and "no address" in file.read_text()
    again.remove(FAR)
    assert again.all() == ()


def test_a_file_that_is_not_toml_is_set_aside(make: Make, coterie_home: Path) -> None:
    coterie_home.mkdir()
    (coterie_home / "elsewhere.toml").write_text("not = = toml")
    assert make().all() == ()
    make().save(ModelServer(FAR))
    assert (coterie_home / "elsewhere.toml.broken").read_text() == "not = = toml"


def test_a_key_is_for_its_address_alone(make: Make, ring: Remembering) -> None:
    remote_servers = make()
    remote_servers.save(ModelServer(FAR), f" {CANARY}\n")
    assert make().access_of(FAR).key() == CANARY and make().key_place(FAR) == "keyring"
    for other in ("http://models.example.com/v1", "https://models.example.com/v2", "https://example.com/v1"):
        assert make().access_of(other).key() == ""
    remote_servers.save(ModelServer(FAR, "Work"), None, instead_of=FAR)
    assert make().access_of(FAR).key() == CANARY, "what else is changed leaves the key alone"
    moved = remote_servers.save(ModelServer("https://other.example.com/v1"), None, instead_of=FAR)
    assert not moved.has_key and make().access_of(moved.url).key() == "" and ring.kept == {}
    remote_servers.save(moved, CANARY, instead_of=moved.url)
    remote_servers.save(moved, "", instead_of=moved.url)
    assert ring.kept == {}
    remote_servers.save(moved, CANARY, instead_of=moved.url)
    remote_servers.remove(moved.url)
    assert ring.kept == {} and make().all() == ()


def test_without_a_keyring_a_key_is_for_this_session_and_its_end_is_told(make: Make) -> None:
    remote_servers = make()
    remote_servers.save(ModelServer(FAR), CANARY)
    assert (remote_servers.key_place(FAR), remote_servers.access_of(FAR).key()) == ("session", CANARY)
    later = make()
    assert later.key_place(FAR) == ""
    assert code_of(later.access_of(FAR).key) == "remote.key_gone"
    with OpenAiServer(key=CANARY) as server:
        remote_servers.save(ModelServer(server.url), CANARY)
        engine_told = Recorder()
        engine = RemoteEngine(engine_told, make().access_of)
        engine.load(LoadRequest(server.model))
        assert engine_told.next(LoadFailed).error.code == "remote.key_gone" and server.paths == []
        engine.close()


def test_two_servers_cannot_have_one_address(make: Make) -> None:
    remote_servers = make()
    remote_servers.save(ModelServer(FAR))
    assert code_of(lambda: remote_servers.save(ModelServer(FAR + "/"))) == "remote.known"
    remote_servers.save(ModelServer("http://127.0.0.1:1/v1"))
    change = ModelServer(FAR)
    assert code_of(lambda: remote_servers.save(change, instead_of="http://127.0.0.1:1/v1")) == "remote.known"
    assert code_of(lambda: remote_servers.save(ModelServer("ftp://x/"))) == "remote.bad_url"
    assert code_of(lambda: remote_servers.save(ModelServer("http://x/"), "two words")) == "remote.bad_key"
    assert len(remote_servers.all()) == 2


def test_that_text_leaves_is_told_once_for_each_server(make: Make) -> None:
    name = f"openai:{FAR}#m"
    assert make().is_new(name)
    make().agree(FAR)
    assert not make().is_new(name) and make().is_new("openai:https://b.example/v1#m")
    assert not make().is_new("openai:http://127.0.0.1:8080/v1#m"), "nothing leaves"


def test_checking_lists_the_models_with_a_key_that_is_not_saved_yet(make: Make, ring: Remembering) -> None:
    with OpenAiServer(names=("a", "b", "a"), key=CANARY) as server:
        remote_servers, there = make(), ModelServer(server.url)
        assert remote_servers.check(there, CANARY) == Listed(("a", "b")) and ring.kept == {}
        assert code_of(lambda: remote_servers.check(there, "wrong")) == "remote.key_refused"
        kept = remote_servers.save(there, CANARY)
        assert remote_servers.check(kept).names == ("a", "b")
    assert code_of(lambda: remote_servers.check(there, CANARY)) == "remote.unreachable"


@pytest.mark.parametrize("kind", ["llama-server", "lm-studio", "ollama"])
def test_checking_says_which_models_see_and_loads_none(make: Make, kind: Kind) -> None:
    for sees, told in ((True, ("a", "b")), (False, ()), (None, ())):
        with OpenAiServer(names=("a", "b"), kind=kind, sees=sees) as server:
            assert make().check(ModelServer(server.url)) == Listed(("a", "b"), told)
        assert "/api/generate" not in server.posts
    with OpenAiServer(names=("a", "b")) as server:
        assert make().check(ModelServer(server.url)).seeing == ()
        assert len(server.paths) < 6, "who says nothing of one model is not asked of the others"


def test_the_network_of_the_settings_is_used_and_a_servers_own_certificates_first(make: Make) -> None:
    remote_servers = make()
    remote_servers._settings.change(hub_certificates="/network.pem", hub_proxy="http://proxy:3128")
    remote_servers.save(ModelServer(FAR, certificates="/own.pem", allow_http=True, context=5000))
    access = remote_servers.access_of(FAR)
    assert (access.certificates, access.allow_http, access.context) == ("/own.pem", True, 5000)
    other = remote_servers.access_of("https://b.example/v1")
    assert (other.certificates, other.allow_http, other.proxy) == (
        "/network.pem",
        False,
        "http://proxy:3128",
    )


def test_a_key_is_in_no_file_no_log_no_error_and_no_export(
    coterie_home: Path, ring: Remembering, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    (folder := tmp_path / "folder").mkdir()
    repeats = Reply(fault="status", status=400, message=f"Bearer {CANARY} may not do that")
    services = open_services(coterie_home)
    seen: list[Any] = []
    services.events.subscribe(ServiceEvent, seen.append)
    try:
        with OpenAiServer(in_order(repeats, repeats, repeats, repeats), key=CANARY) as server:
            services.remote_servers.save(ModelServer(server.url, models=("scripted",)), CANARY)
            record = services.runs.start(RunSpec("Do it.", str(folder), server.model), attended=False)
            assert services.runs.join(record.id, 30.0)
        ended = services.runs.entries(record.id)[-1].event
        assert server.asked and ended.status == "failed" and ended.error is not None
        told = [localized_error(ended.error, language) for language in ("en", "ko")]
        exports = [services.runs.export(record.id, format) for format in ("jsonl", "markdown", "otel")]
        access = services.remote_servers.access_of(server.url)
        shown = [repr(access), repr(services.remote_servers.all()), repr(seen), caplog.text, *told, *exports]
        assert CANARY not in "".join(shown)
    finally:
        services.close()
    for path in coterie_home.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    assert CANARY in ring.kept.values()
