"""Values in files that nobody depends on."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.hub import cache as keeping
from engine.hub.cache import Kept


class Value(msgspec.Struct, frozen=True):
    name: str
    numbers: tuple[int, ...] = ()


def keep(folder: Path, most: int = 10, form: str = "one") -> Kept[Value]:
    return Kept(folder, Value, form, most)


def test_what_was_kept_is_had_again(tmp_path: Path) -> None:
    assert keep(tmp_path / "new").get("a") is None
    keep(tmp_path / "new").put("a", Value("x", (1, 2)))
    keep(tmp_path / "new").put("\ud800", Value("y"))
    assert keep(tmp_path / "new").get("a") == Value("x", (1, 2))
    assert keep(tmp_path / "new").get("\ud800") == Value("y")
    assert keep(tmp_path / "new").get("b") is None
    assert keep(tmp_path / "new", form="two").get("a") is None


@pytest.mark.parametrize("damage", [b"", b"garbage", b"x\x9cK\xcb", None])
def test_a_damaged_one_is_as_good_as_not_there(tmp_path: Path, damage: bytes | None) -> None:
    keep(tmp_path).put("a", Value("x"))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-2] if damage is None else damage)
    assert keep(tmp_path).get("a") is None
    keep(tmp_path).put("a", Value("y"))
    assert keep(tmp_path).get("a") == Value("y")


def test_what_would_grow_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path).put("a", Value("x" * 100_000))
    monkeypatch.setattr(keeping, "_LARGEST", 5000)
    assert keep(tmp_path).get("a") is None


def test_those_used_last_stay(tmp_path: Path) -> None:
    store = keep(tmp_path, most=10)
    for number in range(keeping._SPARE + 10):
        store.put(str(number), Value(str(number)))
    for number, path in enumerate(sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)):
        os.utime(path, (number, number))
    assert store.get("3") is not None
    store.put("new", Value("new"))
    assert len(list(tmp_path.iterdir())) == 10
    assert store.get("3") is not None
    assert store.get("new") is not None
    assert store.get("0") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = keep(tmp_path / "file")
    store.put("a", Value("x"))
    assert store.get("a") is None


AT_ONCE = """
import sys, threading
from pathlib import Path
import msgspec
from engine.hub.cache import Kept
sys.setswitchinterval(1e-6)
for turn in range(20):
    part = msgspec.defstruct("Part", [(f"number{n}", int) for n in range(30)])
    middle = msgspec.defstruct("Middle", [(f"part{n}", part) for n in range(30)])
    whole = msgspec.defstruct("Whole", [(f"middle{n}", middle) for n in range(5)])
    value = whole(*[middle(*[part(*range(30))] * 30)] * 5)
    Kept(Path(sys.argv[1]), int, "form", 5).put("key", value)
    begun = threading.Barrier(6)
    def work():
        begun.wait()
        assert Kept(Path(sys.argv[1]), whole, "form", 5).get("key") == value
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


@pytest.mark.process
def test_several_threads_may_be_the_first_to_read_a_type(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", AT_ONCE, str(tmp_path)], check=True, timeout=300)
