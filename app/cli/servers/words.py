"""What `coterie servers` says of a server, in English and Korean."""

from __future__ import annotations

import shlex

from app.cli.output import Output
from app.cli.printable import printable
from app.sentences import Language, Sentence, sentence
from app.sentences.servers import WORDS
from app.services.connections.server_values import Server, ServerTool

_WORDS = WORDS | {
    "off": Sentence("off", "꺼짐"),
    "consent": Sentence("waits for your consent", "동의를 기다림"),
    "ready": Sentence("runs", "실행 중"),
    "starting": Sentence("starts", "시작하는 중"),
    "idle": Sentence("on", "켜짐"),
    "failed": Sentence("does not work", "작동하지 않음"),
    "tools": Sentence("{count} tools", "도구 {count}개"),
    "waiting": Sentence("{count} to look at", "확인할 것 {count}개"),
    "runs": Sentence(
        "“{name}” runs this program on your computer:",
        "‘{name}’은(는) 이 컴퓨터에서 다음 프로그램을 실행합니다:",
    ),
    "reaches": Sentence(
        "“{name}” is reached at this address, and what a model tells it goes there:",
        "‘{name}’은(는) 다음 주소에 있으며, 모델이 전하는 내용이 그곳으로 갑니다:",
    ),
    "folder": Sentence("in the folder {path}", "폴더: {path}"),
    "variables": Sentence("with the variables {names}", "변수: {names}"),
    "headers": Sentence("with the headers {names}", "헤더: {names}"),
    "trusted": Sentence(
        "What it says of its tools' effects is believed.", "도구의 영향에 대한 설명을 믿습니다."
    ),
    "missing": Sentence(
        "No value is kept for {names}. Give one with: coterie servers secret {name} NAME",
        "{names}의 값이 없습니다. 다음 명령으로 입력해 주세요: coterie servers secret {name} NAME",
    ),
    "session_only": Sentence(
        "There is no keyring here, so the secret values are not kept. Write ${{env:NAME}} as the value to take it"
        " from the environment each time.",
        "키링이 없어 비밀 값을 저장하지 못했습니다. 값으로 ${{env:NAME}}을 쓰면 매번 환경 변수에서 가져옵니다.",
    ),
    "hides": Sentence("hidden characters in its words", "설명에 보이지 않는 문자가 있음"),
    "new": Sentence("new", "새 도구"),
    "changed": Sentence("changed", "바뀜"),
    "gone": Sentence("not there any more", "더는 없음"),
    "unfit": Sentence("cannot be offered", "사용할 수 없음"),
    "accepted": Sentence("", ""),
    "none": Sentence(
        "There are no tool servers. To add one: coterie servers add NAME -- COMMAND",
        "도구 서버가 없습니다. 추가하려면: coterie servers add NAME -- COMMAND",
    ),
    "agree": Sentence("Do you agree? [y/N] ", "동의하시겠습니까? [y/N] "),
    "agreed": Sentence("“{name}” may be started now.", "이제 ‘{name}’을(를) 시작할 수 있습니다."),
    "not_agreed": Sentence(
        "“{name}” is kept and not started. To agree later: coterie servers consent {name}",
        "‘{name}’을(를) 저장했지만 시작하지 않습니다. 나중에 동의하려면: coterie servers consent {name}",
    ),
    "removed": Sentence("“{name}” is removed.", "‘{name}’을(를) 삭제했습니다."),
    "kept": Sentence("The value is kept.", "값을 저장했습니다."),
    "visit": Sentence(
        "Log in on this page, which should open in your browser:\n{url}",
        "브라우저에 열리는 다음 페이지에서 로그인해 주세요:\n{url}",
    ),
    "logged_in": Sentence("You are logged in to “{name}”.", "‘{name}’에 로그인했습니다."),
    "logged_out": Sentence("The login to “{name}” is forgotten.", "‘{name}’의 로그인을 지웠습니다."),
    "secret": Sentence("Value of {name}: ", "{name}의 값: "),
    "review": Sentence(
        "To take these tools as they are now: coterie servers accept {name}",
        "이 도구들을 지금 그대로 받아들이려면: coterie servers accept {name}",
    ),
    "taken": Sentence(
        "{count} tools of “{name}” are taken as they are.", "‘{name}’의 도구 {count}개를 받아들였습니다."
    ),
}


def word(name: str, language: Language, /, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values) if values else text


def state_word(server: Server, language: Language) -> str:
    """One or two words for a line of the list."""
    if not server.enabled:
        return word("off", language)
    if not server.consented:
        return word("consent", language)
    return word("idle" if server.state == "off" else server.state, language)


def card(server: Server, language: Language) -> list[str]:
    """All that a person agrees to, the command whole, and what to look at in it."""
    spec = server.spec
    lines: list[str] = []

    def say(name: str, /, **values: object) -> None:
        lines.append(word(name, language, **{key: printable(str(value)) for key, value in values.items()}))

    if spec.remote:
        say("reaches", name=spec.name)
        lines.append(f"    {printable(spec.url)}")
    else:
        say("runs", name=spec.name)
        lines.append(f"    {printable(shlex.join(spec.command))}")
        if spec.cwd:
            say("folder", path=spec.cwd)
    if names := [*spec.env, *spec.secret_env]:
        say("variables", names=", ".join(names))
    if names := [*spec.headers, *spec.secret_headers]:
        say("headers", names=", ".join(names))
    if not spec.remote:
        say(f"workspace_{spec.workspace}")
        say("network_on" if spec.network else "network_off")
        if spec.readable:
            say("readable", paths=", ".join(spec.readable))
        if spec.writable:
            say("writable", paths=", ".join(spec.writable))
    if spec.trusted:
        say("trusted")
    lines += [f"! {word(f'warn_{warning}', language)}" for warning in server.warnings]
    if server.missing:
        say("missing", names=", ".join(server.missing), name=spec.name)
    return lines


def tool_line(tool: ServerTool, language: Language) -> str:
    """A tool: its name, its first words, and what is to be known of it."""
    notes = [word(tool.status, language), word("hides", language) if tool.hides else ""]
    said = "; ".join(note for note in notes if note)
    first = printable(tool.description.strip().splitlines()[0]) if tool.description.strip() else ""
    return f"  {printable(tool.name)}  {first[:100]}" + (f"  ({said})" if said else "")


def error_line(server: Server, language: Language) -> str:
    return printable(sentence(server.error, language)) if server.error else ""


def say(output: Output, name: str, /, **values: object) -> None:
    """Words of this table on stdout."""
    output.text(word(name, output.language, **{key: printable(str(value)) for key, value in values.items()}))
