from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.cli.inspect import inspect
from app.cli.output import Output
from engine.errors import UserError
from tests.engine.formats import templates
from tests.support.library.library_models import open_library, open_store, put_model
from tests.support.models.gguf_bytes import Row, gguf, key_string, key_u32
from tests.support.models.projectors import color_projector
from tests.support.models.starter import starter_model


def model(folder: Path, template: str | None) -> Path:
    keys = [
        key_string("general.architecture", "newmoe"),
        key_string("general.name", "New\x1b[31mMoE"),
        key_u32("newmoe.context_length", 4096),
        key_u32("newmoe.expert_count", 4),
        key_u32("newmoe.expert_used_count", 1),
    ]
    if template is not None:
        keys.append(key_string("tokenizer.chat_template", template))
    path = folder / "model.gguf"
    path.write_bytes(gguf(keys, [Row("blk.0.ffn_up_exps.weight", (32, 4), 8)], 136))
    return path


def test_json_is_the_contracts_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect(str(model(tmp_path, "{{ tools }}" + templates.SWITCH)), Output(True)) == 0
    assert json.loads(capsys.readouterr().out) == {
        "architecture": "newmoe",
        "quantisation": "Q8_0",
        "context_length": 4096,
        "parameters": 128,
        "active_parameters": 32,
        "experts": 4,
        "experts_used": 1,
        "reasoning": {"kind": "switch", "levels": ["off", "on"], "default": "on"},
        "tools": {"dialect": "described", "learned": False},
        "sees": False,
        "hears": False,
        "embeds": False,
        "ranks": False,
    }


def test_a_model_without_a_template_is_told_as_plain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inspect(str(model(tmp_path, None)), Output(True))
    found = json.loads(capsys.readouterr().out)
    assert found["reasoning"]["kind"] == "none"
    assert found["tools"]["dialect"] == "described"
    inspect(str(model(tmp_path, None)), Output(False))
    assert "This model comes without a chat template" in capsys.readouterr().out.splitlines()[-1]


def test_a_dialect_is_told_with_a_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(model(tmp_path, templates.TOOLS))
    inspect(path, Output(True))
    assert json.loads(capsys.readouterr().out)["tools"] == {"dialect": "json", "learned": True}
    inspect(path, Output(False))
    out = capsys.readouterr().out
    assert "Tools         json, learned from the template" in out
    assert '{"name": "get_weather", "arguments": {"city": "Seoul", "days": 3}}' in out


def test_a_broken_template_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"template\.syntax"):
        inspect(str(model(tmp_path, "{% if %}")), Output(True))


def test_people_get_a_table_without_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inspect(str(model(tmp_path, "\n".join(f"line {number}\x07" for number in range(9)))), Output(False))
    out = capsys.readouterr().out
    assert "Experts       4, 1 used per token (136 B of experts)" in out
    assert "… 3 more lines" in out
    assert all(line.isprintable() for line in out.splitlines())


def test_the_starter_model_can_be_inspected(capsys: pytest.CaptureFixture[str]) -> None:
    inspect(str(starter_model()), Output(False))
    out = capsys.readouterr().out
    assert "135M" in out
    assert "98.4 MB" in out


def test_the_proof_shows_what_each_choice_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(model(tmp_path, templates.SWITCH))
    assert inspect(path, Output(True), proof=True) == 0
    found = json.loads(capsys.readouterr().out)["reasoning_proof"]
    assert [(each["choice"], each["same_as"], each["limit"]) for each in found] == [
        ("auto", "", None),
        ("off", "", None),
        ("on", "auto", None),
        ("512", "", 512),
    ]
    assert found[1]["prompt"].rstrip().endswith("</think>") and not found[0]["prompt"].endswith("</think>")
    inspect(path, Output(False), proof=True)
    lines = capsys.readouterr().out.splitlines()
    assert "  + </think>" in lines and "  the same as auto" in lines


def test_a_model_that_does_not_reason_has_one_prompt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(model(tmp_path, templates.PLAIN))
    inspect(path, Output(True), proof=True)
    assert [each["choice"] for each in json.loads(capsys.readouterr().out)["reasoning_proof"]] == ["auto"]
    inspect(path, Output(False), proof=True)
    assert capsys.readouterr().out.splitlines()[:2] == [
        "This model has no reasoning switch: it always gets the same text.",
        "auto",
    ]


def test_a_model_that_always_reasons_has_no_proof_of_a_switch_to_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inspect(str(model(tmp_path, templates.ALWAYS_OPEN)), Output(True), proof=True)
    found = json.loads(capsys.readouterr().out)["reasoning_proof"]
    assert [each["choice"] for each in found] == ["auto", "off", "512"]


def test_a_projector_beside_a_model_or_named_says_that_it_sees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def sees(**options: str) -> bool:
        inspect(str(path), Output(True), **options)
        return bool(json.loads(capsys.readouterr().out)["sees"])

    path = tmp_path / "model.gguf"
    path.symlink_to(starter_model())
    assert not sees()
    assert sees(mmproj=str(color_projector()))
    with pytest.raises(UserError, match=r"projector\.none"):
        sees(mmproj=str(starter_model()))
    shutil.copy(color_projector(), tmp_path / "mmproj-F16.gguf")
    assert sees()
    inspect(str(path), Output(False))
    assert "Takes         text and pictures" in capsys.readouterr().out


def test_the_projector_that_the_library_has_for_a_model_counts(
    coterie_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_model(tmp_path / "m.gguf")
    (tmp_path / "apart").mkdir()
    shutil.copy(color_projector(), tmp_path / "apart" / "eyes.gguf")
    with open_store(coterie_home) as store:
        library = open_library(coterie_home, store)
        library.import_(tmp_path / "m.gguf")
        library.import_(tmp_path / "apart" / "eyes.gguf")
    for name in ("m", str(tmp_path / "m.gguf")):
        inspect(name, Output(True))
        assert json.loads(capsys.readouterr().out)["sees"]
