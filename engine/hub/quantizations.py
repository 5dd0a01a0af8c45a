"""Groups the files of a repository into models.

A model is one file or several in order, named `STEM-00001-of-0000N.gguf` (llama.cpp, `llama_split_path`). Its
quantization is known from its file's or folder's name alone, which makers write differently.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from engine.errors import ErrorInfo
from engine.hub.names import is_plain_path
from engine.hub.values import HubFile, LeftOut, Variant

_SPLIT = re.compile(
    r"(?P<stem>.+)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})\.gguf", re.DOTALL | re.IGNORECASE
)
_MOST_PARTS = 4096
# Names of mixtures as llama.cpp writes them (`llama_model_ftype_name`, `tools/quantize`), of ik_llama.cpp, and what
# makers add: unsloth's UD- and _XL, _P and _H for other proportions.
_SIZES = "XXS|XXL|XS|XL|KSS|KS|KL|KT|NL|S|M|L|P|H"
_QUANTIZATION = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>(?:UD-)?(?:"
    rf"I?Q[1-8](?:_(?:[01]|K|{_SIZES}|R4|R8|[48]))+"
    rf"|TQ[12]_0|MXFP[468](?:_MOE)?|NVFP4|BF16|F(?:P)?16|F(?:P)?32|F(?:P)?64))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_COMPANION = re.compile(r"(?:^|[^A-Za-z])(?:mmproj|imatrix)(?:$|[^A-Za-z])", re.IGNORECASE)
_PROJECTOR = re.compile(r"(?:^|[^A-Za-z])mmproj(?:$|[^A-Za-z])", re.IGNORECASE)
# Of projectors in several precisions the first is taken: a tower is small, and what it sees it has to see well.
_PROJECTORS = ("F16", "Q8_0", "BF16", "F32")
# Bits of a weight on average, by the beginning of a name, for what no header was read of. From the sizes of
# published files of Llama-3.1-8B; the first that fits counts.
_BITS = (
    (re.compile(r"F(P)?64"), 64.0),
    (re.compile(r"F(P)?32"), 32.0),
    (re.compile(r"(BF16|F(P)?16)"), 16.0),
    (re.compile(r"Q8"), 8.5),
    (re.compile(r"Q6"), 6.6),
    (re.compile(r"(I)?Q5"), 5.6),
    (re.compile(r"(MXFP4|NVFP4)"), 4.3),
    (re.compile(r"MXFP6"), 6.3),
    (re.compile(r"MXFP8"), 8.3),
    (re.compile(r"IQ4"), 4.4),
    (re.compile(r"Q4"), 4.8),
    (re.compile(r"IQ3"), 3.4),
    (re.compile(r"Q3"), 3.9),
    (re.compile(r"IQ2"), 2.5),
    (re.compile(r"Q2"), 3.1),
    (re.compile(r"TQ"), 2.0),
    (re.compile(r"I?Q1"), 1.9),
)


class Grouped(msgspec.Struct, frozen=True):
    """`variants` are usable, the smallest first; `companions` belong to all of them; `left_out` cannot be used."""

    variants: tuple[Variant, ...] = ()
    companions: tuple[HubFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def group(files: Iterable[HubFile]) -> Grouped:
    """The models among these files; files that belong to none are ignored."""
    companions: list[HubFile] = []
    left_out: list[LeftOut] = []
    models: dict[tuple[str, int], dict[int, HubFile]] = defaultdict(dict)
    for file in files:
        name = file.path.rpartition("/")[2]
        if _COMPANION.search(name) and is_plain_path(file.path):
            companions.append(file)
        elif not name.lower().endswith(".gguf"):
            continue
        elif not is_plain_path(file.path):
            left_out.append(
                LeftOut(_shown(file.path), ErrorInfo("hub.bad_path", {"path": _shown(file.path)}))
            )
        else:
            stem, number, count = _part(file.path)
            models[stem, count].setdefault(number, file)
    whole: list[tuple[str, tuple[HubFile, ...]]] = []
    for (stem, count), parts in sorted(models.items()):
        missing = next((number for number in range(1, count + 1) if number not in parts), 0)
        if missing:
            reason = ErrorInfo("hub.part_missing", {"name": stem, "part": missing, "parts": count})
            left_out.append(LeftOut(stem, reason))
        else:
            whole.append((stem, tuple(parts[number] for number in range(1, count + 1))))
    projector = next(iter(projectors(companions)), None)
    variants = (
        Variant(name, parts, projector) for name, (_, parts) in zip(_names(whole), whole, strict=True)
    )
    ordered = sorted(variants, key=lambda variant: (variant.bytes, variant.name))
    return Grouped(tuple(ordered), tuple(companions), tuple(left_out))


def is_projector(path: str) -> bool:
    """Whether a file is called like a projector."""
    return path.lower().endswith(".gguf") and _PROJECTOR.search(path.rpartition("/")[2]) is not None


def projectors(companions: Iterable[HubFile]) -> list[HubFile]:
    """Those that are called like projectors, the best to take first; whose they are only their contents say."""

    def rank(file: HubFile) -> tuple[int, int, str]:
        name = quantization_in(file.path)
        return _PROJECTORS.index(name) if name in _PROJECTORS else len(_PROJECTORS), file.bytes, file.path

    return sorted((file for file in companions if is_projector(file.path)), key=rank)


def quantization_in(path: str) -> str:
    """The quantization that a file's name or else its folder's names; "" for none."""
    folder, _, name = path.rpartition("/")
    for text in (name, folder.rpartition("/")[2]):
        found = list(_QUANTIZATION.finditer(text))
        if found:
            return _canonical(found[-1]["name"])
    return ""


def nominal_bits(name: str) -> float:
    """The average bits per weight of a quantization of this name; 0.0 for none."""
    plain = name.upper().removeprefix("UD-")
    return next((bits for pattern, bits in _BITS if pattern.match(plain)), 0.0)


def find_variant(variants: Sequence[Variant], name: str) -> Variant | None:
    """The variant of this name, ignoring case, or by the quantization alone if unique."""
    exact = [variant for variant in variants if variant.name == name]
    folded = [variant for variant in variants if variant.name.lower() == name.lower()]
    meant = [variant for variant in variants if quantization_in(variant.files[0].path) == _canonical(name)]
    return next((found[0] for found in (exact, folded, meant) if len(found) == 1), None)


def find_file(variants: Sequence[Variant], path: str) -> Variant | None:
    """The variant that a file belongs to."""
    return next((one for one in variants if any(file.path == path for file in one.files)), None)


def _part(path: str) -> tuple[str, int, int]:
    """Path without ending, number and count; 1 of 1 for a file that is not split."""
    match = _SPLIT.fullmatch(path)
    if match is None or not 1 <= int(match["number"]) <= int(match["count"]) <= _MOST_PARTS:
        return path[: -len(".gguf")], 1, 1
    return match["stem"], int(match["number"]), int(match["count"])


def _names(whole: Sequence[tuple[str, tuple[HubFile, ...]]]) -> list[str]:
    """The shortest distinct names: quantization, stem, or the whole path."""
    stems = [stem for stem, _ in whole]
    choices = [
        [quantization_in(f"{stem}.gguf") for stem in stems],
        [stem.rpartition("/")[2] for stem in stems],
        stems,
    ]
    counts = [Counter(name.lower() for name in names) for names in choices]
    chosen: list[str] = []
    for number, (_, parts) in enumerate(whole):
        alone = (
            names[number]
            for names, count in zip(choices, counts, strict=True)
            if names[number] and count[names[number].lower()] == 1
        )
        name = next(alone, parts[0].path)
        while name in chosen:
            name += "'"
        chosen.append(name)
    return chosen


def _canonical(name: str) -> str:
    return re.sub(r"^(UD-)?FP", r"\1F", name.upper())


def _shown(path: str) -> str:
    """A name that must not do anything to a screen."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in path[:200])
