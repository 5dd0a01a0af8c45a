"""Looking for a newer version: nobody is asked before a yes, and nothing that is wrong is believed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.services.updates.manifest import LARGEST, signed
from app.services.updates.values import UpdateChanged, UpdateState
from engine.errors import UserError
from tests.app.services.updates.conftest import MakeUpdates
from tests.support.library.releases import KEY, MADE, OTHER_KEY, PUBLIC, Releases, appimage, manifest


def refused(make: MakeUpdates, **options: float) -> str:
    with pytest.raises(UserError) as caught:
        make(**options).look()
    return caught.value.code


def test_nobody_is_asked_before_a_yes(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    make().look_if_due()
    make(updates="off").look_if_due()
    make(updates="on", offline=True).look_if_due()
    make(Installation("source"), updates="on", offline=False).look_if_due()
    assert server.asked == []
    make().look_if_due()
    assert server.asked == [("/stable.release", "")]


def test_what_is_asked_says_nothing_of_the_person(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    make().look()
    assert server.asked == [("/stable.release", "")] and server.agents == {"coterie"}


def test_a_look_a_day_is_enough(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    for days in (0.0, 0.4, 0.9, 1.1, 1.2):
        make(updates="on", days=days).look_if_due()
    assert len(server.asked) == 2
    make(days=-400.0).look_if_due()  # the clock was wrong then, or is now
    assert len(server.asked) == 3


def test_a_newer_version_is_told_once_and_remembered(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    updates, told = make(), list[UpdateState]()
    updates._events.subscribe(UpdateChanged, lambda event: told.append(event.state))
    assert updates.look().phase == "found"
    updates.look()
    assert [state.release.version for state in told if state.release] == ["0.2.0"]
    again = make().state
    assert again.phase == "found" and again.release is not None and again.release.notes["ko"]


def test_the_installed_version_is_not_offered(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest(version="0.1.0"))
    assert make().look() == UpdateState(replaces=True, looked=make().state.looked)
    server.publish(manifest(version="0.2.0", counter=3))
    make().look()
    assert make(appimage("0.2.0")).state.phase == "none"  # it has come by another way


def test_unfinished_versions_are_for_those_who_want_them(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest(version="0.2.0"))
    server.publish(manifest(version="0.3.0b1", channel="beta"))
    assert make().look().release.version == "0.2.0"  # type: ignore[union-attr]
    assert make(beta_updates=True).look().release.version == "0.3.0b1"  # type: ignore[union-attr]
    server.publish(manifest(version="0.3.0", counter=3))
    assert make().look().release.version == "0.3.0"  # type: ignore[union-attr]


def test_a_channel_without_releases_is_no_error_for_the_other(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    assert make(beta_updates=True).look().phase == "found"


def test_an_address_may_name_the_manifest_itself(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest(version="0.3.0b1", channel="beta"))
    assert make().look(f"{server.address}/beta.release").phase == "found"
    assert make().look(f"{server.address}/beta.release/").release.address == server.address  # type: ignore[union-attr]


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_what_nobody_known_signed_is_refused(make: MakeUpdates, server: Releases, key: bytes | None) -> None:
    if key is None:
        (server.folder / "stable.release").write_text("<html>Sign in</html>")
    else:
        server.publish(manifest(), key)
    assert refused(make) == "update.signature" and make().state.phase == "none"


def test_an_expired_one_is_refused(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    assert refused(make, days=40) == "update.expired"
    assert refused(make, days=-400) == "update.clock"


def test_an_older_one_is_refused_also_after_a_new_start(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest(version="0.3.0", counter=7))
    make().look()
    server.publish(manifest(version="0.2.0", counter=8))
    assert refused(make) == "update.older"
    server.publish(manifest(version="0.3.0", counter=6))
    assert refused(make) == "update.older"
    assert make().state.release.version == "0.3.0"  # type: ignore[union-attr]


def test_what_is_remembered_may_be_damaged(make: MakeUpdates, server: Releases, tmp_path: Path) -> None:
    server.publish(manifest())
    make().look()
    (tmp_path / "home" / "updates" / "known.json").write_bytes(b'{"seen": 7')
    assert make().state.phase == "none" and make().look().phase == "found"


def test_what_cannot_be_remembered_is_told_all_the_same(
    make: MakeUpdates, server: Releases, tmp_path: Path
) -> None:
    server.publish(manifest())
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "updates").write_text("a file in the place of the folder")
    assert make().look().phase == "found" and make().state.phase == "none"


def test_a_huge_answer_is_not_read(make: MakeUpdates, server: Releases) -> None:
    (server.folder / "stable.release").write_bytes(signed(manifest(), KEY) + b" " * LARGEST)
    assert refused(make) == "update.too_large"


def test_a_server_that_has_nothing_or_is_broken_is_told_in_words(make: MakeUpdates, server: Releases) -> None:
    assert refused(make) == "update.no_release"
    server.broken = 500
    assert refused(make) == "hub.failed"


def test_a_server_that_is_gone_is_told_in_words(make: MakeUpdates) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(UserError, match=r"hub\.unreachable"):
            make().look(address)


@pytest.mark.parametrize(
    "address", ["ftp://example.org", "nonsense", "http://me:pw@example.org", "http://a b"]
)
def test_an_address_that_is_none_is_told(make: MakeUpdates, address: str) -> None:
    with pytest.raises(UserError, match=r"update\.bad_address"):
        make().look(address)


def test_a_copy_that_knows_no_address_or_no_key_says_so(make: MakeUpdates, server: Releases) -> None:
    with pytest.raises(UserError, match=r"update\.no_address"):
        make(Installation("appimage")).look()
    with pytest.raises(UserError, match=r"update\.offline"):
        make(offline=True).look()
    server.publish(manifest())
    with pytest.raises(UserError, match=r"update\.signature"):  # that of the test is no key of the project
        make(Installation("appimage", "0.1.0"), offline=False).look(server.address)


def test_skipped_and_put_off_versions_are_quiet(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest())
    make().look()
    assert not make().state.quiet
    make().put_off()
    assert make().state.quiet and not make(days=4).state.quiet and not make(days=-9).state.quiet
    make(days=4).skip()
    assert make(days=5).state.quiet
    server.publish(manifest(version="0.2.1", counter=3))
    assert not make(days=5).look().quiet


@pytest.mark.parametrize(
    ("kind", "code"), [("source", "by_source"), ("uv", "by_uv"), ("deb", "by_deb"), ("macos", "by_hand")]
)
def test_others_replace_what_a_package_manager_brought(
    make: MakeUpdates, server: Releases, kind: str, code: str
) -> None:
    package = server.folder / "coterie_0.2.0_amd64.deb"
    package.write_bytes(b"package")
    server.publish_file(kind, package)
    here = Installation(kind, "0.1.0", updates=server.address, keys=(PUBLIC,))  # type: ignore[arg-type]
    updates = make(here)
    assert updates.look().phase == "found" and not updates.state.replaces
    with pytest.raises(UserError, match=rf"update\.{code}"):
        updates.apply()
    assert server.asked == [("/stable.release", "")]


def test_a_release_without_a_file_for_this_computer_says_so(make: MakeUpdates, server: Releases) -> None:
    server.publish(manifest(made=MADE))
    updates = make()
    updates.look()
    with pytest.raises(UserError, match=r"update\.no_file"):
        updates.apply()
