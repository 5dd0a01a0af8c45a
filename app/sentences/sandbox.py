"""The sandbox: agents/sandbox."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "sandbox.none": Sentence(
        "There is no sandbox on this computer ({detail}). Commands, Python code and local tool servers stay off. Install bubblewrap to use them.",
        "이 컴퓨터에서 샌드박스를 사용할 수 없습니다({detail}). 명령, Python 코드, 로컬 도구 서버는 실행되지 않습니다. 사용하려면 bubblewrap을 설치해 주세요.",
    ),
    "sandbox.failed": Sentence(
        "The sandbox could not be started, so nothing was run ({detail}).",
        "샌드박스를 시작하지 못해 아무것도 실행하지 않았습니다({detail}).",
    ),
    "sandbox.program_not_found": Sentence(
        "The program was not found in the sandbox ({detail}). It must be installed for the whole system, or lie in the folder.",
        "샌드박스에서 프로그램을 찾지 못했습니다({detail}). 시스템 전체에 설치되어 있거나 폴더 안에 있어야 합니다.",
    ),
    "sandbox.no_workspace": Sentence(
        "The folder {path} is not there. Choose another one.",
        "{path} 폴더가 없습니다. 다른 폴더를 선택해 주세요.",
    ),
    "sandbox.too_wide": Sentence(
        "{path} holds your whole home, Coterie's data or the system, which a sandbox must hide. Choose a folder inside of it.",
        "{path}에는 홈 폴더 전체, Coterie의 데이터 또는 시스템이 들어 있어 샌드박스로 보호할 수 없습니다. 그 안의 폴더를 선택해 주세요.",
    ),
    "sandbox.linux_only": Sentence(
        "Coterie’s sandbox works on Linux only. On this computer, models can read and change files in your folder, but commands, Python code and local tool servers stay off.",
        "Coterie의 샌드박스는 Linux에서만 작동합니다. 이 컴퓨터에서 모델은 폴더의 파일을 읽고 바꿀 수 있지만, 명령, Python 코드, 로컬 도구 서버는 실행할 수 없습니다.",
    ),
}
