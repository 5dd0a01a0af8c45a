"""Fetching from a hub that behaves."""

from __future__ import annotations

from tests.engine.hub.transfer.pulling import Pull


def test_a_file_arrives_whole_and_its_parts_are_known(pull: Pull) -> None:
    (fetched,) = pull.run()
    pull.check()
    assert fetched.path == pull.file
    assert fetched.notices == ()
    assert [path.name for path in pull.parts.iterdir()] == [f"{fetched.sha256}.parts"]
