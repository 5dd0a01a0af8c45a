"""Whatever a hub calls its files, they lie inside the library, apart from each other, on every system."""

import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.hub.names import safe_destination

WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])", re.I)


def legal(segment: str) -> bool:
    """On Linux, macOS and Windows."""
    return (
        0 < len(segment.encode()) <= 255
        and not re.search(r'[\x00-\x1f\x7f<>:"/\\|?*]', segment)
        and not segment.startswith(".")
        and segment[-1] not in ". "
        and segment[0] != " "
        and not WINDOWS_DEVICES.fullmatch(segment.split(".")[0].rstrip(" "))
        and unicodedata.is_normalized("NFC", segment)
    )


def inside(library: Path, repo: str, path: str, among: tuple[str, ...] = ()) -> PurePosixPath:
    destination = safe_destination(library, repo, path, among)
    relative = destination.relative_to(library)
    assert ".." not in relative.parts
    assert all(map(legal, relative.parts)), relative
    windows = PureWindowsPath("C:/library") / str(relative)
    assert windows.parts[:2] == ("C:\\", "library")
    assert len(windows.parts) == 2 + len(relative.parts)
    return PurePosixPath(relative.as_posix())


@pytest.mark.parametrize(
    ("repo", "path"),
    [
        ("acme/tiny-GGUF", "tiny.Q4_K_M.gguf"),
        ("Qwen/Qwen3-30B-A3B-GGUF", "Q8_0/Qwen3-30B-A3B-Q8_0-00001-of-00002.gguf"),
        ("a/b", "mmproj-BF16.gguf"),
        ("a/b", "imatrix.dat"),
        ("a/b", "a model (new) [v1.5]+x.gguf"),
    ],
)
def test_plain_names_stay(tmp_path: Path, repo: str, path: str) -> None:
    assert str(inside(tmp_path, repo, path, (path, "other.gguf"))) == f"{repo}/{path}"


TRICKS = [
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a//b.gguf",
    "a/../b.gguf",
    "C:/Windows/x.gguf",
    "C:x.gguf",
    "\\\\server\\share\\x.gguf",
    "..\\..\\x.gguf",
    "//server/share/x.gguf",
    "a\0b.gguf",
    "con",
    "CON.gguf",
    "nul .gguf",
    "con.tar.gguf",
    "com¹.gguf",
    "aux/x.gguf",
    "x.gguf.",
    "x.gguf ",
    " x.gguf",
    "x./y.gguf",
    ".hidden.gguf",
    ".incoming/x.gguf",
    "-rf.gguf",
    "x" * 300 + ".gguf",
    "é" * 300 + ".gguf",
    "/".join("d" * 20 for _ in range(60)) + "/x.gguf",
    "x:stream.gguf",
    "a?b*.gguf",
    "x\u202egguf.exe",
    "x．gguf",
    "a／b.gguf",
    "＼x.gguf",
    "cafe\u0301.gguf",
    "caf\u00e9.gguf",
    "\ud800.gguf",
    "x.GGUF",
    "PROGRA~1.gguf",
    "\n",
    "모델.gguf",
    "m\u043edel.gguf",
    "model.gguf",
]


def test_tricks_end_inside_the_library_each_in_a_place_of_its_own(tmp_path: Path) -> None:
    places = [str(inside(tmp_path, "acme/tiny", path)) for path in TRICKS]
    assert len({place.casefold() for place in places}) == len(TRICKS)
    repos = [str(inside(tmp_path, repo, "x.gguf")) for repo in TRICKS]
    assert len({place.casefold() for place in repos}) == len(TRICKS)
    for path, place in zip(TRICKS, places, strict=True):
        if path.lower().endswith(".gguf"):
            assert place.endswith(".gguf")


def test_parts_of_a_split_file_keep_their_ending_and_one_stem(tmp_path: Path) -> None:
    for stem in ("x", "../x", "모델", "y" * 300, "con", "a\\b", "d" * 150 + "/x", "x~1"):
        parts = [f"{stem}-{number:05d}-of-00003.gguf" for number in (1, 2, 3)]
        places = [inside(tmp_path, "acme/tiny", part, tuple(parts)) for part in parts]
        assert len({place.parent for place in places}) == 1
        assert len({place.name[: -len("-00001-of-00003.gguf")] for place in places}) == 1
        assert [place.name[-20:] for place in places] == [f"-{n:05d}-of-00003.gguf" for n in (1, 2, 3)]


def test_files_that_differ_only_in_case_are_told_apart(tmp_path: Path) -> None:
    paths = ("Model.gguf", "model.gguf", "Q8/a.gguf", "q8/a.gguf", "Q8/b.gguf", "S-00001-of-00002.gguf")
    paths += ("s-00001-of-00002.gguf", "s-00002-of-00002.gguf", "S-00002-of-00002.gguf")
    places = [inside(tmp_path, "acme/tiny", path, paths) for path in paths]
    assert len({str(place).casefold() for place in places}) == len(paths)
    assert places[2].parent == places[4].parent
    assert places[6].name[:-20] == places[7].name[:-20]


def test_repositories_that_differ_only_in_case_are_told_apart(tmp_path: Path) -> None:
    first = safe_destination(tmp_path, "Acme/Tiny", "x.gguf")
    first.parent.mkdir(parents=True)
    second = safe_destination(tmp_path, "acme/tiny", "x.gguf")
    assert second.parts[-3].lower() != "acme"
    assert safe_destination(tmp_path, "Acme/Tiny", "x.gguf") == first


NAMES = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="aA.~ /\\-:\0é·ｅ", max_size=8),
    st.sampled_from(TRICKS),
    st.builds(
        "{}-{:05d}-of-{:05d}.gguf".format, st.text("aA.~", max_size=3), st.integers(1, 2), st.integers(1, 2)
    ),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(repo=NAMES, first=NAMES, second=NAMES)
def test_no_two_files_of_a_repository_share_a_place(
    tmp_path: Path, repo: str, first: str, second: str
) -> None:
    places = [inside(tmp_path / "none", repo, path, (first, second)) for path in (first, second)]
    assert (str(places[0]).casefold() == str(places[1]).casefold()) == (first == second)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=NAMES, second=NAMES, path=NAMES)
def test_no_two_repositories_share_a_place(tmp_path: Path, first: str, second: str, path: str) -> None:
    library = tmp_path / "none"
    here = inside(library, first, path)
    made = (library / here).parent
    made.mkdir(parents=True, exist_ok=True)
    there = inside(library, second, path)
    while made != library:
        made.rmdir()
        made = made.parent
    assert (str(here).casefold() == str(there).casefold()) == (first == second)
