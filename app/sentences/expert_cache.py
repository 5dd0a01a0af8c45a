"""What is said of the cache that keeps the experts in use on the GPU, and of its plugin."""

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "cache.not_built": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU has not been built here. Run `make setup` to build it.",
        "자주 쓰는 전문가를 GPU에 두는 구성 요소가 아직 빌드되지 않았습니다. `make setup`을 실행해 빌드해 주세요.",
    ),
    "cache.other_build": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU was built for another version. Run `make setup` to build it again.",
        "자주 쓰는 전문가를 GPU에 두는 구성 요소가 다른 버전용으로 빌드되어 있습니다. `make setup`을 실행해 다시 빌드해 주세요.",
    ),
    "cache.no_compiler": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU could not be built, because this computer has no C++ compiler that works. Install one (on Debian and Ubuntu: sudo apt-get install -y g++), then run `make setup`.",
        "이 컴퓨터에 작동하는 C++ 컴파일러가 없어 자주 쓰는 전문가를 GPU에 두는 구성 요소를 빌드하지 못했습니다. 컴파일러를 설치한 뒤(Debian과 Ubuntu에서는 sudo apt-get install -y g++) `make setup`을 실행해 주세요.",
    ),
    "cache.no_headers": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU could not be built, because the sources of llama.cpp that belong to the installed version could not be fetched. Check the internet connection, then run `make setup`.",
        "설치된 버전에 맞는 llama.cpp 소스를 내려받지 못해 자주 쓰는 전문가를 GPU에 두는 구성 요소를 빌드하지 못했습니다. 인터넷 연결을 확인한 뒤 `make setup`을 실행해 주세요.",
    ),
    "cache.not_compiled": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU could not be built. The log {log} says why; `make setup` tries again.",
        "자주 쓰는 전문가를 GPU에 두는 구성 요소를 빌드하지 못했습니다. 이유는 {log} 로그에 있으며, `make setup`을 실행하면 다시 시도합니다.",
    ),
}
