"""What clients of llama-server ask for beyond OpenAI's protocol."""

from __future__ import annotations

import pytest

from engine.values import FillIn
from tests.support.servers.served import Served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process


def test_health_needs_no_key_and_all_else_does(served: Served) -> None:
    wait_until(lambda: served.services.models.state.state != "loading")
    assert served.ask("/health", key="").json == {"status": "ok"}
    for path in ("/props", "/slots", "/metrics"):
        assert served.ask(path, key="").status == 401


def test_the_state_is_told_without_a_path_of_this_computer(served: Served) -> None:
    served.chat()
    props = served.ask("/props").json
    assert props["model_alias"] == "starter" and props["chat_template"]
    assert props["default_generation_settings"]["n_ctx"] > 0
    assert str(served.home) not in str(props) and ".gguf" not in str(props)
    slots = served.ask("/slots").json
    assert props["total_slots"] == len(slots) and not any(slot["is_processing"] for slot in slots)
    metrics = served.ask("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    named = dict(line.split(" ") for line in metrics.body.decode().splitlines() if line[0] != "#")
    assert named["llamacpp:requests_processing"] == named["llamacpp:requests_deferred"] == "0"


def test_texts_become_tokens_and_back_and_a_prompt_is_told(served: Served) -> None:
    tokens = served.ask("/tokenize", {"content": "Hi 부산"}).json["tokens"]
    assert tokens == list(map(ord, "Hi 부산"))
    assert served.ask("/detokenize", {"tokens": tokens}).json == {"content": "Hi 부산"}
    messages = [{"role": "user", "content": "Hello"}]
    assert served.ask("/apply-template", {"messages": messages}).json == {"prompt": "Hello"}
    assert served.ask("/tokenize", {"content": "a", "with_pieces": True}).error["param"] == "with_pieces"


def test_a_gap_is_filled_streamed_and_whole(served: Served) -> None:
    asked = {
        "input_prefix": "def a(",
        "input_suffix": "return 1",
        "input_extra": [{"filename": "b.py", "text": "x = 1"}],
        "prompt": "self",
        "n_predict": 9,
    }
    assert served.ask("/infill", asked).status == 400  # this model was not trained to
    served.engine.fills = True
    whole = served.ask("/infill", asked).json
    assert whole["content"] == "Hello from the script." and whole["stop"] and whole["stop_type"] == "eos"
    events = served.ask("/infill", {**asked, "stream": True}).events
    assert "".join(event["content"] for event in events) == whole["content"]
    assert [event["stop"] for event in events] == [False] * (len(events) - 1) + [True]
    told = served.engine.requests[-1]
    assert (
        told.prompt == FillIn("def a(self", "return 1", files=(("b.py", "x = 1"),)) and told.max_tokens == 9
    )
    served.engine.fills = False
