"""Names of models on the hub."""

import pytest

from engine.errors import UserError
from engine.hub.names import ModelName, is_plain_path, looks_like_hub_name, parse_model_name


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("acme/tiny-GGUF", ModelName("acme/tiny-GGUF")),
        ("  acme/tiny-GGUF ", ModelName("acme/tiny-GGUF")),
        ("acme/tiny-GGUF:Q4_K_M", ModelName("acme/tiny-GGUF", variant="Q4_K_M")),
        ("acme/tiny-GGUF:UD-Q4_K_XL", ModelName("acme/tiny-GGUF", variant="UD-Q4_K_XL")),
        ("acme/tiny-GGUF:Q8_0/tiny", ModelName("acme/tiny-GGUF", variant="Q8_0/tiny")),
        ("acme/tiny-GGUF/tiny.Q4_K_M.gguf", ModelName("acme/tiny-GGUF", file="tiny.Q4_K_M.gguf")),
        (
            "acme/tiny/Q8_0/a b-00001-of-00002.gguf",
            ModelName("acme/tiny", file="Q8_0/a b-00001-of-00002.gguf"),
        ),
        ("https://huggingface.co/acme/tiny-GGUF", ModelName("acme/tiny-GGUF")),
        ("hf.co/acme/tiny-GGUF:Q4_K_M", ModelName("acme/tiny-GGUF", variant="Q4_K_M")),
        ("https://huggingface.co/acme/tiny/tree/main?not=this", ModelName("acme/tiny")),
        (
            "https://huggingface.co/acme/tiny/blob/main/Q8_0/a.gguf",
            ModelName("acme/tiny", file="Q8_0/a.gguf"),
        ),
    ],
)
def test_a_name_says_repository_and_model(text: str, meant: ModelName) -> None:
    assert parse_model_name(text) == meant
    assert parse_model_name(str(meant)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "starter",
        "model.gguf",
        "./acme/tiny.gguf",
        "../acme/tiny",
        "/acme/tiny",
        "~/acme/tiny",
        "C:/models/tiny.gguf",
        "models/tiny.gguf",
        "acme/",
        "acme/ti ny",
        "acme/tiny:",
        "acme/tiny:Q4:Q5",
        "acme/tiny:../../x",
        "acme/tiny/readme.md",
        "acme/tiny/../../etc/passwd.gguf",
        "acme/tiny/a\\b.gguf",
        "acme/tiny//a.gguf",
        "acme/tiny/a\0.gguf",
        "acme/ti--ny",
        "acme/tiny.",
        "-acme/tiny",
        "acme/tiny.git",
        "acme\u0430/tiny",
        "acme/" + "x" * 100,
        "x" * 100_000,
        "https://example.com/acme/tiny",
    ],
)
def test_what_is_no_name_is_said_so(text: str) -> None:
    assert not looks_like_hub_name(text)
    with pytest.raises(UserError) as caught:
        parse_model_name(text)
    assert caught.value.code == "hub.bad_name"
    assert len(str(caught.value.params["name"])) < 1100


@pytest.mark.parametrize("path", ["a.gguf", "a/b/c d.gguf", "모델.gguf"])
def test_a_plain_path_is_what_git_holds(path: str) -> None:
    assert is_plain_path(path)


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", "../a", "a/./b", "a\\b", "a\nb", "a\u202eb", "x" * 2000]
)
def test_other_paths_are_not_plain(path: str) -> None:
    assert not is_plain_path(path)
