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
    "cache.not_compiled": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU could not be built. The log {log} says why; `make setup` tries again.",
        "자주 쓰는 전문가를 GPU에 두는 구성 요소를 빌드하지 못했습니다. 이유는 {log} 로그에 있으며, `make setup`을 실행하면 다시 시도합니다.",
    ),
    "cache.without": Sentence(
        "The model runs without keeping the experts in use on the GPU. The answers are just as good, but may come more slowly.",
        "자주 쓰는 전문가를 GPU에 두지 않고 모델을 실행합니다. 답변의 질은 그대로지만 더 느리게 나올 수 있습니다.",
    ),
    "cache.not_loaded": Sentence(
        "The part of Coterie that keeps the experts in use on the GPU could not be started ({detail}). Run `make setup` to build it again.",
        "자주 쓰는 전문가를 GPU에 두는 구성 요소를 시작하지 못했습니다({detail}). `make setup`을 실행해 다시 빌드해 주세요.",
    ),
    "cache.too_small": Sentence(
        "The memory set aside on the GPU does not hold even the experts that one token needs. Give it more memory, or choose a shorter context.",
        "GPU에 마련한 메모리에 토큰 하나가 쓰는 전문가도 다 들어가지 않습니다. 메모리를 더 주거나 컨텍스트를 줄여 주세요.",
    ),
    "cache.no_memory": Sentence(
        "{device} did not give the memory that was planned for the experts in use. Close other programs that use it, then load the model again.",
        "{device}에서 자주 쓰는 전문가를 둘 메모리를 얻지 못했습니다. 그 장치를 쓰는 다른 프로그램을 닫고 모델을 다시 불러와 주세요.",
    ),
    "cache.no_device": Sentence(
        "The device {name}, on which the experts in use were to be kept, is not there any more. Connect it or start its worker again, then load the model again.",
        "자주 쓰는 전문가를 두려던 장치 {name}을(를) 찾을 수 없습니다. 장치를 연결하거나 작업 컴퓨터를 다시 시작한 뒤 모델을 다시 불러와 주세요.",
    ),
    "cache.failed_before": Sentence(
        "With them there, the model could not be loaded or the engine ended unexpectedly. Loading the model again tries it once more.",
        "그렇게 했을 때 모델을 불러오지 못했거나 엔진이 갑자기 종료되었습니다. 모델을 다시 불러오면 한 번 더 시도합니다.",
    ),
    "cache.not_supported": Sentence(
        "{device} cannot compute with the experts of this model as they are stored.",
        "{device}에서는 이 모델의 전문가를 저장된 형식 그대로 계산할 수 없습니다.",
    ),
    "cache.partly": Sentence(
        "{device} cannot compute with the experts of {count} of {layers} layers as they are stored; those stay in RAM.",
        "{device}에서는 레이어 {layers}개 중 {count}개의 전문가를 저장된 형식 그대로 계산할 수 없어 RAM에 둡니다.",
    ),
}
