"""`coterie bench` on the starter model: the contract's object, and words for people."""

import json

import pytest

from tests.app.cli.test_chat import run

pytestmark = pytest.mark.model


def test_the_object_has_the_contracts_keys() -> None:
    done = run("bench", "starter", "--context", "1024", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"prefill_tps", "decode_tps", "streams", "python_share", "device", "plan"} <= set(found)
    assert found["prefill_tps"] > 0 and set(found["streams"]) == {"1", "4"}
    assert found["plan"]["mode"] == "cpu" and found["plan"]["explanation"]


def test_modes_give_the_same_words_each() -> None:
    done = run("bench", "starter", "--modes", "--json")
    assert done.returncode == 0, done.stderr
    modes = json.loads(done.stdout)["modes"]
    assert set(modes) == {"cpu"}
    assert set(modes["cpu"]) == {"decode_tps", "prefill_tps", "hit_rate", "text"} and modes["cpu"]["text"]


def test_modes_and_tuning_at_once_are_wrong_usage() -> None:
    done = run("bench", "starter", "--modes", "--tune", "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["error"]["code"] == "cli.usage"


def test_a_file_that_is_no_model_is_told_in_one_sentence() -> None:
    done = run("bench", "/no/such/file.gguf", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["message"] == done.stderr.strip()
