"""Caches of programs: kept for a workspace, whatever a program has made of them, and gone when nobody uses them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.services.runs.place.program_caches import cache_variables, kept_caches


def test_a_workspace_finds_its_own_caches_again(tmp_path: Path) -> None:
    one, other = (kept_caches(tmp_path / "kept", Path(name)) for name in ("/one", "/other"))
    assert one is not None and other is not None and one != other
    (one / "cache/pip").mkdir()
    assert kept_caches(tmp_path / "kept", Path("/one")) == one
    assert (one / "cache/pip").is_dir() and one.stat().st_mode & 0o777 == 0o700


def test_what_a_program_put_in_the_place_of_a_cache_is_removed_not_followed(tmp_path: Path) -> None:
    kept = kept_caches(tmp_path / "kept", Path("/one"))
    assert kept is not None
    (tmp_path / "mine").mkdir()
    for name in ("cache", "npm", "go"):
        (kept / name).rmdir()
    (kept / "cache").symlink_to(tmp_path / "mine")
    (kept / "npm").symlink_to("nowhere")
    (kept / "go").write_text("a file")
    assert kept_caches(tmp_path / "kept", Path("/one")) == kept
    for name in ("cache", "npm", "go"):
        assert (kept / name).is_dir() and not (kept / name).is_symlink()
    assert (tmp_path / "mine").is_dir()


def test_those_not_used_for_long_are_removed_even_without_rights(tmp_path: Path) -> None:
    old = kept_caches(tmp_path / "kept", Path("/old"))
    assert old is not None
    (old / "go/module").mkdir()
    (old / "go/module/file").touch()
    (old / "go/module").chmod(0o500)
    (tmp_path / "mine").touch()
    (old / "go/link").symlink_to(tmp_path / "mine")
    os.utime(old, (0, 0))
    assert kept_caches(tmp_path / "kept", Path("/new")) is not None
    assert not old.exists() and (tmp_path / "mine").exists()


def test_a_run_goes_on_where_there_can_be_none(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert kept_caches(tmp_path / "kept", Path("/one")) is None


def test_go_looks_for_modules_at_the_users_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOPATH", raising=False)
    assert "GOPROXY" not in cache_variables(tmp_path, tmp_path)
    (tmp_path / "go/pkg/mod/cache/download").mkdir(parents=True)
    given = cache_variables(tmp_path / "kept", tmp_path)
    assert given["GOPROXY"].startswith(f"file://{tmp_path}/go/pkg/mod/cache/download,")
    assert given["GOPATH"] == f"{tmp_path}/kept/go" and given["XDG_CACHE_HOME"] == f"{tmp_path}/kept/cache"
