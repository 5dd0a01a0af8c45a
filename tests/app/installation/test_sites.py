"""Versions beside each other: one step makes another one current, and one step brings the old one back."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.installation.sites import FileSite, FolderSite, Site, Switch, site_of


@pytest.fixture(params=["file", "folders"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """An installation of version 0.1.0, into which 0.2.0 has been fetched."""
    place = file_site(tmp_path) if request.param == "file" else folder_site(tmp_path)
    fetched(place, "0.2.0")
    return place


def file_site(folder: Path) -> FileSite:
    (folder / "Coterie.AppImage").write_text("0.1.0")
    return FileSite(folder / "Coterie.AppImage")


def folder_site(folder: Path) -> FolderSite:
    (folder / "app-0.1.0").mkdir(parents=True)
    (folder / "app-0.1.0" / "version").write_text("0.1.0")
    (folder / "current.txt").write_text("app-0.1.0\n")
    return FolderSite(folder)


def fetched(site: Site, version: str) -> None:
    if isinstance(site, FileSite):
        site.incoming.write_text(version)
    else:
        with zipfile.ZipFile(site.incoming, "w") as archive:
            archive.writestr("version", version)


def current(site: Site) -> str:
    if isinstance(site, FileSite):
        return site.file.read_text()
    assert isinstance(site, FolderSite)
    return (site.current() / "version").read_text()


def left(site: Site) -> set[str]:
    """What lies there besides the current version and, in folders, the name of it."""
    return {path.name for path in site.folder.iterdir()} - {"Coterie.AppImage", "current.txt"}


def switched(site: Site, before: str = "0.1.0", after: str = "0.2.0") -> None:
    site.unpack(after)
    site.switch(before, after)


def test_a_switch_is_on_trial_until_it_is_settled(site: Site) -> None:
    assert site.waiting("0.1.0") == ""
    switched(site)
    assert current(site) == "0.2.0" and site.read("trial") == Switch("0.1.0", "0.2.0")
    assert site.waiting("0.1.0") == "0.2.0" and site.waiting("0.2.0") == ""
    site.settle()
    assert current(site) == "0.2.0" and site.read("trial") is None
    assert left(site) == (set() if isinstance(site, FileSite) else {"app-0.2.0"})


def test_the_way_back_needs_no_network_and_is_told_once(site: Site) -> None:
    switched(site)
    assert site.go_back() and current(site) == "0.1.0"
    assert site.read("trial") is None and site.read("fallen") == Switch("0.1.0", "0.2.0")
    site.forget_fallen()
    assert site.read("fallen") is None


def test_an_untried_version_that_is_replaced_is_no_way_back(site: Site) -> None:
    switched(site)
    fetched(site, "0.3.0")
    switched(site, "0.1.0", "0.3.0")
    assert current(site) == "0.3.0"
    assert site.go_back() and current(site) == "0.1.0"


def test_a_switch_that_was_cut_off_changes_nothing_and_can_be_done_again(site: Site) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(site), "_put", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
        site.unpack("0.2.0")
        with pytest.raises(OSError, match="power cut"):
            site.switch("0.1.0", "0.2.0")
    assert current(site) == "0.1.0" and site.waiting("0.1.0") == ""
    site.switch("0.1.0", "0.2.0")
    assert current(site) == "0.2.0" and site.go_back() and current(site) == "0.1.0"


def test_a_switch_that_fails_leaves_the_one_before_it_on_trial(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched(site)
    fetched(site, "0.3.0")

    def refuse(_: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site, "_put", refuse)
    with pytest.raises(OSError, match="No space"):
        switched(site, "0.1.0", "0.3.0")
    assert current(site) == "0.2.0" and site.read("trial") == Switch("0.1.0", "0.2.0")
    assert site.go_back() and current(site) == "0.1.0"


def test_without_an_old_version_there_is_no_way_back(site: Site) -> None:
    assert not site.go_back() and current(site) == "0.1.0" and site.read("fallen") is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '"ab"x', "null"])
def test_a_mark_that_cannot_be_read_says_nothing(site: Site, text: str) -> None:
    site.mark("trial").write_text(text)
    assert site.read("trial") is None and site.waiting("0.1.0") == ""


def test_a_file_system_without_links_keeps_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_link)
    site = file_site(tmp_path)
    fetched(site, "0.2.0")
    switched(site)
    assert site.go_back() and current(site) == "0.1.0"


def test_a_new_file_can_be_run(tmp_path: Path) -> None:
    site = file_site(tmp_path)
    fetched(site, "0.2.0")
    switched(site)
    assert site.file.stat().st_mode & stat.S_IXUSR


def test_the_running_folder_is_never_unpacked_over(tmp_path: Path) -> None:
    site = folder_site(tmp_path)
    fetched(site, "0.1.0")
    with pytest.raises(ValueError, match=r"0\.1\.0"):
        site.unpack("0.1.0")
    site.drop("0.1.0")
    assert current(site) == "0.1.0"


def test_a_version_that_still_runs_keeps_all_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows renames no folder of which a file is open, and would remove those that are not."""
    site = folder_site(tmp_path)
    fetched(site, "0.2.0")
    switched(site)
    rename = Path.rename

    def held(self: Path, target: Path) -> Path:
        if self.name == "app-0.1.0":
            raise PermissionError(13, "in use")
        return rename(self, target)

    with monkeypatch.context() as running:
        running.setattr(Path, "rename", held)
        site.settle()
    assert (tmp_path / "app-0.1.0" / "version").read_text() == "0.1.0"
    site.settle()
    assert left(site) == {"app-0.2.0"}


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "C:/out", "..\\out"])
def test_an_archive_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    site = folder_site(tmp_path)
    with zipfile.ZipFile(site.incoming, "w") as archive:
        archive.writestr("version", "0.2.0")
        archive.writestr(name, "x")
    with pytest.raises(ValueError):
        site.unpack("0.2.0")
    assert left(site) == {"app-0.1.0", "next.zip"}


