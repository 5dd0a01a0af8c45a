"""The one table of sentences for errors: what happened and what to do, in English and Korean.

Every code that a `UserError` is raised with has a row; a test compares the two. Parameters
stand in braces. `bytes`-like parameters arrive as numbers and are written with their unit by `sentence`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.errors import ErrorInfo, Param, UserError

Language = Literal["en", "ko"]


class Sentence(NamedTuple):
    en: str
    ko: str


SENTENCES: dict[str, Sentence] = {
    "unknown": Sentence(
        "Something unexpected went wrong ({detail}). Nothing you wrote is lost; please try again.",
        "예상하지 못한 문제가 생겼습니다({detail}). 작성한 내용은 그대로 있습니다. 다시 시도해 주세요.",
    ),
    # --- engine/local ---
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
    # --- engine/placement and engine/formats ---
    "model.missing": Sentence(
        "There is no file at {path}. It may have been moved or deleted; choose the model again.",
        "{path}에 파일이 없습니다. 옮겨졌거나 삭제되었을 수 있습니다. 모델을 다시 선택해 주세요.",
    ),
    "model.bad_name": Sentence(
        "The name {path} holds bytes that are not text, so the file cannot be opened. Rename it and choose it again.",
        "{path} 이름에 글자가 아닌 바이트가 있어 파일을 열 수 없습니다. 이름을 바꾼 뒤 다시 선택해 주세요.",
    ),
    "model.directory": Sentence(
        "{path} is a folder. Choose the GGUF file inside it.",
        "{path}은(는) 폴더입니다. 그 안에 있는 GGUF 파일을 선택해 주세요.",
    ),
    "model.unreadable": Sentence(
        "The file {path} cannot be read ({detail}). Check that you may open it and the disk is connected.",
        "{path} 파일을 읽을 수 없습니다({detail}). 열기 권한과 디스크 연결을 확인해 주세요.",
    ),
    "model.not_gguf": Sentence(
        "{path} is not a GGUF model. Choose a file that ends in .gguf.",
        "{path}은(는) GGUF 모델이 아닙니다. 확장자가 .gguf인 파일을 선택해 주세요.",
    ),
    "model.truncated": Sentence(
        "The file {path} is incomplete: {have_bytes} of at least {need_bytes}. Download it again.",
        "{path} 파일이 완전하지 않습니다(현재 {have_bytes}, 필요 {need_bytes}). 다시 내려받아 주세요.",
    ),
    "model.damaged": Sentence(
        "The file {path} is damaged ({detail}), so it was not opened. Download it again.",
        "{path} 파일이 손상되어 열지 않았습니다({detail}). 다시 내려받아 주세요.",
    ),
    "model.split_missing": Sentence(
        "This model comes in several files and {path} is not there. Put all parts in one folder under the "
        "names they were published with.",
        "여러 파일로 나뉜 모델인데 {path} 파일이 없습니다. 모두 원래 이름 그대로 한 폴더에 넣어 주세요.",
    ),
    # What a model file says about itself.
    "model.experts": Sentence(
        "The file {path} says that each token uses {used} experts of {experts}. It is damaged and was not "
        "opened. Download it again.",
        "{path} 파일에는 토큰마다 전문가 {experts}개 중 {used}개를 쓴다고 되어 있습니다. 손상된 파일이라 열지 "
        "않았습니다. 다시 내려받아 주세요.",
    ),
    "model.outdated": Sentence(
        "The file {path} was made in 2023, in a form that can no longer be loaded. Download a newer file of "
        "this model.",
        "{path} 파일은 2023년 형식이라 더는 불러올 수 없습니다. 이 모델의 새 파일을 내려받아 주세요.",
    ),
    "model.changed": Sentence(
        "The file {path} has changed since it was checked. Try again once nothing is writing to it.",
        "확인한 뒤에 {path} 파일이 바뀌었습니다. 파일 쓰기가 끝난 다음 다시 시도해 주세요.",
    ),
    "template.missing": Sentence(
        "This model file has no chat template. It may be a base model that was not made for conversations.",
        "이 모델 파일에는 대화 템플릿이 없습니다. 대화용으로 만들어지지 않은 기본 모델일 수 있습니다.",
    ),
    "template.syntax": Sentence(
        "The model's chat template has a mistake in line {line} ({detail}). Try another copy of the model.",
        "모델의 대화 템플릿 {line}번째 줄에 오류가 있습니다({detail}). 다른 배포본을 사용해 보세요.",
    ),
    "template.raised": Sentence(
        "The model's chat template does not accept this conversation ({detail}). Change your message or start a new chat.",
        "모델의 대화 템플릿이 이 대화를 받아들이지 않습니다({detail}). 메시지를 고치거나 새 대화를 시작해 주세요.",
    ),
    "template.too_expensive": Sentence(
        "The model's chat template takes far more time or memory than it should, so it was stopped. "
        "Try another copy of the model.",
        "모델의 대화 템플릿이 시간이나 메모리를 너무 많이 써서 중단했습니다. 다른 배포본을 사용해 보세요.",
    ),
    "template.failed": Sentence(
        "The model's chat template failed on this conversation ({detail}). Try another copy of the model.",
        "모델의 대화 템플릿이 이 대화를 처리하지 못했습니다({detail}). 다른 배포본을 사용해 보세요.",
    ),
    "reasoning.unknown": Sentence(
        "“{choice}” is no choice for reasoning. Use auto, off, on, low, medium, high or a number of tokens.",
        "“{choice}”은(는) 추론 설정이 아닙니다. auto, off, on, low, medium, high 또는 토큰 수를 쓰세요.",
    ),
    # --- placement: plans in words ---
    "placement.two_devices": Sentence(
        "Two devices are called {name}, so it is unclear which one is meant. Disconnect one of them and try again.",
        "{name}(이)라는 장치가 두 개라 어느 쪽인지 알 수 없습니다. 하나의 연결을 끊고 다시 시도해 주세요.",
    ),
    "placement.unknown_device": Sentence(
        "There is no device called {name}. This computer has {known}; choose one of these.",
        "{name}(이)라는 장치가 없습니다. 이 컴퓨터의 장치는 {known}입니다. 이 가운데서 골라 주세요.",
    ),
    "placement.negative_budget": Sentence(
        "The memory for {name} cannot be less than nothing. Give a size such as 8 GiB, or 0 to leave it unused.",
        "{name}의 메모리는 0보다 작을 수 없습니다. 8 GiB처럼 크기를 쓰거나, 사용하지 않으려면 0을 쓰세요.",
    ),
    "placement.bad_number": Sentence(
        "{value} is not possible for {name}. Give a positive number, or 0 to leave the choice to Coterie.",
        "{name} 값으로 {value}은(는) 쓸 수 없습니다. 양수를 쓰거나, Coterie에 맡기려면 0을 쓰세요.",
    ),
    "placement.mode_not_available": Sentence(
        "The mode “{mode}” is not part of this version of Coterie. Choose another one, or leave the choice to Coterie.",
        "이 버전의 Coterie에는 “{mode}” 방식이 없습니다. 다른 방식을 고르거나 Coterie에 맡겨 주세요.",
    ),
    "placement.mode_impossible": Sentence(
        "The mode “{mode}” does not work with this model on this computer. Choose another one, or leave the choice to Coterie.",
        "이 컴퓨터에서 이 모델에는 “{mode}” 방식을 쓸 수 없습니다. 다른 방식을 고르거나 Coterie에 맡겨 주세요.",
    ),
    "plan.cpu": Sentence(
        "Everything in RAM, computed by the CPU ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "전부 RAM에 두고 CPU로 계산합니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.whole": Sentence(
        "The whole model on {device} ({used_bytes} of {budget_bytes}): fits, about {tps} tokens per second.",
        "모델 전체를 {device}에 둡니다({budget_bytes} 중 {used_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.layers": Sentence(
        "The last {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), the others in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "레이어 {layers}개 중 뒤쪽 {count}개는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.some_attention": Sentence(
        "Attention of the last {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), everything else in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "레이어 {layers}개 중 뒤쪽 {count}개의 어텐션은 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지는 모두 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.attention": Sentence(
        "Attention on {device} ({used_bytes} of {budget_bytes}), all experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션은 {device}에 두고({budget_bytes} 중 {used_bytes}), 전문가는 모두 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.resident": Sentence(
        "Attention and experts of layers {first} to {last} on {device} ({used_bytes} of {budget_bytes}), the other experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션과 레이어 {first}~{last}의 전문가는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지 전문가는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.several": Sentence(
        "Attention and experts of {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), the other experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션과 레이어 {layers}개 중 {count}개의 전문가는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지 전문가는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.paged": Sentence(
        "RAM can keep {held_bytes} of {wanted_bytes} of experts, the rest is read from the disk again and again: it runs, but slowly, about {tps} tokens per second. {paged_bytes} more of RAM would end that.",
        "전문가 {wanted_bytes} 중 {held_bytes}만 RAM에 들어가고 나머지는 디스크에서 계속 다시 읽습니다. 실행은 되지만 느려서 초당 약 {tps}토큰입니다. RAM이 {paged_bytes} 더 있으면 느려지지 않습니다.",
    ),
    "plan.does_not_fit": Sentence(
        "This model does not fit: {missing_bytes} of memory are missing.",
        "이 모델은 메모리에 들어가지 않습니다. {missing_bytes}가 부족합니다.",
    ),
    "plan.try_smaller_cache": Sentence(
        "{missing_bytes} of memory are missing. It fits when the conversation's memory (KV cache) is kept in half the space: choose q8_0 in the settings.",
        "메모리 {missing_bytes}가 부족합니다. 대화 기억(KV 캐시)을 절반 크기로 저장하면 들어갑니다. 설정에서 q8_0을 선택해 주세요.",
    ),
    "plan.try_shorter_context": Sentence(
        "There is not enough memory for a context of {asked} tokens. It fits with {context} tokens; choose that in the settings.",
        "{asked}토큰 컨텍스트를 위한 메모리가 부족합니다. {context}토큰이면 들어갑니다. 설정에서 바꿔 주세요.",
    ),
    "plan.try_budget": Sentence(
        "The memory you allowed is too little. It fits when {device} may use {wanted_bytes}.",
        "허용한 메모리가 너무 적습니다. {device}에 {wanted_bytes}를 허용하면 들어갑니다.",
    ),
    "plan.needs_memory": Sentence(
        "This model needs {missing_bytes} more memory than this computer can give it. Close other programs or choose a smaller model.",
        "이 모델을 실행하려면 메모리가 {missing_bytes} 더 필요합니다. 다른 프로그램을 닫거나 더 작은 모델을 선택해 주세요.",
    ),
    "plan.budget_cut": Sentence(
        "You allowed {asked_bytes} on {device}, but only {free_bytes} are free there, so that is used.",
        "{device}에 {asked_bytes}를 허용했지만 {free_bytes}만 비어 있어 그만큼만 사용합니다.",
    ),
    "plan.device_unused": Sentence(
        "Nothing fits into the {budget_bytes} that may be used on {device}, so it is left alone.",
        "{device}에서 쓸 수 있는 {budget_bytes}에는 아무것도 들어가지 않아 사용하지 않습니다.",
    ),
    "plan.smaller_cache": Sentence(
        "To make room for {context} tokens, the conversation's memory (KV cache) is kept in half the space (q8_0).",
        "{context}토큰을 담기 위해 대화 기억(KV 캐시)을 절반 크기(q8_0)로 저장합니다.",
    ),
    "plan.streamed_unconfirmed": Sentence(
        "Each token copies its experts to the GPU, which should be faster here. That is a prediction; tune this model to have it measured.",
        "토큰마다 필요한 전문가를 GPU로 복사합니다. 이 컴퓨터에서는 더 빠를 것으로 예상됩니다. 실제 속도는 이 모델을 튜닝하면 측정해 확인합니다.",
    ),
    "plan.conceded_pinned": Sentence(
        "Weights in RAM are kept in ordinary memory, because the faster kind could not be had; long prompts are read more slowly.",
        "더 빠른 방식의 메모리를 얻지 못해 RAM의 가중치를 일반 메모리에 둡니다. 긴 글을 읽는 속도가 느려집니다.",
    ),
    "plan.conceded_layers": Sentence(
        "Each device holds {count} fewer layers of experts than planned, because loading failed with more.",
        "더 많이 두면 불러오지 못해 장치마다 전문가 레이어를 계획보다 {count}개 적게 둡니다.",
    ),
    "plan.conceded_ubatch": Sentence(
        "Prompts are read in smaller pieces ({ubatch} tokens), because loading failed with larger ones.",
        "더 크게 나누면 불러오지 못해 글을 더 작은 단위({ubatch}토큰)로 읽습니다.",
    ),
    "plan.conceded_context": Sentence(
        "The context is {context} tokens, because loading failed with a longer one.",
        "더 길면 불러오지 못해 컨텍스트를 {context}토큰으로 줄였습니다.",
    ),
    # Tools and grammars
    "tools.unknown_choice": Sentence(
        "The model was told to use the tool “{name}”, but there is no such tool in this request. Choose one of the tools that are listed.",
        "모델에게 ‘{name}’ 도구를 쓰라고 했지만 이 요청에는 그런 도구가 없습니다. 목록에 있는 도구 가운데 하나를 골라 주세요.",
    ),
    # Files of tools
    "tools.file_missing": Sentence(
        "There is no file {path}. Check the path given with --tools.",
        "{path} 파일이 없습니다. --tools에 적은 경로를 확인해 주세요.",
    ),
    "tools.file_unreadable": Sentence(
        "The file of tools {path} cannot be read ({detail}). Choose another file, or allow reading it.",
        "도구 파일 {path}을(를) 읽을 수 없습니다({detail}). 다른 파일을 고르거나 읽기 권한을 확인해 주세요.",
    ),
    "tools.file_too_large": Sentence(
        "The file of tools {path} is larger than {most_bytes}. A model cannot read so many tools; leave some out.",
        "도구 파일 {path}이(가) {most_bytes}보다 큽니다. 모델이 읽기에는 너무 많으니 일부를 빼 주세요.",
    ),
    "tools.not_json": Sentence(
        "The file of tools {path} is not valid JSON ({detail}). Correct it there.",
        "도구 파일 {path}이(가) 올바른 JSON이 아닙니다({detail}). 그 부분을 고쳐 주세요.",
    ),
    "tools.not_a_list": Sentence(
        "The file {path} holds no list of tools. Write a list of definitions, or an object with such a list as “tools”.",
        "{path} 파일에 도구 목록이 없습니다. 도구 정의의 목록을 쓰거나, “tools”에 그런 목록을 담은 객체를 써 주세요.",
    ),
    "tools.no_name": Sentence(
        "Tool number {number} in the file has no name. Give each tool a “name”.",
        "파일의 {number}번째 도구에 이름이 없습니다. 도구마다 “name”을 적어 주세요.",
    ),
    "tools.name_twice": Sentence(
        "Two tools in the file are called “{name}”. Give each its own name.",
        "파일에 “{name}”(이)라는 도구가 두 개 있습니다. 서로 다른 이름을 붙여 주세요.",
    ),
    "tools.bad_parameters": Sentence(
        "The parameters of the tool “{name}” are no JSON object. Describe them as a JSON schema.",
        "“{name}” 도구의 매개변수(parameters)가 JSON 객체가 아닙니다. JSON 스키마로 적어 주세요.",
    ),
    # What is told with an answer
    "reasoning.ignored_off": Sentence(
        "The model was told not to think first, and did so all the same. Not every model can stop; a smaller "
        "limit of thinking or “Answer now” shortens it.",
        "생각하지 말라고 했지만 모델이 그래도 생각했습니다. 생각을 끌 수 없는 모델도 있습니다. "
        "생각 한도를 줄이거나 ‘바로 답하기’를 누르면 짧아집니다.",
    ),
    "reasoning.cut_in_thought": Sentence(
        "The answer ended while the model was still thinking. Allow longer answers, or less thinking.",
        "모델이 아직 생각하는 중에 답변이 끝났습니다. 답변 길이를 늘리거나 생각을 줄여 주세요.",
    ),
    "tools.cut_in_call": Sentence(
        "The answer ended in the middle of a tool call, so that call is incomplete. Allow longer answers and ask again.",
        "도구를 호출하는 도중에 답변이 끝나 호출이 완전하지 않습니다. 답변 길이를 늘리고 다시 물어봐 주세요.",
    ),
    # --- app/store ---
    "store.locked": Sentence(
        "Another program is writing to the conversations file {path}, so nothing could be saved just now."
        " Close the other program, or wait a moment and try again.",
        "다른 프로그램이 대화 파일({path})에 쓰고 있어 지금은 저장하지 못했습니다."
        " 그 프로그램을 닫거나 잠시 기다린 뒤 다시 시도해 주세요.",
    ),
    "store.read_only": Sentence(
        "Coterie may not write to the folder {folder}, so your conversations cannot be saved."
        " Allow writing to the folder and the files in it, then try again.",
        "{folder} 폴더에 쓸 수 없어 대화를 저장할 수 없습니다."
        " 이 폴더와 그 안의 파일에 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.disk_full": Sentence(
        "There is no room left to write to {folder}. What was saved before is unharmed."
        " Free some disk space and try again.",
        "{folder}에 쓸 공간이 남아 있지 않습니다. 이미 저장한 내용은 그대로 있습니다."
        " 디스크 공간을 비운 뒤 다시 시도해 주세요.",
    ),
    "store.disk_error": Sentence(
        "The disk that holds {folder} reported an error ({detail})."
        " Check that the disk is connected and sound, then try again.",
        "{folder} 폴더가 있는 디스크에서 오류가 났습니다({detail})."
        " 디스크가 제대로 연결되어 있고 이상이 없는지 확인한 뒤 다시 시도해 주세요.",
    ),
    "store.newer_version": Sentence(
        "The conversations file {path} was written by a newer version of Coterie. It was left untouched."
        " Update Coterie to open it.",
        "대화 파일({path})은 더 새로운 버전의 Coterie에서 저장한 것입니다. 파일은 건드리지 않았습니다."
        " 열려면 Coterie를 업데이트해 주세요.",
    ),
    "store.damaged": Sentence(
        "The conversations file {path} is damaged and cannot be read. It was left untouched."
        " Restore the newest good copy, {backup}, to go on from there; the damaged file is kept beside it.",
        "대화 파일({path})이 손상되어 읽을 수 없습니다. 파일은 건드리지 않았습니다."
        " 가장 최근의 온전한 백업({backup})을 복원하면 그 시점부터 이어서 쓸 수 있습니다."
        " 손상된 파일은 지우지 않고 곁에 둡니다.",
    ),
    "store.damaged_without_backup": Sentence(
        "The conversations file {path} is damaged and cannot be read, and there is no backup yet."
        " It was left untouched. Move it elsewhere to start with an empty one.",
        "대화 파일({path})이 손상되어 읽을 수 없고, 아직 만들어 둔 백업이 없습니다."
        " 파일은 건드리지 않았습니다. 이 파일을 다른 곳으로 옮기면 빈 상태로 새로 시작할 수 있습니다.",
    ),
    "store.backup_failed": Sentence(
        "A backup of your conversations could not be written to {folder} ({detail})."
        " The conversations themselves were not changed."
        " Free some space there, or allow writing, and try again.",
        "{folder} 폴더에 대화 백업을 만들지 못했습니다({detail}). 대화는 바뀌지 않고 그대로 있습니다."
        " 공간을 비우거나 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.no_conversation": Sentence(
        "This conversation no longer exists. Choose another one from the list.",
        "이 대화는 더 이상 없습니다. 목록에서 다른 대화를 골라 주세요.",
    ),
    "store.no_message": Sentence(
        "This message no longer exists. Open the conversation again to see what is there.",
        "이 메시지는 더 이상 없습니다. 대화를 다시 열어 현재 내용을 확인해 주세요.",
    ),
    # --- app/services ---
    "chat.busy": Sentence(
        "An answer is being written in this chat. Stop it first, or wait until it is done.",
        "이 대화에서 답변을 작성하고 있습니다. 먼저 멈추거나 끝날 때까지 기다려 주세요.",
    ),
    "chat.empty": Sentence(
        "There is nothing to send. Write something first.",
        "보낼 내용이 없습니다. 먼저 글을 입력해 주세요.",
    ),
    "chat.nothing_to_answer": Sentence(
        "There is no question to answer here. Write a message first.",
        "여기에는 답할 질문이 없습니다. 먼저 메시지를 입력해 주세요.",
    ),
    "chat.not_last": Sentence(
        "Only the last answer can be continued. Go to the end of the chat and try there.",
        "마지막 답변만 이어 쓸 수 있습니다. 대화의 끝에서 다시 시도해 주세요.",
    ),
    "chat.bad_reasoning": Sentence(
        "“{value}” is not a reasoning choice. Use auto, off, on, low, medium, high or a number of tokens.",
        "“{value}”는 추론 설정으로 쓸 수 없습니다. auto, off, on, low, medium, high 또는 토큰 수를 사용해 주세요.",
    ),
    "model.no_starter": Sentence(
        "The starter model is not installed. Run `make setup`, or choose a model file of your own.",
        "기본 모델이 설치되어 있지 않습니다. `make setup`을 실행하거나 가지고 있는 모델 파일을 선택해 주세요.",
    ),
    "settings.bad_value": Sentence(
        "The setting {key} has a value that Coterie does not understand, so its default is used."
        " Choose it again in the settings.",
        "{key} 설정의 값을 이해할 수 없어 기본값을 사용합니다. 설정에서 다시 골라 주세요.",
    ),
    "settings.unreadable": Sentence(
        "The settings file {path} could not be read, so the defaults are used."
        " The old file is kept as {kept}.",
        "설정 파일({path})을 읽을 수 없어 기본 설정을 사용합니다. 이전 파일은 {kept}에 그대로 두었습니다.",
    ),
    "settings.not_saved": Sentence(
        "The settings could not be saved to {path} ({detail})."
        " Check that there is room and that the folder may be written to, then try again.",
        "설정을 {path}에 저장하지 못했습니다({detail})."
        " 남은 공간과 폴더의 쓰기 권한을 확인한 뒤 다시 시도해 주세요.",
    ),
    # --- app/cli ---
    "cli.interrupted": Sentence(
        "It was interrupted before there was an answer. What you wrote is kept.",
        "답변이 나오기 전에 중단되었습니다. 작성한 내용은 그대로 있습니다.",
    ),
    "cli.output_closed": Sentence(
        "The output could not be written ({detail}), so it was stopped. What was said is kept in the conversation.",
        "출력을 쓸 수 없어({detail}) 중단했습니다. 나눈 대화는 그대로 저장되어 있습니다.",
    ),
    # plan, bench and the budgets they take
    "cli.bad_size": Sentence(
        "“{value}” is not a size. Write bytes, or a number with KiB, MiB or GiB, such as 1.5GiB.",
        "“{value}”은(는) 크기가 아닙니다. 바이트 수를 적거나 1.5GiB처럼 KiB, MiB, GiB를 붙여 주세요.",
    ),
    "cli.bad_memory": Sentence(
        "“{value}” does not say how much memory of which device. Write it as NAME=SIZE, such as CUDA0=6GiB.",
        "“{value}”에서 어느 장치의 메모리인지 알 수 없습니다. CUDA0=6GiB처럼 이름=크기 형식으로 적어 주세요.",
    ),
    "cli.memory_twice": Sentence(
        "The memory of {name} is given twice. Give it once.",
        "{name}의 메모리를 두 번 지정했습니다. 한 번만 지정해 주세요.",
    ),
    # --- app/desktop ---
    "desktop.incomplete": Sentence(
        "A part of Coterie is missing ({detail}). Run `make setup` to install it again; your chats are safe.",
        "Coterie의 일부가 없습니다({detail}). `make setup`을 실행해 다시 설치해 주세요. 대화는 그대로 있습니다.",
    ),
    "desktop.already_open": Sentence(
        "Coterie is already open for {folder}; its window was brought to the front.",
        "Coterie가 이미 {folder} 폴더로 열려 있어 그 창을 앞으로 가져왔습니다.",
    ),
}


def format_bytes(count: float) -> str:
    """A size in the units people read: 98 MB, 9.1 GB (decimal, one digit below ten)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            digits = 1 if unit != "bytes" and count < 10 else 0
            return f"{count:.{digits}f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def _shown(name: str, value: Param, language: Language) -> str:
    if name == "device" and value == "GPU":
        return "the GPU" if language == "en" else "GPU"
    if name.endswith("bytes") and isinstance(value, int | float):
        return format_bytes(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def sentence(error: UserError | ErrorInfo, language: Language = "en") -> str:
    """The plain sentence for an error. A code without a row is told as `unknown` with the code in it."""
    row = SENTENCES.get(error.code)
    if row is None:
        row, params = SENTENCES["unknown"], {"detail": error.code}
    else:
        params = {name: _shown(name, value, language) for name, value in error.params.items()}
    text: str = getattr(row, language)
    return text.format_map(params)
