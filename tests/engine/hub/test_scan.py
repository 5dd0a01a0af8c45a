"""Finding models that are on the machine already: layouts of other programs, and garbage in their places."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.hub.scan import (
    FoundModel,
    hf_caches,
    lm_studio_folders,
    models_in,
    models_in_hf_cache,
    models_in_lm_studio,
    models_in_ollama,
    ollama_stores,
)

BODY = b"GGUF" + bytes(60)
SHA = hashlib.sha256(BODY).hexdigest()
MAIN, OLD = "a" * 40, "b" * 40


def put(path: Path, body: bytes | str = BODY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def names(models: list[FoundModel]) -> list[str]:
    return [model.name for model in models]


# --- a folder ---


def test_models_of_a_folder_are_found_with_split_ones_as_one(tmp_path: Path) -> None:
    put(tmp_path / "a.gguf")
    for part in (2, 1):
        put(tmp_path / "deep" / "er" / f"b-{part:05d}-of-00002.gguf")
    one, split = models_in(tmp_path)
    assert (one.name, one.source, one.files[0].bytes) == ("a", "file", len(BODY))
    assert split.name == "b"
    assert [file.path.name for file in split.files] == ["b-00001-of-00002.gguf", "b-00002-of-00002.gguf"]


def test_what_is_no_model_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "half-00001-of-00002.gguf")
    put(tmp_path / "mmproj-model-f16.gguf")
    put(tmp_path / "model.imatrix.gguf")
    put(tmp_path / "text.gguf", "hello")
    put(tmp_path / "empty.gguf", b"")
    put(tmp_path / ".trash" / "gone.gguf")
    (tmp_path / "folder.gguf").mkdir()
    (tmp_path / "dangling.gguf").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.gguf")
    put(tmp_path / os.fsdecode(b"\xff.gguf"))
    assert models_in(tmp_path) == []
    assert models_in(tmp_path / "nowhere") == []


def test_a_folder_that_leads_back_to_itself_is_looked_at_once(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.gguf")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    assert names(models_in(tmp_path)) == ["a"]


# --- the Hugging Face cache ---


def cached(cache: Path, commit: str, path: str, blob: str = SHA, repo: str = "models--o--r-GGUF") -> Path:
    """A file of a snapshot, as the client puts it there."""
    target = put(cache / repo / "blobs" / blob)
    link = cache / repo / "snapshots" / commit / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(target, link.parent))
    return link


def test_the_cache_of_hugging_face_gives_repository_commit_and_hash(tmp_path: Path) -> None:
    link = cached(tmp_path, MAIN, "Q4/m-Q4_K_M.gguf")
    (model,) = models_in_hf_cache(tmp_path)
    assert (model.repo, model.commit, model.source) == ("o/r-GGUF", MAIN, "hf_cache")
    (file,) = model.files
    assert (file.path, file.sha256, file.origin_path) == (link, SHA, "Q4/m-Q4_K_M.gguf")


def test_of_several_snapshots_the_one_of_main_counts(tmp_path: Path) -> None:
    cached(tmp_path, OLD, "m.gguf", "1" * 64)
    cached(tmp_path, OLD, "only-old.gguf", "2" * 64)
    cached(tmp_path, MAIN, "m.gguf", "3" * 64)
    put(tmp_path / "models--o--r-GGUF" / "refs" / "main", MAIN)
    found = {model.files[0].origin_path: model for model in models_in_hf_cache(tmp_path)}
    assert found["m.gguf"].files[0].sha256 == "3" * 64
    assert found["only-old.gguf"].commit == OLD


def test_the_name_in_the_store_of_all_repositories_is_not_taken_for_the_hash(tmp_path: Path) -> None:
    shared = put(tmp_path / "blobs" / "cc" / ("c" * 64))
    blob = tmp_path / "models--o--r" / "blobs" / SHA
    blob.parent.mkdir(parents=True)
    blob.symlink_to(os.path.relpath(shared, blob.parent))
    link = tmp_path / "models--o--r" / "snapshots" / MAIN / "m.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    (model,) = models_in_hf_cache(tmp_path)
    assert model.files[0].sha256 == SHA


def test_without_links_a_snapshot_is_found_with_no_hash(tmp_path: Path) -> None:
    put(tmp_path / "models--o--r" / "snapshots" / MAIN / "m.gguf")
    assert models_in_hf_cache(tmp_path)[0].files[0].sha256 == ""


def test_garbage_in_the_cache_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "models--o--r" / "snapshots", "a file where a folder should be")
    put(tmp_path / "models--o--s" / "snapshots" / "main" / "no-commit.gguf")
    put(tmp_path / "datasets--o--r" / "snapshots" / MAIN / "m.gguf")
    (tmp_path / "models--o--t" / "refs" / "main").mkdir(parents=True)
    broken = tmp_path / "models--o--t" / "snapshots" / MAIN / "m.gguf"
    broken.parent.mkdir(parents=True)
    broken.symlink_to("../../blobs/" + SHA)
    assert models_in_hf_cache(tmp_path) == []


# --- LM Studio ---


def test_the_folders_of_lm_studio_name_the_repository(tmp_path: Path) -> None:
    put(tmp_path / "pub" / "Model-GGUF" / "model-Q4_0.gguf")
    put(tmp_path / "pub" / "Model-GGUF" / "mmproj-model-f16.gguf")
    put(tmp_path / "loose.gguf")
    loose, model = models_in_lm_studio(tmp_path)
    assert (loose.repo, loose.source) == ("", "lm_studio")
    assert (model.repo, model.files[0].origin_path) == ("pub/Model-GGUF", "model-Q4_0.gguf")


def test_lm_studio_is_found_where_its_files_say(tmp_path: Path) -> None:
    home, moved, chosen = tmp_path / "home", tmp_path / "moved", tmp_path / "chosen"
    for folder in (moved / "models", chosen, home / ".cache" / "lm-studio" / "models"):
        folder.mkdir(parents=True)
    put(home / ".lmstudio-home-pointer", f"{moved}\n")
    put(moved / "settings.json", json.dumps({"downloadsFolder": str(chosen)}))
    assert lm_studio_folders(home, {}) == (
        chosen,
        moved / "models",
        home / ".cache" / "lm-studio" / "models",
    )


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"downloadsFolder": 7}', '{"downloadsFolder": "a\\u0000b"}', ""]
)
def test_broken_settings_of_lm_studio_are_left_out(tmp_path: Path, body: str) -> None:
    put(tmp_path / ".lmstudio" / "settings.json", body)
    put(tmp_path / ".lmstudio-home-pointer", b"\xff\x00\n")
    (tmp_path / ".lmstudio" / "models").mkdir()
    assert lm_studio_folders(tmp_path, {}) == (tmp_path / ".lmstudio" / "models",)


# --- Ollama ---


def manifest(digest: str = f"sha256:{SHA}", **more: Any) -> dict[str, Any]:
    kinds = ("template", "model", "license")
    return {
        "schemaVersion": 2,
        "config": {"digest": f"sha256:{'0' * 64}", "size": 4},
        "layers": [
            {
                "mediaType": f"application/vnd.ollama.image.{kind}",
                "digest": digest if kind == "model" else f"sha256:{'f' * 64}",
                "size": 64,
            }
            for kind in kinds
        ],
        **more,
    }


def tagged(store: Path, name: str, document: Any, root: str = "manifests") -> Path:
    return put(store / root / name, json.dumps(document))


def test_the_store_of_ollama_gives_names_and_hashes(tmp_path: Path) -> None:
    blob = put(tmp_path / "blobs" / f"sha256-{SHA}")
    tagged(tmp_path, "registry.ollama.ai/library/llama3.2/3b", manifest())
    (model,) = models_in_ollama(tmp_path)
    assert (model.name, model.source, model.repo) == ("llama3.2:3b", "ollama", "")
    assert (model.files[0].path, model.files[0].sha256) == (blob, SHA)


@pytest.mark.parametrize(
    ("path", "name", "repo"),
    [
        ("registry.ollama.ai/library/llama3/latest", "llama3", ""),
        ("registry.ollama.ai/someone/llama3/q8", "someone/llama3:q8", ""),
        ("hf.co/bartowski/Qwen3-GGUF/Q4_K_M", "bartowski/Qwen3-GGUF:Q4_K_M", "bartowski/Qwen3-GGUF"),
    ],
)
def test_models_of_ollama_are_called_as_ollama_calls_them(
    tmp_path: Path, path: str, name: str, repo: str
) -> None:
    put(tmp_path / "blobs" / f"sha256-{SHA}")
    tagged(tmp_path, path, manifest())
    (model,) = models_in_ollama(tmp_path)
    assert (model.name, model.repo) == (name, repo)


def test_newer_stores_of_ollama_link_and_list_their_manifests(tmp_path: Path) -> None:
    put(tmp_path / "blobs" / f"sha256-{SHA}")
    child = json.dumps(manifest())
    digest = hashlib.sha256(child.encode()).hexdigest()
    put(tmp_path / "blobs" / f"sha256-{digest}", child)
    listed = {
        "manifests": [{"runner": "mlx", "layers": []}, {"runner": "ollama", "digest": f"sha256:{digest}"}]
    }
    blob = put(tmp_path / "blobs" / f"sha256-{'9' * 64}", json.dumps(listed))
    link = tmp_path / "manifests-v2" / "registry.ollama.ai" / "library" / "m" / "1b"
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    assert names(models_in_ollama(tmp_path)) == ["m:1b"]


def test_one_file_under_several_names_is_found_once(tmp_path: Path) -> None:
    put(tmp_path / "blobs" / f"sha256-{SHA}")
    for tag in ("latest", "3b"):
        tagged(tmp_path, f"registry.ollama.ai/library/m/{tag}", manifest())
    assert len(models_in_ollama(tmp_path)) == 1


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"layers": 7},
        {"layers": [7, {"mediaType": "application/vnd.ollama.image.model"}]},
        manifest("sha256:../../../etc/passwd"),
        manifest(f"sha256:{'e' * 64}"),
        {"manifests": [{"manifests": [manifest()]}, 7, {"digest": f"sha256:{SHA}"}]},
        {"layers": manifest()["layers"] * 2},
    ],
)
def test_manifests_that_name_no_model_are_left_out(tmp_path: Path, document: Any) -> None:
    put(tmp_path / "blobs" / f"sha256-{SHA}")
    tagged(tmp_path, "registry.ollama.ai/library/m/1b", document)
    assert models_in_ollama(tmp_path) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_manifests_that_are_no_json_are_left_out(tmp_path: Path, body: bytes) -> None:
    put(tmp_path / "manifests" / "h" / "n" / "m" / "t", body)
    (tmp_path / "manifests" / "h" / "n" / "m" / "folder").mkdir()
    os.mkfifo(tmp_path / "manifests" / "h" / "n" / "m" / "pipe")
    assert models_in_ollama(tmp_path) == []


# --- places ---


def test_caches_are_looked_for_where_the_variables_say(tmp_path: Path) -> None:
    hub, other, usual = tmp_path / "hub", tmp_path / "hf" / "hub", tmp_path / ".cache" / "huggingface" / "hub"
    for folder in (hub, other, usual):
        folder.mkdir(parents=True)
    environ = {"HF_HUB_CACHE": str(hub), "HF_HOME": "~/hf"}
    assert hf_caches(tmp_path, environ) == (hub, other, usual)
    assert hf_caches(tmp_path, {"HF_HOME": "relative"}) == (usual,)


def test_a_store_is_looked_at_once_however_often_it_is_named(tmp_path: Path) -> None:
    store = tmp_path / ".ollama" / "models"
    store.mkdir(parents=True)
    (tmp_path / "link").symlink_to(store)
    assert ollama_stores(tmp_path, {"OLLAMA_MODELS": str(tmp_path / "link")})[:1] == (tmp_path / "link",)