def test_a_link_in_an_archive_leads_nowhere_else(tmp_path: Path) -> None:
    site = folder_site(tmp_path)
    with zipfile.ZipFile(site.incoming, "w") as archive:
        for name, target in (("inside", "version"), ("outside", "../..")):
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, target)
    with pytest.raises(ValueError, match="outside"):
        site.unpack("0.2.0")


def test_nothing_is_written_through_a_link_in_an_archive(tmp_path: Path) -> None:
    site = folder_site(tmp_path / "here")
    (tmp_path / "here" / "out").mkdir()
    with zipfile.ZipFile(site.incoming, "w") as archive:
        # Seen alone, the first leads to a folder inside; once there is the second, to one outside.
        for name, target in (("a", "b/../out"), ("b", ".")):
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, target)
        archive.writestr("a/evil", "x")
    with pytest.raises((ValueError, OSError)):
        site.unpack("0.2.0")
    assert not (tmp_path / "here" / "out" / "evil").exists()


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    site = folder_site(tmp_path)
    site.incoming.write_bytes(data)
    with pytest.raises(ValueError):
        site.unpack("0.2.0")


def test_programs_of_an_archive_can_be_run(tmp_path: Path) -> None:
    site = folder_site(tmp_path)
    with zipfile.ZipFile(site.incoming, "w") as archive:
        file = zipfile.ZipInfo("python/bin/python3")
        file.external_attr = 0o755 << 16
        archive.writestr(file, "#!/bin/sh\n")
    site.unpack("0.2.0")
    assert os.access(site.version_folder("0.2.0") / "python/bin/python3", os.X_OK)


def test_only_what_knows_its_place_replaces_itself(tmp_path: Path) -> None:
    file = tmp_path / "Coterie.AppImage"
    file.touch()
    (tmp_path / "link").symlink_to(file)
    found = site_of(Installation("appimage"), {"APPIMAGE": str(tmp_path / "link")})
    assert isinstance(found, FileSite) and found.file == file
    assert site_of(Installation("appimage"), {}) is None
    assert site_of(Installation("appimage"), {"APPIMAGE": str(tmp_path / "gone")}) is None
    assert site_of(Installation("deb"), {"APPIMAGE": str(file)}) is None
    root = tmp_path / "app-0.1.0" / "python"
    root.mkdir(parents=True)
    assert site_of(Installation("windows", root=root), {}) is None
    (tmp_path / "current.txt").write_text("app-0.1.0")
    assert isinstance(site_of(Installation("windows", root=root), {}), FolderSite)


def test_an_appimage_is_started_without_fuse_where_it_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPDIR", raising=False)
    site = file_site(tmp_path)
    assert site.program == (str(site.file),)
    monkeypatch.setenv("APPDIR", "/tmp/appimage_extracted_0a1b")
    assert site.program == (str(site.file), "--appimage-extract-and-run")
