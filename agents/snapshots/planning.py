"""Plans an undo from what the run did and what is there now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from agents.events import FileChange, Undone
from agents.snapshots.content import MOVED
from agents.snapshots.manifest import PLAIN, Item, changes_of, same_attributes, within
from agents.snapshots.timeline import Layer, Timeline, states
from agents.snapshots.values import Step, UndoPlan


class Wanted:
    """A path to go from `expected`, as the run left it, to `target`.

    `broken`: somebody else changed it in the middle of what would be undone, or a later call did.
    """

    def __init__(self, path: str, target: Item | None, expected: Item | None, calls: tuple[str, ...]) -> None:
        self.path = path
        self.target = target
        self.expected = expected
        self.calls = calls
        self.broken = False


def wanted(
    timeline: Timeline, calls: Collection[str] | None, paths: Collection[str] | None, after: int
) -> list[Wanted]:
    """Changes that undoing the calls `calls` (None: all) after the entry `after` would make, of `paths` and
    what lies below them (None: all).
    """
    found: list[Wanted] = []
    wishes = None if paths is None else frozenset(paths)
    for path, layers in sorted(timeline.layers.items()):
        chosen = [
            i
            for i, layer in enumerate(layers)
            if layer.seq > after and (calls is None or layer.call in calls)
        ]
        if chosen and (wishes is None or _named(path, layers, wishes)):
            found.append(_wanted(path, layers, chosen))
    return found


def _named(path: str, layers: Sequence[Layer], paths: frozenset[str]) -> bool:
    """Whether it is selected, or is a deleted folder that a selected path needs."""
    if not paths.isdisjoint((path, "", *above(path))):
        return True
    was = layers[0].before
    needed = was is not None and was.kind == "folder" and layers[-1].after is None
    return needed and any(within(wish, [path]) for wish in paths)


def _wanted(path: str, layers: Sequence[Layer], chosen: Sequence[int]) -> Wanted:
    first, last = chosen[0], chosen[-1]
    names = tuple(layers[i].call for i in chosen)
    found = Wanted(path, layers[first].before, layers[last].after, names)
    found.broken = len(chosen) != last - first + 1 or any(
        not alike(layers[i].after, layers[i + 1].before) for i in range(first, last)
    )
    return found


def taken_back(undone: Undone) -> list[Wanted]:
    """Changes that taking an undo back would make."""
    return [
        Wanted(path, before, after, undone.calls)
        for path, (before, after) in sorted(states((*undone.files, *undone.attributes)).items())
    ]


def unhashed(wishes: Iterable[Wanted]) -> set[str]:
    """Paths of files that need not be read: there is nothing to compare their content with."""
    return {
        wish.path
        for wish in wishes
        if any(item is not None and item.kind == "file" and not _hashed(item) for item in (wish.expected,))
        or (wish.expected is None and wish.target is not None and wish.target.hash.startswith(MOVED))
    }


def plan_of(
    wishes: Sequence[Wanted],
    now: Mapping[str, Item],
    inside: Callable[[str], Collection[str]],
    has: Callable[[str], bool],
    *,
    redo: bool = False,
) -> UndoPlan:
    """The plan for `wishes`.

    `now` is what is there, at their paths and above them; `inside` tells the paths in a folder, `has` whether
    a content is kept.
    """
    steps: list[Step] = []
    attributes: list[Step] = []
    already: list[FileChange] = []
    leaving = {wish.path for wish in wishes if wish.target is None}
    becoming = {wish.path for wish in wishes if _is_folder(wish.target) and not _is_folder(wish.expected)}
    blocked = {path for path, item in now.items() if item.kind != "folder" and path not in becoming}
    for wish in wishes:
        there = now.get(wish.path)
        if not changes_of(wish.expected, wish.target):
            continue  # the run left it as it was
        if _same(wish.expected, wish.target):
            if _attributes_as_left(wish, now) and not _settled(wish, now):
                attributes.append(_step(wish, "restore"))
            continue
        if exactly(there, wish.target):
            already.extend(changes_of(wish.expected, wish.target))
            if _is_folder(wish.target) and _settled(wish, now):
                attributes.append(_step(wish, "restore"))  # what comes into it would change its time
            continue
        action: Literal["restore", "remove", "conflict", "lost"]
        away = wish.broken or not as_left(there, wish.expected) or not blocked.isdisjoint(above(wish.path))
        if away or _occupied(wish, there, inside, leaving):
            action = "conflict"
        elif wish.target is None:
            action = "remove"
        else:
            action = "restore"
        if not _kept(wish.target, has):
            action = "lost"
        steps.append(_step(wish, action))
    calls = dict.fromkeys(call for wish in wishes for call in wish.calls)
    return UndoPlan(tuple(calls), tuple(steps), tuple(already), redo, tuple(attributes))


def above(path: str) -> list[str]:
    """The folders above a path, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _occupied(
    wish: Wanted, there: Item | None, inside: Callable[[str], Collection[str]], leaving: set[str]
) -> bool:
    """Whether a folder to be removed contains something that stays."""
    if there is None or there.kind != "folder" or (wish.target is not None and wish.target.kind == "folder"):
        return False
    return not leaving.issuperset(inside(wish.path))


