"""The embedding host: it is there while it is used, dies alone and comes back, and puts questions first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.embedding.api import EmbeddingStopped
from engine.embedding.client import LocalEmbedder
from engine.errors import UserError
from installer.e5_gguf import write_gguf
from tests.support.engines import faulty_embedding_host
from tests.support.models.small_e5 import WIDTH, small_e5
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.process]

# More than is embedded while a test looks at it.
MANY = ["a b c d e f g h " * 60] * 20_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.gguf"
    write_gguf(small_e5()[0], path)
    return path


@pytest.fixture(scope="module")
def running(model: Path) -> Iterator[LocalEmbedder]:
    """A host that stays for several tests."""
    embedder = LocalEmbedder(model)
    embedder.embed(["a"], query=True)
    yield embedder
    embedder.close()


@pytest.fixture
def embedder(model: Path) -> Iterator[LocalEmbedder]:
    embedder = LocalEmbedder(model)
    yield embedder
    embedder.close()


class Busy:
    """Passages are embedded on a thread, without end."""

    def __init__(self, embedder: LocalEmbedder) -> None:
        self.error: BaseException | None = None
        self._embedder = embedder
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        wait_until(lambda: embedder.host.asking)

    def _run(self) -> None:
        try:
            self._embedder.embed(MANY, query=False)
        except (EmbeddingStopped, UserError) as error:
            self.error = error

    def ended(self) -> BaseException | None:
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.error


def test_a_text_has_the_same_vector_alone_and_among_others(running: LocalEmbedder) -> None:
    texts = [" ".join("abcdefghij"[: 1 + number % 10]) * (1 + number % 40) for number in range(100)]
    together = running.embed(texts, query=False)
    assert together.shape == (100, WIDTH) and together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(100), abs=1e-5)
    for number in (0, 17, 31, 32, 99):
        assert together[number] @ running.embed([texts[number]], query=False)[0] > 0.9999


def test_questions_and_passages_are_told_apart(running: LocalEmbedder) -> None:
    question, passage = (running.embed(["a b c"], query=query)[0] for query in (True, False))
    assert question @ passage < 0.9999


@pytest.mark.parametrize("text", ["", "   ", "\0", "\ud800", "😀", "<s></s>", "서울" * 100_000])
def test_any_text_has_a_vector(running: LocalEmbedder, text: str) -> None:
    assert np.linalg.norm(running.embed([text], query=False)[0]) == pytest.approx(1, abs=1e-5)


def test_of_a_text_that_is_too_long_the_end_is_left_out(running: LocalEmbedder) -> None:
    long = " ".join("abcdefgh" * 80)
    first, longer, other = running.embed([long, long + " z z z", "z " * 300 + long], query=False)
    assert first @ longer > 0.9999 > first @ other


def test_nothing_gives_nothing_and_starts_nothing(embedder: LocalEmbedder) -> None:
    assert embedder.embed([], query=False).shape == (0, WIDTH)
    assert embedder.host.pid is None


def test_questions_of_many_threads_come_before_passages(running: LocalEmbedder) -> None:
    alone = [running.embed([letter], query=True)[0] for letter in "abcdefgh"]
    busy = Busy(running)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda letter: running.embed([letter], query=True)[0], "abcdefgh" * 4))
    assert busy.thread.is_alive()
    for number, vector in enumerate(found):
        assert vector @ alone[number % 8] > 0.9999
    running.abort()
    assert isinstance(busy.ended(), EmbeddingStopped)


def test_passages_go_on_though_questions_come_without_end(running: LocalEmbedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        passages = pool.submit(running.embed, MANY[:20], query=False)
        asked = [0, 0, 0]

        def ask(number: int) -> None:
            while not (passages.done() and asked[number]):
                running.embed(["a"], query=True)
                asked[number] += 1

        for each in [pool.submit(ask, number) for number in range(3)]:
            each.result(60)
    assert len(passages.result()) == 20 and min(asked) > 0


def test_passages_are_whole_though_questions_came_between(running: LocalEmbedder) -> None:
    texts = [*MANY[:40], "b c d", "e f"]
    alone = running.embed(texts, query=False)
    with ThreadPoolExecutor(2) as pool:
        passages = pool.submit(running.embed, texts, query=False)
        for _ in range(30):
            running.embed(["a"], query=True)
        found = passages.result()
    assert (found * alone).sum(1) == pytest.approx(np.ones(len(texts)), abs=1e-4)


def test_after_an_abort_it_goes_on_with_the_same_host(running: LocalEmbedder) -> None:
    before = running.host.pid
    running.abort()  # of nothing
    busy = Busy(running)
    running.abort()
    assert isinstance(busy.ended(), EmbeddingStopped)
    assert len(running.embed(["a"], query=False)) == 1
    assert running.host.pid == before


def test_closing_ends_what_is_embedded_and_the_host(model: Path) -> None:
    embedder = LocalEmbedder(model)
    embedder.embed(["a"], query=False)
    pid = embedder.host.pid
    busy = Busy(embedder)
    embedder.close()
    assert isinstance(busy.ended(), EmbeddingStopped)
    assert pid and not psutil.pid_exists(pid)
    with pytest.raises(EmbeddingStopped):
        embedder.embed(["a"], query=False)
    embedder.close()


def test_a_host_that_is_killed_comes_back_and_the_passages_are_whole(embedder: LocalEmbedder) -> None:
    texts = MANY[:80]
    expected = embedder.embed(texts[:1], query=False)[0]
    before = embedder.host.pid
    assert before
    with ThreadPoolExecutor(1) as pool:
        passages = pool.submit(embedder.embed, texts, query=False)
        wait_until(lambda: embedder.host.asking or passages.done())
        os.kill(before, signal.SIGKILL)
        found = passages.result()
    assert found @ expected == pytest.approx(np.ones(len(texts)), abs=1e-4)
    assert len(embedder.embed(["a"], query=True)) == 1
    assert embedder.host.pid != before


def test_ctrl_c_while_it_starts_does_not_end_the_host(embedder: LocalEmbedder) -> None:
    """It reaches all processes of a terminal, and is for the parent to decide."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(embedder.embed, ["a"], query=True)
        wait_until(lambda: embedder.host.pid is not None or asked.done())
        pid = embedder.host.pid
        assert pid is not None
        os.kill(pid, signal.SIGINT)
        assert len(asked.result(60)) == 1
    assert embedder.host.pid == pid and embedder.host.crashes == []


