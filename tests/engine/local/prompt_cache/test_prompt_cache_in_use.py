"""Conversations that were left, and the host ended since, with the real starter model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.api import Delta, Finished, GenerateRequest, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.local.prompt_cache.folder import conversation_digest
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

# Some 450 tokens.
TEXT = "Here is a list of words. " + " ".join(f"stone {n} river garden" for n in range(70))
MORE = "Which word came last?"


class Hosts:
    """One host after the other over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder, Recorder()
        self.engine = LocalEngine(self.told)
        self._id = 0

    def start(self) -> None:
        """A new process, which knows what the one before has left."""
        self.engine.unload()
        self.engine.load(
            LoadRequest(
                str(starter_model()),
                PlacementOptions(2048, attention="flash"),
                states=str(self.folder),
                states_limit=10**9,
            )
        )
        self.told.next(Loaded)

    def ask(self, *turns: str, conversation: str = "chat") -> tuple[str, Finished]:
        self._id += 1
        roles = ("user", "assistant")
        messages = tuple(Message(roles[i % 2], turn) for i, turn in enumerate(turns))  # type: ignore[arg-type]
        request = GenerateRequest(
            self._id, messages, Sampling(0.0, seed=0), max_tokens=8, conversation=conversation
        )
        return self.told.answer(self.engine, request)

    def files(self) -> list[Path]:
        return list(self.folder.glob("*.state"))


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    hosts = Hosts(tmp_path_factory.mktemp("states"))
    hosts.start()
    yield hosts
    hosts.engine.close()


@pytest.fixture(scope="module")
def answer(hosts: Hosts) -> str:
    """What was answered before the first host ended."""
    text, end = hosts.ask(TEXT)
    assert end.usage.prompt_tokens > 400
    return text


@pytest.fixture(scope="module")
def follow_up(hosts: Hosts, answer: str) -> tuple[str, Finished]:
    """The first question to the second host."""
    hosts.start()
    return hosts.ask(TEXT, answer, MORE)


def test_a_conversation_goes_on_in_another_process_without_being_read_again(
    follow_up: tuple[str, Finished],
) -> None:
    usage = follow_up[1].usage
    assert usage.prompt_tokens - usage.cached_tokens < 40


@pytest.fixture(scope="module")
def after_damage(hosts: Hosts, answer: str, follow_up: tuple[str, Finished]) -> tuple[str, Finished]:
    """The same question to a third host, which finds the state with one bit flipped."""
    hosts.engine.unload()
    (file,) = hosts.files()
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    hosts.start()
    return hosts.ask(TEXT, answer, MORE)


def test_a_damaged_state_is_read_again_and_nobody_is_told(
    hosts: Hosts, answer: str, after_damage: tuple[str, Finished]
) -> None:
    text, end = after_damage
    assert end.usage.cached_tokens < 40
    asked = (Message("user", TEXT), Message("assistant", answer), Message("user", MORE))
    assert judge().worst(asked, text) < CLOSE
    assert (end.error, end.notices) == (None, ())
    assert hosts.files() == []


def test_what_is_forgotten_in_the_middle_of_an_answer_leaves_nothing(
    hosts: Hosts, after_damage: tuple[str, Finished]
) -> None:
    question = Message("user", "Tell me a very long story about the sea. " * 20)
    hosts.engine.generate(GenerateRequest(900, (question,), Sampling(0.0, seed=0), conversation="gone"))
    hosts.told.next(Delta)
    hosts.engine.forget("gone")
    hosts.engine.abort(900)
    hosts.told.finish(900)
    hosts.engine.unload()
    (file,) = hosts.files()
    assert f"-{conversation_digest('chat')}-" in file.name


@pytest.fixture(scope="module")
def beside(hosts: Hosts, answer: str, after_damage: tuple[str, Finished]) -> tuple[Finished, Finished]:
    """The conversation gone on with in a fourth host, and what was answered before and beside it."""
    hosts.start()
    hosts.engine.generate(GenerateRequest(901, (Message("user", "Count."),), Sampling(0.0), max_tokens=60))
    hosts.told.next(Delta)
    _, end = hosts.ask(TEXT, answer, MORE)
    return end, hosts.told.finish(901)[1]


def test_an_answer_at_work_goes_on_while_a_state_comes_from_the_disk(
    beside: tuple[Finished, Finished],
) -> None:
    end, other = beside
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 40
    assert (other.error, other.usage.completion_tokens > 1) == (None, True)
