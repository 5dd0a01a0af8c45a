"""Links to models: one form, and everything else is refused in one sentence."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integration.model_link import LONGEST, ModelLink, is_link, parse_link
from engine.errors import UserError
from engine.hub.names import is_plain_path, is_repo

NAME = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.]{0,20}[A-Za-z0-9_]", fullmatch=True)
REPO = st.builds("{}/{}".format, NAME, NAME).filter(is_repo)
FILE = st.text(min_size=1, max_size=60).map(lambda text: f"{text}.gguf").filter(is_plain_path)
LINK = "coterie://open_from_hf?model=unsloth/Qwen3-30B-A3B-GGUF"


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        (LINK, ModelLink("unsloth/Qwen3-30B-A3B-GGUF")),
        (f"{LINK}&file=Q.gguf", ModelLink("unsloth/Qwen3-30B-A3B-GGUF", "Q.gguf")),
        ("coterie://open_from_hf?file=BF16/a-00001-of-00002.gguf&model=a/b",
         ModelLink("a/b", "BF16/a-00001-of-00002.gguf")),
        ("COTERIE://open_from_hf/?model=a%2Fb", ModelLink("a/b")),
        ("coterie://open_from_hf?model=a/b&file=x+y%20%ED%95%9C.gguf", ModelLink("a/b", "x+y 한.gguf")),
        ("coterie://open_from_hf?model=a/b&file=a%26b%3Dc.gguf", ModelLink("a/b", "a&b=c.gguf")),
    ],
)  # fmt: skip
def test_a_link_names_a_repository_and_perhaps_a_file(link: str, meant: ModelLink) -> None:
    assert is_link(link)
    assert parse_link(link) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "coterie:",
        "coterie://",
        "coterie://open_from_hf",
        "coterie://open_from_hf?",
        "coterie://open_from_hf?model=",
        "coterie://open_from_hf?model=alone",
        "coterie://open_from_hf?model=a/b/c",
        "coterie://open_from_hf?model=../..",
        "coterie://open_from_hf?model=a/b&model=c/d",
        "coterie://open_from_hf?model=a/b&file=",
        "coterie://open_from_hf?model=a/b&file=x.safetensors",
        "coterie://open_from_hf?model=a/b&file=../x.gguf",
        "coterie://open_from_hf?model=a/b&file=%2e%2e%2fx.gguf",
        "coterie://open_from_hf?model=a/b&file=/etc/x.gguf",
        "coterie://open_from_hf?model=a/b&file=a%0Ab.gguf",
        "coterie://open_from_hf?model=a/b&file=a%00.gguf",
        "coterie://open_from_hf?model=a/b&file=%FF.gguf",
        "coterie://open_from_hf?model=a/b&file=%zz.gguf",
        "coterie://open_from_hf?model=a/b&file=x.gguf%",
        "coterie://open_from_hf?model=a/b&run=yes",
        "coterie://open_from_hf?model=a/b&",
        "coterie://open_from_hf?model=a/b#x",
        "coterie://open_from_hf/x?model=a/b",
        "coterie://user@open_from_hf?model=a/b",
        "coterie://open_from_hf:80?model=a/b",
        "coterie://download?model=a/b",
        "coterie:open_from_hf?model=a/b",
        " coterie://open_from_hf?model=a/b",
        "coterie://open_from_hf?model=a/b\n",
        "https://open_from_hf?model=a/b",
        f"{LINK}&file={'a' * LONGEST}.gguf",
    ],
)
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_link(text)
    assert (refused.value.code, refused.value.params) == ("desktop.unknown_link", {})


@given(repo=REPO, file=FILE)
def test_what_a_link_was_made_of_comes_back(repo: str, file: str) -> None:
    link = f"coterie://open_from_hf?model={quote(repo)}&file={quote(file)}"
    assert parse_link(link) == ModelLink(repo, file)


@given(
    st.one_of(
        st.text(),
        st.text().map("coterie://open_from_hf?model=a/b&file={}.gguf".format),
        st.text(alphabet="ab/.%=&2eEfF0+#:?\n\0\udcff", max_size=40).map("coterie://open_from_hf?{}".format),
    )
)
def test_whatever_a_link_says_only_names_of_the_hub_come_out(text: str) -> None:
    try:
        link = parse_link(text)
    except UserError:
        return
    assert is_repo(link.repo)
    assert not link.file or (is_plain_path(link.file) and link.file.lower().endswith(".gguf"))
