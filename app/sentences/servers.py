"""What may be said of a tool server wherever one is shown: what it may do, and what to look at before one agrees."""

from __future__ import annotations

from app.sentences.sentence import Language, Sentence

WORDS = {
    "workspace_write": Sentence(
        "It may read and change the workspace of a run.", "실행의 작업 폴더를 읽고 바꿀 수 있습니다."
    ),
    "workspace_read": Sentence("It may read the workspace of a run.", "실행의 작업 폴더를 읽을 수 있습니다."),
    "workspace_none": Sentence(
        "It does not see the workspace of a run.", "실행의 작업 폴더를 볼 수 없습니다."
    ),
    "network_on": Sentence("It may use the network.", "네트워크를 사용할 수 있습니다."),
    "network_off": Sentence("It has no network.", "네트워크를 사용할 수 없습니다."),
    "readable": Sentence("It may read: {paths}", "읽을 수 있는 곳: {paths}"),
    "writable": Sentence("It may read and change: {paths}", "바꿀 수 있는 곳: {paths}"),
    "warn_root": Sentence("It asks for the rights of the administrator.", "관리자 권한을 요구합니다."),
    "warn_deletes": Sentence("Its command deletes files.", "명령이 파일을 삭제합니다."),
    "warn_shell": Sentence(
        "What runs is written in a text for a shell: read it to the end.",
        "셸이 실행할 내용이 글로 적혀 있습니다. 끝까지 읽어 주세요.",
    ),
    "warn_container": Sentence(
        "It starts a container, which the sandbox does not reach.",
        "컨테이너를 시작합니다. 컨테이너에는 샌드박스가 미치지 않습니다.",
    ),
    "warn_downloads": Sentence(
        "It downloads code and runs it: what runs may be another program tomorrow. It needs the network for that.",
        "코드를 내려받아 실행합니다. 내일은 다른 프로그램이 실행될 수 있으며 네트워크가 필요합니다.",
    ),
    "warn_network": Sentence(
        "With the network it can send away whatever it can read.",
        "네트워크로 읽을 수 있는 모든 내용을 밖으로 보낼 수 있습니다.",
    ),
    "warn_home": Sentence("It is given folders of your home.", "홈 폴더의 일부를 볼 수 있습니다."),
    "warn_secret": Sentence(
        "Something that looks like a secret stands in the open. Give it as a variable or header instead.",
        "비밀 값처럼 보이는 내용이 드러나 있습니다. 변수나 헤더로 넣어 주세요.",
    ),
    "warn_remote": Sentence(
        "It is not on this computer: what a model tells it leaves the computer.",
        "이 컴퓨터에 있지 않습니다. 모델이 전하는 내용이 컴퓨터 밖으로 나갑니다.",
    ),
}


def server_word(name: str, language: Language, /, **values: object) -> str:
    text: str = getattr(WORDS[name], language)
    return text.format_map(values) if values else text
