"""What people do with the program, each story in one process. A story returns what the next one is to find."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.e2e.person import Person

STORY = "Tell me a very long story about the sea, with many details."


def first_day(person: Person) -> str:
    """Welcomed, a first answer, stopped, continued and stopped again."""
    person.see("Welcome to Coterie")
    person.press("Start with the starter model")
    person.write("Message", STORY)
    person.press("Send")
    person.until(lambda: len(person.answer()) > 40, "the beginning of an answer")
    person.press("Stop")
    person.until(lambda: person.can_go_on(), "the way to go on")
    begun = person.answer()
    person.press("Continue")
    person.until(lambda: len(person.answer()) > len(begun) + 40, "more of the answer")
    assert person.answer().startswith(begun.rstrip()), (begun, person.answer())
    person.press("Stop")
    person.until(lambda: person.can_go_on(), "the way to go on")
    told = person.answer()
    person.quit()
    return told


def second_day(person: Person, told: str) -> str:
    """Everything of the first day is there, and goes on."""
    person.until(lambda: person.answer() == told, "the answer of yesterday")
    person.until(lambda: person.question() == STORY, "the question of yesterday")
    person.press("Continue")
    person.until(lambda: len(person.answer()) > len(told) + 20, "more of the answer")
    assert person.answer().startswith(told.rstrip())
    person.quit()
    return ""


def download(person: Person) -> str:
    """A model found on the hub, downloaded and asked."""
    person.press("Skip and go to the chat")
    person.press("Models")
    person.write("Search Hugging Face", "smollm2")
    person.choose("Models found", "SmolLM2-135M-Instruct")
    person.press("Download Q8_0")
    person.press("Use Q8_0 in the chat")
    person.see("SmolLM2.*, ready$")
    person.write("Message", "What is the capital of France?")
    person.press("Send")
    # An answer of the small model may be very long: its beginning is enough.
    person.until(lambda: len(person.answer()) > 10, "the beginning of an answer")
    answer = person.answer()
    person.quit()
    return answer


def run_and_undo(person: Person, folder: str) -> str:
    """A run that asks before it writes a file; the file is there, and after the undo it is not."""
    work = Path(folder)
    before = sorted(work.iterdir())
    person.press("Skip and go to the chat")
    person.press("Runs")
    person.press("New run")
    person.write("Task", "Write a note about the report.")
    person.write("Folder to work in", folder)
    person.press("Start the run")
    person.see("^Create this file")
    person.rest(2.0)  # an answer that comes at once counts as a slip
    person.press(re.compile("^Allow once"))
    person.see("^What the run should do next$")
    written = [path.name for path in sorted(work.iterdir()) if path not in before]
    assert written == ["note.txt"]
    person.press("Files, what the model sees, and permissions")  # beside the steps only in a wide window
    person.press("Undo everything")
    person.see("^undone$")
    assert sorted(work.iterdir()) == before
    person.quit()
    return written[0]


STORIES: dict[str, Callable[..., str]] = {
    story.__name__: story for story in (first_day, second_day, download, run_and_undo)
}
