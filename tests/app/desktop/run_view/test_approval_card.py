"""The card that asks: what it shows, and which answers count."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from agents.permissions.values import ApprovalRequest, Decision
from agents.permissions.visible import visible
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.run_view import approval_card, approval_text
from app.desktop.run_view.approval_card import ApprovalCard
from tests.support.window.runs import boxes
from tests.support.window.writing import field

pytestmark = pytest.mark.usefixtures("looks")

COMMAND = 'mv "scan 0412.pdf" "2026-04-12 Hanbit.pdf"\nmv "scan 0419.pdf" "2026-04-19 Daum.pdf"'


def request(kind: str = "shell", subject: str = COMMAND, **more: Any) -> ApprovalRequest:
    given: dict[str, Any] = {"scopes": ("run", "workspace"), "pattern": "mv", "snapshot": True} | more
    return ApprovalRequest(7, "c3", given.pop("tool", "shell"), kind, subject, **given)  # type: ignore[arg-type]


class Shown:
    """A card in a window, and what it decided."""

    def __init__(self, qtbot: Any, asked: ApprovalRequest, guard: float = 0.0) -> None:
        self.window = QWidget()
        self.field = QLineEdit(self.window)
        self.field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.card = ApprovalCard(asked, self.window, guard=guard)
        column = QVBoxLayout(self.window)
        column.addWidget(self.field)
        column.addWidget(self.card)
        column.addStretch(1)
        qtbot.addWidget(self.window)
        self.window.resize(640, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.decided: list[tuple[str, Decision]] = []
        self.card.decided.connect(lambda call, decision: self.decided.append((call, decision)))

    def press(self, key: Qt.Key, *, repeats: bool = False) -> None:
        focus = QApplication.focusWidget() or self.card
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", repeats)
        QApplication.sendEvent(focus, event)

    def words(self) -> str:
        labels = self.card.findChildren(approval_card.QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())


def test_the_subject_is_shown_whole_and_never_as_markup(qtbot: Any) -> None:
    long = "echo <b>x</b> " + "a" * 5000 + "\n" * 60 + "rm -rf keep"
    shown = Shown(qtbot, request(subject=long))
    (subject,) = boxes(shown.card)
    assert subject.toPlainText() == long
    # It scrolls down to its end, and nothing stands out of sight at the right.
    assert subject.verticalScrollBar().maximum() > 0
    assert subject.horizontalScrollBar().maximum() < 8  # less than a character
    assert subject.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_what_cannot_be_seen_is_written_out_and_marked(qtbot: Any) -> None:
    diff = "+++ b/a\n+x\u202ey\n"
    shown = Shown(qtbot, request(subject=visible("ls \u202egnp"), diff=diff))
    subject, diff = boxes(shown.card)
    assert diff.accessibleName() == "What would change"
    assert "\\u{202e}" in subject.toPlainText()
    assert "\\u{202e}" in diff.toPlainText()
    marked = subject.document().firstBlock().layout().formats()
    assert any(form.format.background().color().name().upper() == themes.current.warning for form in marked)


def test_enter_allows_once_and_only_once(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.card.take_focus()
    assert shown.card.default.hasFocus()
    shown.press(Qt.Key.Key_Return)
    shown.press(Qt.Key.Key_Return)
    assert shown.decided == [("c3", Decision(True, "once"))]


def test_the_first_enter_on_a_card_that_came_by_itself_allows_nothing(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    assert shown.card.offer_focus() and shown.card.hasFocus()
    shown.press(Qt.Key.Key_Return)
    assert shown.decided == [] and shown.card.default.hasFocus()
    shown.press(Qt.Key.Key_Return)
    assert shown.decided == [("c3", Decision(True, "once"))]


def test_a_card_that_has_just_come_takes_no_answer(qtbot: Any) -> None:
    shown = Shown(qtbot, request(), guard=60)
    shown.card.take_focus()
    shown.press(Qt.Key.Key_Return)
    shown.card.default.click()
    shown.card.bar.no.click()
    assert shown.decided == [] and shown.card.bar.reason.isHidden()


def test_a_key_that_is_held_down_is_no_answer(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.card.take_focus()
    shown.press(Qt.Key.Key_Return, repeats=True)
    assert shown.decided == []


def test_the_focus_is_not_taken_from_somebody_who_writes(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.field.setFocus()
    assert not shown.card.offer_focus() and shown.field.hasFocus()
    shown.field.setReadOnly(True)
    assert shown.card.offer_focus()


def test_wider_answers_name_what_they_would_match(qtbot: Any) -> None:
    shown = Shown(qtbot, request(pattern="git log, git show"))
    assert "git log, git show" in shown.words()
    buttons = {scope: button for button, scope in shown.card.bar.answers}
    assert list(buttons) == ["once", "run", "workspace"]
    buttons["workspace"].click()
    assert shown.decided == [("c3", Decision(True, "workspace"))]


def test_without_scopes_there_is_only_this_once(qtbot: Any) -> None:
    shown = Shown(qtbot, request(scopes=(), pattern="", reasons=("shell", "rail", "untrusted")))
    assert [scope for _, scope in shown.card.bar.answers] == ["once"]
    assert "Coterie always asks" in shown.words() and "from outside" in shown.words()


def test_a_denial_takes_a_reason_to_the_model(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.card.bar.no.click()
    assert shown.card.bar.reason.hasFocus() and shown.card.default.isHidden()
    qtbot.keyClicks(shown.card.bar.reason, "use the copy instead")
    qtbot.keyClick(shown.card.bar.reason, Qt.Key.Key_Return)
    assert shown.decided == [("c3", Decision(False, message="use the copy instead"))]


def test_escape_goes_back_from_denying(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.card.bar.no.click()
    shown.press(Qt.Key.Key_Escape)
    assert shown.card.default.isVisible() and shown.decided == []


def test_arrows_go_along_the_answers(qtbot: Any) -> None:
    shown = Shown(qtbot, request())
    shown.card.take_focus()
    shown.press(Qt.Key.Key_Right)
    shown.press(Qt.Key.Key_Return)
    assert shown.decided == [("c3", Decision(True, "run"))]


@pytest.mark.parametrize(
    ("asked", "place", "safety"),
    [
        (request(), "in the sandbox, no network", "a snapshot is taken first"),
        (request(reasons=("network",)), "in the sandbox, with network", "a snapshot is taken first"),
        (
            request(sandboxed=False, snapshot=False, reasons=("not_undoable",)),
            "not in a sandbox",
            "cannot be undone",
        ),
        (request("network", "https://a.example/b", snapshot=False), "from the network", ""),
        (request("mcp", "{}", server="mail", snapshot=False), "in the sandbox", ""),
        (request("mcp", "{}", server="mail", snapshot=False, sandboxed=False), "not in a sandbox", ""),
        (
            request("mcp", "https://a.example/mcp\n{}", server="mail", snapshot=False, sandboxed=False),
            "goes to a remote server",
            "",
        ),
    ],
)
def test_the_card_says_where_it_works_and_whether_it_can_be_undone(
    asked: ApprovalRequest, place: str, safety: str
) -> None:
    assert place in approval_text.place(asked)
    assert approval_text.safety(asked) == safety


TOLD = (
    "deletes",
    "network",
    "outside",
    "destructive",
    "unreadable_command",
    "mcp_first_use",
    "untrusted",
    "rail",
)


@pytest.mark.parametrize("code", TOLD)
def test_every_reason_that_the_head_does_not_tell_has_a_sentence(code: str) -> None:
    english = approval_text.why(code)
    languages.choose("ko")
    assert english.endswith(".") and approval_text.why(code) not in ("", english)


def test_a_link_opens_only_when_it_is_pressed(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(approval_card, "open_link", opened.append)
    address = "https://xn--80ak6aa92e.com/login"
    shown = Shown(qtbot, request("url", address, server="mail", message="Sign in", scopes=(), pattern=""))
    assert shown.card.offer_focus() and shown.card.hasFocus()
    shown.press(Qt.Key.Key_Return)
    assert shown.card.bar.no.hasFocus() and shown.decided == []
    assert "mail" in shown.words() and "xn--80ak6aa92e.com" in shown.words()
    shown.card.setFocus()
    shown.press(Qt.Key.Key_Return)
    assert opened == [] and shown.decided == []
    shown.card.default.click()
    assert opened == [address] and shown.decided == [("c3", Decision(True))]


FORM = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 2},
        "seats": {"type": "integer", "minimum": 1, "maximum": 5},
        "window": {"type": "boolean", "default": True},
    },
}


def test_a_form_is_sent_when_all_of_it_counts(qtbot: Any) -> None:
    shown = Shown(
        qtbot, request("form", "Who?", server="travel", message="Who travels?", schema=FORM, scopes=())
    )
    assert "travel" in shown.words() and "Who travels?" in shown.words()
    name, seats = field(shown.card, "Name"), field(shown.card, "seats (optional)")
    seats.setText("many")
    shown.card.default.click()
    assert shown.decided == [] and name.hasFocus() and "whole number" in shown.words()
    name.setText("한빛")
    seats.setText("3")
    name.setFocus()
    shown.press(Qt.Key.Key_Return)
    assert shown.decided == [("c3", Decision(True, content={"name": "한빛", "seats": 3, "window": True}))]


def test_a_form_can_be_declined_at_any_time(qtbot: Any) -> None:
    shown = Shown(qtbot, request("form", "Who?", server="travel", message="Who?", schema=FORM, scopes=()))
    shown.card.bar.no.click()
    assert shown.decided == [("c3", Decision(False))]


@pytest.mark.parametrize("width", [320, 480, 900])
def test_nothing_of_the_card_is_cut(qtbot: Any, width: int) -> None:
    shown = Shown(qtbot, request(diff="+++ b/a\n" + "+x\n" * 5))
    shown.window.resize(width, 900)
    qtbot.wait(1)
    card = shown.card
    assert card.height() >= card.fit(card.width())
    for part in card.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        assert part.isHidden() or card.rect().contains(part.geometry())


def test_a_task_of_another_program_is_shown_whole_with_its_folder_and_mode(qtbot: Any) -> None:
    asked = ApprovalRequest(
        7,
        "start",
        "run_task",
        "program",
        "Tidy up\nthis folder",
        scopes=("workspace",),
        pattern="workspace",
        server="Claude",
        message="/data/pictures",
    )
    shown = Shown(qtbot, asked)
    words = shown.words()
    assert "Let “Claude” start this task?" in words and "what the program calls itself" in words
    assert (
        "Can change files and run commands in the folder" in words
        and "covers further tasks of “Claude”" in words
    )
    assert approval_text.place(asked) == "/data/pictures"
    assert [scope for _, scope in shown.card.bar.answers] == ["once", "workspace"]
    shown.card.bar.no.click()  # there is no model to tell the reason
    assert shown.decided == [("start", Decision(False))]


def test_a_file_that_another_program_carries_out_is_said_to_be_one(qtbot: Any) -> None:
    path = ".vscode/tasks.json"
    shown = Shown(qtbot, request("files", path, pattern=path, reasons=("writes", "autorun"), autorun=(path,)))
    assert "VS Code runs this without asking when the folder is opened." in shown.words()
    assert f"“Allow in…” covers this file: {path}" in shown.words()


def test_a_path_that_commands_do_not_see_is_asked_about_by_its_name() -> None:
    asked = request(
        "read",
        "/srv/data.csv",
        tool="read_path",
        reasons=("reads_outside",),
        scopes=("run",),
        pattern="/srv/data.csv",
    )
    assert approval_text.question(asked) == "Let commands read this?"
    assert approval_text.place(asked) == "read_path · outside its working folder, only to be read"
    assert [approval_text.why(code) for code in approval_text.quiet(asked)] == [
        "A command failed because it does not see this."
    ]
    assert approval_text.wider(asked) == "“Allow in…” covers this file: /srv/data.csv"


def test_ports_are_asked_about_by_their_addresses_and_commands_with_one_yes(qtbot: Any) -> None:
    addresses = "localhost:5173  npm run dev\nlocalhost:3001  node api.js"
    one_yes: dict[str, Any] = {"scopes": (), "pattern": "", "snapshot": False, "reasons": ("ports",)}
    shown = Shown(qtbot, request("ports", addresses, tool="playwright_open", server="playwright", **one_yes))
    words = shown.words()
    assert "Let “playwright” open this?" in words
    assert "Your yes ends with the command or the run." in words
    asked = shown.card.request
    assert approval_text.place(asked) == "playwright_open · only these addresses, from its own sandbox"
    assert approval_text.what(asked, 2) == "all addresses, 2 lines" and not approval_text.extent(asked)
    assert [button.text().strip() for button, _ in shown.card.bar.answers] == ["Allow"]


def test_a_long_question_breaks_into_lines_where_there_is_little_room(qtbot: Any) -> None:
    themes.choose("light", 2.0)
    shown = Shown(qtbot, request("ports", "localhost:5173  npm run dev", tool="open", server="playwright"))
    title = next(label for label in shown.card.findChildren(QLabel) if "playwright” open" in label.text())
    shown.window.resize(700, 700)
    qtbot.waitUntil(lambda: not title.wordWrap())
    one = title.height()
    shown.window.resize(440, 700)
    qtbot.waitUntil(lambda: title.wordWrap() and title.height() > one)
    assert title.geometry().right() < shown.card.width()
    qtbot.waitUntil(lambda: shown.card.height() >= shown.card.fit(shown.card.width()))


def test_a_search_is_asked_about_with_its_words_and_where_they_go() -> None:
    asked = request(
        "search",
        "rust book",
        tool="web_search",
        reasons=("network",),
        scopes=("run", "server"),
        pattern="api.search.brave.com",
        message="https://api.search.brave.com",
    )
    assert approval_text.place(asked) == "web_search · goes to api.search.brave.com"
    assert (
        approval_text.scope_label("server", searches=True) == "Always allow"
        and approval_text.quiet(asked) == ()
    )
    assert approval_text.wider(asked) == "A broader yes covers every search at: api.search.brave.com"


def test_a_question_about_hosts_names_them_and_what_each_answer_covers(qtbot: Any) -> None:
    hosts = ("pypi.org", "files.pythonhosted.org")
    asked = request(
        subject="pip install shelved",
        reasons=("hosts",),
        hosts=hosts,
        only_hosts=True,
        refused=True,
        pattern="",
        scopes=("workspace", "registries", "network"),
    )
    shown = Shown(qtbot, asked)
    words = shown.words()
    assert "Connect to pypi.org, files.pythonhosted.org?" in words
    assert "It tried to connect and was blocked." in words
    assert "covers pypi.org, files.pythonhosted.org for every command" in words
    labels = [button.text().strip() for button, _ in shown.card.bar.answers]
    assert labels == [
        "Allow once",
        "Allow in this folder",
        "Allow package registries",
        "Allow the whole network once",
    ]
    shown.card.bar.answers[2][0].click()
    assert shown.decided == [("c3", Decision(True, "registries"))]


def test_many_hosts_are_counted_in_the_title_and_all_named_below(qtbot: Any) -> None:
    hosts = tuple(f"host{number}.example.org" for number in range(7))
    asked = request(
        reasons=("hosts",), hosts=hosts, only_hosts=True, pattern="", scopes=("workspace", "network")
    )
    words = Shown(qtbot, asked).words()
    assert "Connect to these 7 hosts?" in words and all(host in words for host in hosts)
    assert "covers these hosts for every command" in words


def test_a_command_that_reaches_hosts_allowed_before_is_not_said_to_have_no_network(qtbot: Any) -> None:
    assert "no network" in approval_text.place(request(reasons=("shell",)))
    assert "only with hosts that you allow" in approval_text.place(request(reasons=("shell",), led=True))


def test_a_new_file_is_created_and_another_changed() -> None:
    fresh = "--- /dev/null\n+++ b/notes.md\n@@ -0,0 +1 @@\n+one\n"
    grown = "--- a/notes.md\n+++ b/notes.md\n@@ -1 +1,2 @@\n one\n+two\n"
    new, changed = (request("files", "notes.md", diff=diff, files=1) for diff in (fresh, grown))
    assert approval_text.question(new) == "Create this file?"
    assert approval_text.extent(new) == "creates 1 file"
    assert approval_text.question(changed) == "Change this file?"
    assert approval_text.extent(changed) == "changes 1 file"