def _is_folder(item: Item | None) -> bool:
    return item is not None and item.kind == "folder"


def _same(one: Item | None, other: Item | None) -> bool:
    return one is not None and other is not None and exactly(one, other)


def _kept(target: Item | None, has: Callable[[str], bool]) -> bool:
    return target is None or target.kind in ("folder", "pipe") or has(target.hash)


def _step(wish: Wanted, action: Literal["restore", "remove", "conflict", "lost"]) -> Step:
    made = tuple(changes_of(wish.target, wish.expected))
    if len(made) == 1:
        return Step(wish.path, action, made[0], wish.calls)
    was, is_now = made
    change = msgspec.structs.replace(
        was,
        change="changed",
        after=is_now.after,
        attributes_after=is_now.attributes_after,
        bytes_after=is_now.bytes_after,
        mode_after=is_now.mode_after,
    )
    return Step(wish.path, action, change, wish.calls, made)


def linked_to(item: Item | None) -> str:
    """The path of another name of the file, "" when there is none."""
    linked = item.attributes.linked if item is not None and item.attributes is not None else ""
    return "" if item is not None and linked == item.path else linked


def _attributes_as_left(wish: Wanted, now: Mapping[str, Item]) -> bool:
    """Whether nobody else changed it since; a folder's time must not hide what is in it now."""
    there, target, expected = now.get(wish.path), wish.target, wish.expected
    if there is None or target is None or expected is None or wish.broken or not exactly(there, target):
        return False
    if there.attributes is None or expected.attributes is None:
        return False
    return there.attributes.modified == expected.attributes.modified


def _settled(wish: Wanted, now: Mapping[str, Item]) -> bool:
    """Whether attributes and hard links are those of the target."""
    there, target = now[wish.path], wish.target
    assert target is not None
    if not same_attributes(there, target):
        return False
    if linked_to(target):
        return _one_file(there, now.get(linked_to(target)))
    return not _one_file(there, now.get(linked_to(wish.expected)))


def _one_file(one: Item, other: Item | None) -> bool:
    if other is None or one.attributes is None or other.attributes is None:
        return False
    return one.attributes.inode == other.attributes.inode


def as_left(there: Item | None, expected: Item | None) -> bool:
    """Whether what is there may be replaced without a conflict: it is as the run left it, or gone, as after
    an interrupted undo.
    """
    return there is None or alike(there, expected)


def alike(one: Item | None, other: Item | None) -> bool:
    """Whether type and content are the same; without a known content, type, length and time."""
    if one is None or other is None:
        return one is other
    if one.kind != other.kind:
        return False
    if _hashed(one) and _hashed(other):
        return one.hash == other.hash
    if one.kind in PLAIN or one.bytes != other.bytes:
        return one.kind in PLAIN
    known = one.attributes is not None and other.attributes is not None
    return not known or _time(one) == _time(other)


def exactly(one: Item | None, other: Item | None) -> bool:
    """Whether it is alike to the mode bits, with a known content."""
    if not alike(one, other):
        return False
    if one is None or other is None or one.kind == "link":
        return True
    return one.mode == other.mode and (
        one.kind in PLAIN or bool(one.hash and other.hash) or MOVED in one.hash + other.hash
    )


def _time(item: Item) -> int:
    return item.attributes.modified if item.attributes is not None else 0


def _hashed(item: Item) -> bool:
    """Whether its content is known by its hash."""
    return bool(item.hash) and not item.hash.startswith(MOVED)