def test_a_host_that_nobody_asks_gives_its_memory_back(model: Path) -> None:
    embedder = LocalEmbedder(model, idle_s=2)
    first = embedder.embed(["a"], query=False)[0]
    pid = embedder.host.pid
    assert pid
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert embedder.embed(["a"], query=False)[0] @ first > 0.9999
    assert embedder.host.pid != pid
    assert embedder.host.crashes == []
    embedder.close()


def test_a_model_that_takes_its_host_down_is_not_tried_for_ever(model: Path) -> None:
    embedder = LocalEmbedder(model, main=faulty_embedding_host.aborts)
    codes = []
    for _ in range(3):
        with pytest.raises(UserError) as error:
            embedder.embed(["a"], query=False)
        codes.append(error.value.code)
    embedder.close()
    assert codes == ["engine.aborted", "engine.crashes_too_often", "engine.crashes_too_often"]


def test_what_is_no_reply_ends_the_host_with_a_reason(model: Path) -> None:
    babbling = LocalEmbedder(model, main=faulty_embedding_host.babbles)
    with pytest.raises(UserError) as error:
        babbling.embed(["a"], query=False)
    assert error.value.code == "engine.killed"
    babbling.close()
    wide = LocalEmbedder(model, main=faulty_embedding_host.is_of_another_width)
    with pytest.raises(UserError) as error:
        wide.embed(["a"], query=False)
    assert error.value.code == "engine.load_failed" and "5 numbers" in str(error.value.params["detail"])
    wide.close()


def test_a_file_that_llama_cpp_refuses_is_an_error_with_its_words(model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(model.read_bytes().replace(b"blk.0.ffn_up.weight", b"blk.0.ffn_no.weight"))
    embedder = LocalEmbedder(broken)
    with pytest.raises(UserError) as error:
        embedder.embed(["a"], query=False)
    embedder.close()
    assert error.value.code == "engine.load_failed" and "ffn_up" in str(error.value.params["detail"])
