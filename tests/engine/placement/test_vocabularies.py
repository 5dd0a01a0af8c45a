"""Which files have the same tokens."""

from pathlib import Path

import pytest

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from engine.gguf.vocabularies import same_vocabulary
from tests.support.models.gguf_bytes import Row, gguf, key_string, key_strings

SHORT = ["<s>", "a", "b", "안녕"]
LONG = [f"token {number}" for number in range(3000)]


def model(folder: Path, name: str, tokens: list[str] | None) -> GgufIndex:
    keys = [key_string("general.architecture", "llama")]
    if tokens is not None:
        keys.append(key_strings("tokenizer.ggml.tokens", tokens))
    keys.append(key_string("general.name", name))
    path = folder / f"{name}.gguf"
    path.write_bytes(gguf(keys, [Row("t")], 128))
    return read_index(path)


@pytest.mark.parametrize("tokens", [SHORT, LONG])
def test_the_same_tokens_are_the_same_and_one_other_is_not(tmp_path: Path, tokens: list[str]) -> None:
    one, other = model(tmp_path, "one", tokens), model(tmp_path, "the other one", tokens)
    assert same_vocabulary(one, other)
    changed = model(tmp_path, "changed", [*tokens[:2], "c", *tokens[3:]])
    swapped = model(tmp_path, "swapped", [*tokens[:1], tokens[2], tokens[1], *tokens[3:]])
    assert not same_vocabulary(one, changed)
    assert not same_vocabulary(swapped, one)


def test_a_vocabulary_that_is_filled_up_at_its_end_is_the_same_and_one_that_goes_on_is_not(
    tmp_path: Path,
) -> None:
    one = model(tmp_path, "one", LONG)
    assert same_vocabulary(one, model(tmp_path, "filled", [*LONG, "[PAD3000]", "[PAD3001]"]))
    assert not same_vocabulary(one, model(tmp_path, "longer", LONG * 2))


def test_a_file_without_tokens_is_like_no_other(tmp_path: Path) -> None:
    none = model(tmp_path, "none", None)
    assert not same_vocabulary(none, none)
    assert not same_vocabulary(none, model(tmp_path, "one", SHORT))


def test_a_file_that_was_cut_since_is_another(tmp_path: Path) -> None:
    one, cut = model(tmp_path, "one", LONG), model(tmp_path, "cut", LONG)
    cut.path.write_bytes(cut.path.read_bytes()[:400])
    assert not same_vocabulary(one, cut)
