"""The engine host: loading, answering, workers, tuning."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "engine.wrong_library": Sentence(
        "The installed llama-cpp-python is {found}, but Coterie needs exactly {wanted}. Run `make setup` to install it.",
        "설치된 llama-cpp-python은 {found}이지만 Coterie에는 정확히 {wanted}이 필요합니다. `make setup`을 실행해 설치해 주세요.",
    ),
    "engine.library_failed": Sentence(
        "The part of Coterie that runs models could not be started ({detail}). Run `make setup` to install it again.",
        "모델을 실행하는 구성 요소를 시작하지 못했습니다({detail}). `make setup`을 실행해 다시 설치해 주세요.",
    ),
    "engine.not_started": Sentence(
        "The engine could not be started ({detail}). Close other programs or free some disk space, then try again.",
        "엔진을 시작하지 못했습니다({detail}). 다른 프로그램을 닫거나 디스크 공간을 비운 뒤 다시 시도해 주세요.",
    ),
    "engine.answer_failed": Sentence(
        "The answer could not be written because of a mistake inside Coterie ({detail}). Your text is kept; try again or start a new chat.",
        "Coterie 내부 오류로 답변을 작성하지 못했습니다({detail}). 글은 그대로 있으니 다시 시도하거나 새 대화를 시작해 주세요.",
    ),
    "engine.no_model": Sentence(
        "No model is loaded. Choose a model at the top of the window.",
        "불러온 모델이 없습니다. 창 위쪽에서 모델을 선택해 주세요.",
    ),
    "engine.load_cancelled": Sentence(
        "Loading was cancelled. Choose a model to load one.",
        "모델 불러오기를 취소했습니다. 사용할 모델을 선택해 주세요.",
    ),
    "engine.load_failed": Sentence(
        "The model could not be loaded: {detail}. Try another file, or download it again.",
        "모델을 불러오지 못했습니다: {detail}. 다른 파일을 사용하거나 다시 내려받아 주세요.",
    ),
    "engine.unknown_architecture": Sentence(
        "This model is of the kind “{architecture}”, which this version of Coterie cannot run. Choose another model or update Coterie.",
        "이 모델의 구조({architecture})는 현재 Coterie 버전에서 실행할 수 없습니다. 다른 모델을 선택하거나 Coterie를 업데이트해 주세요.",
    ),
    "engine.not_a_chat_model": Sentence(
        "This file is not a model that can write answers. Choose a chat model.",
        "이 파일은 답변을 작성하는 모델이 아닙니다. 대화용 모델을 선택해 주세요.",
    ),
    "engine.not_enough_memory": Sentence(
        "This model needs {needed_bytes} of memory and {free_bytes} are free. Close other programs, shorten the context or choose a smaller model.",
        "이 모델에는 메모리 {needed_bytes}가 필요한데 {free_bytes}만 비어 있습니다. 다른 프로그램을 닫거나 컨텍스트를 줄이거나 더 작은 모델을 선택해 주세요.",
    ),
    "engine.context_memory": Sentence(
        "There is not enough memory for a context of {context} tokens. Choose a shorter context in the settings.",
        "{context}토큰 컨텍스트를 위한 메모리가 부족합니다. 설정에서 더 짧은 컨텍스트를 선택해 주세요.",
    ),
    "engine.context_too_long": Sentence(
        "A context of {asked} tokens is longer than this model can handle ({trained}). Choose {trained} or less.",
        "{asked}토큰은 이 모델이 다룰 수 있는 길이({trained}토큰)보다 깁니다. {trained} 이하로 선택해 주세요.",
    ),
    "engine.context_overflow": Sentence(
        "This conversation has {needed} tokens and the model can read {available}. Nothing was sent; shorten your message, raise the context in the settings or start a new chat.",
        "이 대화는 {needed}토큰인데 모델이 읽을 수 있는 길이는 {available}토큰입니다. 아무것도 보내지 않았습니다. 메시지를 줄이거나 설정에서 컨텍스트를 늘리거나 새 대화를 시작해 주세요.",
    ),
    "engine.empty_prompt": Sentence(
        "The model was given nothing to answer. Write something first.",
        "모델이 답할 내용이 없습니다. 먼저 글을 입력해 주세요.",
    ),
    "engine.bad_sampling": Sentence(
        "The value for {name} must lie between {low} and {high}.",
        "{name} 값은 {low}에서 {high} 사이여야 합니다.",
    ),
    "engine.decode_failed": Sentence(
        "The model failed while computing (code {status}). The text so far is kept; try again or load the model anew.",
        "모델이 계산하는 중에 실패했습니다(코드 {status}). 지금까지의 글은 그대로 있습니다. 다시 시도하거나 모델을 다시 불러와 주세요.",
    ),
    "engine.killed": Sentence(
        "The engine was ended from outside, most likely because memory ran out. Your text is kept; continue, or choose a smaller model.",
        "엔진이 외부에서 종료되었습니다. 메모리가 부족했을 가능성이 큽니다. 글은 그대로 있으니 이어서 진행하거나 더 작은 모델을 선택해 주세요.",
    ),
    "engine.aborted": Sentence(
        "The engine stopped itself after an internal error. Your text is kept; continue, or load the model again.",
        "엔진이 내부 오류로 스스로 멈췄습니다. 글은 그대로 있으니 이어서 진행하거나 모델을 다시 불러와 주세요.",
    ),
    "engine.crashed": Sentence(
        "The engine crashed ({how}). Your text is kept; continue, or load the model again.",
        "엔진이 비정상 종료되었습니다({how}). 글은 그대로 있으니 이어서 진행하거나 모델을 다시 불러와 주세요.",
    ),
    "engine.not_answering": Sentence(
        "The engine no longer answered and was ended. Your text is kept; continue, or load the model again.",
        "엔진이 응답하지 않아 종료했습니다. 글은 그대로 있으니 이어서 진행하거나 모델을 다시 불러와 주세요.",
    ),
    "engine.garbage": Sentence(
        "The engine sent something unreadable and was ended. Your text is kept; continue, or load the model again.",
        "엔진이 읽을 수 없는 내용을 보내 종료했습니다. 글은 그대로 있으니 이어서 진행하거나 모델을 다시 불러와 주세요.",
    ),
    "engine.crashes_too_often": Sentence(
        "{name} took the engine down three times within ten minutes, so it is not started again by itself. Choose another model, or load this one again yourself.",
        "{name} 모델 때문에 10분 안에 엔진이 세 번 멈춰서 자동으로 다시 시작하지 않습니다. 다른 모델을 선택하거나 직접 다시 불러와 주세요.",
    ),
    "engine.cache_type": Sentence(
        "This model's memory of the conversation cannot be kept as {kind} ({detail}). Choose f16 for it in the settings.",
        "이 모델은 대화 기억(KV 캐시)을 {kind} 형식으로 보관할 수 없습니다({detail}). 설정에서 f16을 선택해 주세요.",
    ),
    "engine.no_device": Sentence(
        "The device {name} that the model was to use is not there any more. Load the model again.",
        "모델이 사용할 장치 {name}을(를) 더 이상 찾을 수 없습니다. 모델을 다시 불러와 주세요.",
    ),
    # workers: machines that lend their memory
    "worker.bad_address": Sentence(
        "“{address}” is not the address of a worker. Write it as HOST:PORT, such as 192.168.0.7:50052.",
        "“{address}”은(는) 작업 컴퓨터의 주소가 아닙니다. 192.168.0.7:50052처럼 호스트:포트 형식으로 적어 주세요.",
    ),
    "worker.ipv6": Sentence(
        "Workers can be reached by IPv4 only, and “{address}” is an IPv6 address. Use the worker's IPv4 address or its name.",
        "작업 컴퓨터는 IPv4로만 연결할 수 있는데 “{address}”은(는) IPv6 주소입니다. 작업 컴퓨터의 IPv4 주소나 이름을 사용해 주세요.",
    ),
    "worker.unknown_host": Sentence(
        "No computer is known by the name in {address}. Check the spelling, or use the worker's IPv4 address.",
        "{address}에 적힌 이름의 컴퓨터를 찾을 수 없습니다. 철자를 확인하거나 작업 컴퓨터의 IPv4 주소를 사용해 주세요.",
    ),
    "worker.refused": Sentence(
        "The worker {address} could not be reached. Start ggml-rpc-server there, check the address and the firewall, or go on without it.",
        "작업 컴퓨터 {address}에 연결하지 못했습니다. 그 컴퓨터에서 ggml-rpc-server를 시작하고 주소와 방화벽을 확인하거나 이 컴퓨터 없이 진행해 주세요.",
    ),
    "worker.stalled": Sentence(
        "The worker {address} does not answer. It may be in use by another program, as it serves one at a time; end that program, restart the worker, or go on without it.",
        "작업 컴퓨터 {address}이(가) 응답하지 않습니다. 한 번에 한 프로그램만 사용할 수 있으므로 다른 프로그램이 쓰고 있을 수 있습니다. 그 프로그램을 닫거나 작업 컴퓨터를 다시 시작하거나 이 컴퓨터 없이 진행해 주세요.",
    ),
    "worker.not_a_worker": Sentence(
        "What answers at {address} is not a worker. Check the address and the port of ggml-rpc-server there.",
        "{address}에서 응답하는 것은 작업 컴퓨터가 아닙니다. 그 컴퓨터의 ggml-rpc-server 주소와 포트를 확인해 주세요.",
    ),
    "worker.other_version": Sentence(
        "The worker {address} speaks version {found} and Coterie needs {wanted}. Run the ggml-rpc-server of a matching llama.cpp there.",
        "작업 컴퓨터 {address}의 버전은 {found}인데 Coterie에는 {wanted} 버전이 필요합니다. 그 컴퓨터에서 버전이 맞는 llama.cpp의 ggml-rpc-server를 실행해 주세요.",
    ),
    "worker.twice": Sentence(
        "The worker {address} is named twice. Name each worker once.",
        "작업 컴퓨터 {address}이(가) 두 번 지정되었습니다. 각 작업 컴퓨터는 한 번만 지정해 주세요.",
    ),
    "worker.too_many": Sentence(
        "At most {limit} workers can be used at once. Remove some of them.",
        "작업 컴퓨터는 한 번에 {limit}대까지 사용할 수 있습니다. 일부를 제거해 주세요.",
    ),
    "worker.lost": Sentence(
        "The worker {address} went away. The text so far is kept; load the model again without it, or start the worker again and continue.",
        "작업 컴퓨터 {address}의 연결이 끊어졌습니다. 지금까지의 글은 그대로 있습니다. 그 컴퓨터 없이 모델을 다시 불러오거나, 작업 컴퓨터를 다시 시작한 뒤 이어서 진행해 주세요.",
    ),
    "worker.not_supported": Sentence(
        "The installed llama.cpp cannot use workers. Run `make setup` to build it with them, or go on without workers.",
        "설치된 llama.cpp로는 작업 컴퓨터를 사용할 수 없습니다. `make setup`을 실행해 다시 빌드하거나 작업 컴퓨터 없이 진행해 주세요.",
    ),
    # tuning
    "tuning.answering": Sentence(
        "An answer is being written. Tuning needs the whole machine; start it again once the answer is finished.",
        "답변을 쓰는 중입니다. 모델을 이 PC에 맞추려면 컴퓨터 전체가 필요하니 답변이 끝난 뒤 다시 시작해 주세요.",
    ),
    "tuning.twice": Sentence(
        "Another tuning is under way. Wait until it is finished, or cancel it.",
        "이미 모델을 이 PC에 맞추는 중입니다. 끝날 때까지 기다리거나 취소해 주세요.",
    ),
    "tuning.too_slow": Sentence(
        "The model could not be loaded and measured within {seconds} seconds, so there was no time to compare settings. Close other programs and try again, or keep the plan as it is.",
        "{seconds}초 안에 모델을 불러와 측정하지 못해서 설정을 비교할 시간이 없었습니다. 다른 프로그램을 닫고 다시 시도하거나 지금 배치를 그대로 사용해 주세요.",
    ),
}
