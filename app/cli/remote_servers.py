"""What a person in a terminal is told of a model elsewhere."""

from __future__ import annotations

from app.cli.printable import printable
from app.sentences import Language
from engine.remote.names import read_name

_LEAVES: dict[Language, str] = {
    "en": "The model {model} runs on {host}: what it reads leaves this computer.",
    "ko": "{model} 모델은 {host}에서 실행됩니다. 모델이 읽는 내용이 이 컴퓨터 밖으로 나갑니다.",
}


def leaves_note(model: str, language: Language) -> str:
    """That text leaves this computer for the model of this name, and where to; "" when it does not."""
    remote = read_name(model)
    if remote is None or not remote.leaves:
        return ""
    return _LEAVES[language].format(model=printable(remote.model), host=printable(remote.host))
