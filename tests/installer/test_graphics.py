"""The job in the background: which backend it keeps, and what it tells of failures. Builds and runs are forced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.cuda_pack import trying
from app.services.cuda_pack.trying import Trial, TrialError, run_trial
from installer import backend, graphics
from installer.backend import Backend, Places
from installer.builds import NOTE
from installer.commands import SetupError
from installer.graphics import Account, settled, sole, work
from installer.ways import Note, Prospect, Way
from tests.installer.machines import script

pytestmark = pytest.mark.process

CUDA, VULKAN = Way("cuda", (86,), "", ("GPU-1",)), Way("vulkan")
BOTH = Prospect((CUDA, VULKAN), cards="RTX 3060")
SLOW, FAST = Trial("RTX 3060", False, 500, 20), Trial("RTX 3060", False, 5000, 200)


class Job:
    """Forces what builds and runs come to: a Trial, or an exception."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places = Places(folder, folder / ".venv", folder / "cache", folder / "logs")
        self.builds: dict[str, Exception | None] = {}
        self.runs: dict[str, Trial | Exception] = {}
        self.put: list[str] = []
        (folder / "requirements.lock").write_text("llama-cpp-python==1 \\\n    --hash=sha256:01\n")
        (folder / "requirements-cuda.lock").write_text("")
        monkeypatch.setattr(backend, "build", self._build)
        monkeypatch.setattr(graphics, "run_trial", self._run)

    def _build(self, wanted: Backend, *rest: object) -> Path:
        kind = wanted.way.kind
        if error := self.builds.get(kind):
            raise error
        folder = self.places.cache / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NOTE).write_text(json.dumps({"build": wanted.name}))
        (folder / backend.library_name(kind)).write_text("")
        return folder

    def _run(self, python: list[str], root: Path, device: str, folder: str, *rest: object) -> Trial:
        result = self.runs["cpu" if device == "cpu" else Path(folder).name]
        if isinstance(result, Exception):
            raise result
        return result

    def work(self, found: Prospect = BOTH) -> list[str]:
        return [note.code for note in work(found, self.places, {})]

    @property
    def kept(self) -> str:
        names = [path.name for path in self.places.folder.glob("libggml-*")]
        return names[0] if names else ""

    @property
    def told(self) -> dict[str, object]:
        told: dict[str, object] = json.loads(self.places.state.read_text())
        return told


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    return Job(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("cuda", "vulkan", "kept"),
    [(FAST, SLOW, "libggml-cuda.so"), (SLOW, FAST, "libggml-vulkan.so")],
)
def test_the_faster_of_two_stays_whatever_it_is(job: Job, cuda: Trial, vulkan: Trial, kept: str) -> None:
    job.runs = {"cuda": cuda, "vulkan": vulkan}
    assert job.work() == ["ready"]
    assert job.kept == kept
    assert len(settled(job.places.state)) == 2 and job.told["step"] is None


@pytest.mark.parametrize(
    "error",
    [SetupError("nvcc fatal"), SetupError("", "network"), SetupError("", "space"), OSError(28, "full")],
)
def test_vulkan_takes_the_place_of_a_cuda_that_did_not_come_about(job: Job, error: Exception) -> None:
    job.builds = {"cuda": error}
    job.runs = {"vulkan": SLOW}
    assert job.work() == ["ready"]
    assert job.kept == "libggml-vulkan.so" and len(settled(job.places.state)) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SetupError("nvcc fatal"), "failed_build"),
        (SetupError("", "network"), "failed_network"),
        (SetupError("", "space"), "failed_space"),
        (SetupError("", "compiler", package="g++-15"), "failed_compiler"),
        (OSError(28, "No space left on device"), "failed_space"),
        (OSError(13, "Permission denied"), "failed_build"),
    ],
)
def test_a_build_that_fails_leaves_the_processors_engine_and_one_sentence(
    job: Job, error: Exception, code: str
) -> None:
    job.builds = {"cuda": error}
    assert job.work(Prospect((CUDA,), cards="RTX 3060")) == [code]
    assert not job.places.folder.exists() and settled(job.places.state) == []


def test_a_backend_that_gives_no_right_answer_is_not_kept(job: Job) -> None:
    job.runs = {"cuda": TrialError("wrong"), "vulkan": TrialError("died")}
    assert job.work() == ["failed_trial", "failed_trial"]
    assert not job.places.folder.exists()


def test_a_gpu_that_shares_the_memory_must_be_faster_than_the_processor(job: Job) -> None:
    shared = SLOW._replace(device="Iris", integrated=True)
    job.runs = {"vulkan": shared, "cpu": FAST}
    assert job.work(Prospect((VULKAN,))) == ["slower"]
    assert not job.places.folder.exists() and len(settled(job.places.state)) == 1
    job.runs["cpu"] = SLOW._replace(decode=1)
    assert job.work(Prospect((VULKAN,))) == ["ready"]


def test_what_was_told_before_is_told_after_too(job: Job) -> None:
    job.runs = {"vulkan": FAST}
    old = Note("old_driver", {"driver": "1", "needed": "580"})
    assert job.work(Prospect((VULKAN,), (old,), "X")) == ["old_driver", "ready"]


def test_two_jobs_at_once_are_one(job: Job) -> None:
    with sole(job.places) as first, sole(job.places) as second:
        assert first and not second
    with sole(job.places) as again:
        assert again


def test_the_share_of_a_build_is_told(job: Job) -> None:
    account = Account(job.places.state)
    progress = graphics.Written(account, Note("building", {"way": "CUDA", "cards": "X"}))
    progress.tick(0.25)
    progress.tick(0.2501)
    assert job.told["share"] == 0.25 and job.told["pid"]


def test_a_torn_account_names_no_builds(tmp_path: Path) -> None:
    for text in ("", "[]", '{"settled": 3}', "{"):
        (tmp_path / "state").write_text(text)
        assert settled(tmp_path / "state") == []


GOOD = '{"device": "X", "integrated": false, "prefill": 100.0, "decode": 10.0}'


@pytest.mark.parametrize("answer", ["exit 1", "kill -SEGV $$", "echo nonsense", "echo '{}'", "echo '[]'"])
def test_a_run_that_breaks_is_no_answer(tmp_path: Path, answer: str) -> None:
    python = script(tmp_path / "python", answer)
    with pytest.raises(TrialError, match="The log"):
        run_trial([str(python)], tmp_path, "gpu", "folder", tmp_path / "log", {})


def test_a_run_is_told_the_folder_and_its_speeds_come_back(tmp_path: Path) -> None:
    python = script(tmp_path / "python", f"echo \"$3 $COTERIE_GPU\" >&2; echo '{GOOD}'")
    trial = run_trial([str(python)], tmp_path, "gpu", "/there", tmp_path / "log", {"PATH": "/usr/bin:/bin"})
    assert trial == Trial("X", False, 100.0, 10.0)
    assert trial.seconds == trying.PROMPT_TOKENS / 100 + trying.ANSWER_TOKENS / 10
    assert (tmp_path / "log").read_text() == "gpu /there\n"
