"""Toolchains are found by how they lie in a home, and come with the search path that the person has."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.sandbox.toolchains import Found, found_toolchains


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home/person"
    folder.mkdir(parents=True)
    return folder


def made(home: Path, *paths: str) -> None:
    for path in paths:
        (home / path).mkdir(parents=True)


def found(home: Path, **environment: str) -> Found:
    (home / "work").mkdir(exist_ok=True)
    return found_toolchains(home, environment, home / "work")


def names(home: Path, paths: tuple[Path, ...] | list[str]) -> list[str]:
    return [str(Path(path).relative_to(home)) for path in paths if Path(path).is_relative_to(home)]


def search(home: Path, result: Found) -> list[str]:
    return names(home, result.environment["PATH"].split(":"))


@pytest.mark.parametrize(
    ("layout", "shown", "programs"),
    [
        ([".pyenv/shims", ".pyenv/bin"], [".pyenv"], [".pyenv/shims", ".pyenv/bin"]),
        ([".local/share/uv/python"], [".local/share/uv/python"], []),
        ([".local/share/pipx/venvs/x", ".local/share/pipx/logs"], [".local/share/pipx/venvs"], []),
        (["miniforge3/condabin"], ["miniforge3"], ["miniforge3/condabin"]),
        (
            [".nvm/versions/node/v9.1.0/bin", ".nvm/versions/node/v20.2.0/bin"],
            [".nvm"],
            [".nvm/versions/node/v20.2.0/bin"],
        ),
        (
            [".fnm/node-versions/v18.0.0/installation/bin"],
            [".fnm"],
            [".fnm/node-versions/v18.0.0/installation/bin"],
        ),
        ([".volta/bin", ".volta/cache"], [".volta/bin"], [".volta/bin"]),
        ([".asdf/shims"], [".asdf"], [".asdf/shims"]),
        (
            [".local/share/mise/installs/go/latest/bin"],
            [".local/share/mise"],
            [".local/share/mise/installs/go/latest/bin"],
        ),
        ([".rustup/toolchains", ".cargo/bin"], [".rustup", ".cargo/bin"], [".cargo/bin"]),
        (["go/bin", "go/pkg/mod", "go/src"], ["go/bin", "go/pkg/mod"], ["go/bin"]),
        (["sdk/go1.9/bin", "sdk/go1.21/bin"], ["sdk/go1.9", "sdk/go1.21"], ["sdk/go1.21/bin"]),
        (
            [".sdkman/candidates/java/current/bin", ".sdkman/etc"],
            [".sdkman/candidates"],
            [".sdkman/candidates/java/current/bin"],
        ),
        ([".rbenv/shims"], [".rbenv"], [".rbenv/shims"]),
        ([".linuxbrew/bin", ".linuxbrew/var"], [".linuxbrew/bin"], [".linuxbrew/bin"]),
        ([".deno/bin"], [".deno/bin"], [".deno/bin"]),
        ([".bun/bin"], [".bun/bin"], [".bun/bin"]),
        (["n/bin"], ["n/bin"], ["n/bin"]),
        ([".local/bin"], [".local/bin"], [".local/bin"]),
    ],
    ids=lambda value: value[0] if value else "none",
)
def test_each_is_found_where_it_lies(
    home: Path, layout: list[str], shown: list[str], programs: list[str]
) -> None:
    made(home, *layout)
    result = found(home)
    assert names(home, result.folders) == shown
    assert search(home, result) == programs


def test_the_version_that_nvm_has_chosen_comes_before_the_newest(home: Path) -> None:
    made(
        home, *(f".nvm/versions/node/{name}/bin" for name in ("v18.1.0", "v18.20.1", "v22.0.0")), ".nvm/alias"
    )
    (home / ".nvm/alias/default").write_text("18\n")
    assert search(home, found(home)) == [".nvm/versions/node/v18.20.1/bin"]
    (home / ".nvm/alias/default").write_text("lts/*\n")
    assert search(home, found(home)) == [".nvm/versions/node/v22.0.0/bin"]


def test_the_search_path_keeps_its_order_and_loses_what_is_not_visible(home: Path) -> None:
    made(home, ".pyenv/shims", ".pyenv/bin", ".cargo/bin", "private/bin")
    path = f"{home}/private/bin:{home}/.cargo/bin:/usr/bin:{home}/.pyenv/shims:/var/own:relative"
    result = found(home, PATH=path)
    assert result.environment["PATH"].split(":")[:4] == [
        f"{home}/.cargo/bin",
        "/usr/bin",
        f"{home}/.pyenv/shims",
        f"{home}/.pyenv/bin",
    ]
    assert "private" not in result.environment["PATH"] and "/var/own" not in result.environment["PATH"]


def test_toolchains_that_only_a_shell_would_add_come_first(home: Path) -> None:
    made(home, ".nvm/versions/node/v20.0.0/bin", ".cargo/bin", ".local/bin")
    desktop = found(home, PATH=f"{home}/.local/bin:{home}/.cargo/bin:/usr/bin")
    assert search(home, desktop)[0] == ".nvm/versions/node/v20.0.0/bin"


def test_a_link_in_the_search_path_is_taken_for_what_it_leads_to(home: Path) -> None:
    made(home, ".fnm/node-versions/v18.0.0/installation/bin", "run")
    (home / "run/multishell").symlink_to(home / ".fnm/node-versions/v18.0.0/installation")
    assert search(home, found(home, PATH=f"{home}/run/multishell/bin:/usr/bin"))[0].startswith(".fnm/")


def test_variables_tell_where_toolchains_lie_and_nothing_else(home: Path) -> None:
    made(home, "tools/pyenv/shims", ".rustup", ".cargo/bin", "secret", "go-1/bin")
    result = found(
        home,
        PYENV_ROOT=f"{home}/tools/pyenv",
        GOROOT=f"{home}/go-1",
        JAVA_HOME="/nowhere",
        VIRTUAL_ENV=f"{home}/secret",
        CARGO_REGISTRY_TOKEN="canary",
        HTTPS_PROXY="http://name:canary@host",
    )
    assert {name: value for name, value in result.environment.items() if name != "PATH"} == {
        "PYENV_ROOT": f"{home}/tools/pyenv",
        "RUSTUP_HOME": f"{home}/.rustup",
        "GOROOT": f"{home}/go-1",
    }


@pytest.mark.parametrize(
    "value", ["", ".", "/", "{home}", "{home}/.local", "{home}/..", "/etc/..", "/nowhere"]
)
def test_a_variable_never_shows_the_home_or_more(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    made(home, ".local/share", ".ssh")
    monkeypatch.setenv("HOME", str(home))
    value = value.format(home=home)
    for name in ("PYENV_ROOT", "NVM_DIR", "GOROOT", "JAVA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PNPM_HOME"):
        assert found(home, **{name: value}).folders == ()


def test_the_python_that_an_environment_of_the_workspace_was_made_with_is_found(home: Path) -> None:
    made(home, "python/bin", "python/lib/python3.13", "work/.venv", "other/bin")
    (home / "python/bin/python3.13").touch()
    (home / "python/bin/python3").symlink_to("python3.13")
    (home / "python/lib/python3.13/os.py").touch()
    (home / "other/bin/python3").touch()
    configuration = home / "work/.venv/pyvenv.cfg"
    configuration.write_text(f"version = 3.13\nhome = {home}/python/bin\n")
    assert names(home, found(home).folders) == ["python"]
    for line in (f"home = {home}/other/bin", f"home = {home}", "home", "home = /\0", "home = /../x"):
        configuration.write_text(line)
        assert found(home).folders == ()


def test_of_the_persons_own_programs_scripts_stay_hidden(home: Path) -> None:
    made(home, ".local/bin", ".local/share/uv/tools/ruff/bin")
    local = home / ".local/bin"
    (local / "uv").write_bytes(b"\x7fELF...")
    (local / "deploy").write_text("#!/bin/sh\nTOKEN=canary\n")
    (local / "notes").write_text("canary")
    (local / "ruff").symlink_to(home / ".local/share/uv/tools/ruff/bin/ruff")
    (local / "tool").write_text(f"#!{home}/.local/share/uv/tools/ruff/bin/python\n")
    assert sorted(names(home, found(home).hidden)) == [".local/bin/deploy", ".local/bin/notes"]


def test_an_empty_home_has_none(home: Path) -> None:
    result = found(home)
    assert (result.toolchains, result.folders) == ((), ())
    assert result.environment["PATH"].startswith("/usr/")
