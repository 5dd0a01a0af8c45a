"""Conversations to look at: code, a table, maths, reasoning, tool calls, in English and Korean. Nothing in them is
measured."""

from __future__ import annotations

from app.store.store import Store
from engine.errors import ErrorInfo
from engine.values import Timings, ToolCall, Usage

_CONVERSATIONS = {
    "en": [
        (
            "Trip to Jeju in May",
            "What should I pack for Jeju in May?",
            "",
            "Layers, a rain jacket and good shoes for the coast paths.",
        ),
        (
            "Regex for invoices",
            "A regex for invoice numbers like 2026-0042?",
            "",
            "`\\d{4}-\\d{4}` finds them; add `\\b` on both sides.",
        ),
        (
            "Letter to the landlord",
            "Help me with a letter about the heating.",
            "",
            "Say since when, what you measured and by when you expect it mended.",
        ),
        (
            "Why MoE needs fewer chips",
            "Why can a big mixture-of-experts model run on a small card?",
            "The user asks about memory. Only the routed experts are read for a token, so the traffic is small "
            "even though the file is large. I should show the arithmetic.",
            """Because each token reads only **a few of its experts**. Bytes read count, not bytes stored:

| Part | Where | Read per token |
|---|---|---|
| Attention, router, shared | GPU | all |
| Experts of early layers | GPU | the routed ones |
| Experts of late layers | RAM | the routed ones |

With $b$ bytes read and a bandwidth of $w$, a token takes

$$t = \\frac{b_{\\text{gpu}}}{w_{\\text{gpu}}} + \\frac{b_{\\text{ram}}}{w_{\\text{ram}}}$$

```python
seconds = gpu_bytes / gpu_bandwidth + ram_bytes / ram_bandwidth
print(f"{1 / seconds:.0f} tokens per second")
```""",
        ),
    ],
    "ko": [
        (
            "5월 제주 여행",
            "5월에 제주에 갈 때 무엇을 챙길까요?",
            "",
            "겉옷과 비옷, 그리고 해안 길을 걷기 좋은 신발을 챙기세요.",
        ),
        (
            "송장 번호 정규식",
            "2026-0042 같은 송장 번호를 찾는 정규식은?",
            "",
            "`\\d{4}-\\d{4}`로 찾을 수 있습니다. 양쪽에 `\\b`를 붙이세요.",
        ),
        (
            "집주인에게 보낼 편지",
            "난방 문제로 편지를 쓰려고 해요.",
            "",
            "언제부터인지, 무엇을 확인했는지, 언제까지 고쳐 주기를 바라는지 적으세요.",
        ),
        (
            "MoE가 칩을 덜 쓰는 이유",
            "큰 전문가 혼합 모델이 왜 작은 그래픽카드에서 돌아가나요?",
            "메모리에 대한 질문이다. 토큰마다 선택된 전문가만 읽으므로 파일이 커도 읽는 양은 적다. 계산을 보여 주자.",
            """토큰 하나가 **전문가 몇 개만** 읽기 때문입니다. 저장된 바이트가 아니라 읽는 바이트가 속도를 정합니다.

| 부분 | 위치 | 토큰당 읽기 |
|---|---|---|
| 어텐션, 라우터, 공유 | GPU | 전부 |
| 앞쪽 층의 전문가 | GPU | 선택된 것 |
| 뒤쪽 층의 전문가 | RAM | 선택된 것 |

읽는 바이트를 $b$, 대역폭을 $w$라고 하면 토큰 하나에 걸리는 시간은

$$t = \\frac{b_{\\text{gpu}}}{w_{\\text{gpu}}} + \\frac{b_{\\text{ram}}}{w_{\\text{ram}}}$$

```python
seconds = gpu_bytes / gpu_bandwidth + ram_bytes / ram_bandwidth
print(f"{1 / seconds:.0f} tokens per second")
```""",
        ),
    ],
}


_TOOLS = {
    "en": (
        "Packing for the weekend",
        "Will it rain in Jeju at the weekend? Put what I need on my list.",
        "I need the forecast first, then the list.",
        "I look at the forecast and start your list.",
        {"city": "Jeju", "days": 3, "units": "metric"},
        {"list": "Weekend", "items": [{"name": "Rain jacket", "count": 2}, {"name": "Umbrella", "count": 1}]},
    ),
    "ko": (
        "주말 짐 싸기",
        "주말에 제주에 비가 올까요? 필요한 것을 목록에 넣어 주세요.",
        "먼저 예보를 보고 목록을 만들자.",
        "예보를 확인하고 목록을 만들겠습니다.",
        {"city": "제주", "days": 3, "units": "metric"},
        {"list": "주말", "items": [{"name": "비옷", "count": 2}, {"name": "우산", "count": 1}]},
    ),
}


def _write_calls(store: Store, language: str) -> int:
    """A conversation whose answer calls tools: one as it should be, one mended, one that cannot be read."""
    title, question, reasoning, words, forecast, items = _TOOLS[language]
    shown = store.conversations.create().id
    store.conversations.rename(shown, title, "user")
    asked = store.messages.add(shown, None, "user", question)
    answer = store.messages.add(shown, asked.id, "assistant", "", state="streaming")
    store.messages.finish(
        answer.id,
        words,
        reasoning,
        "done",
        usage=Usage(1200, 1024, 260, 214),
        timings=Timings(0.1, 0.4, 500.0, 38.0, 12.0),
        tool_calls=(
            ToolCall("call_1", "get_forecast", forecast),
            ToolCall("call_2", "add_items", items, ("items.0.count: string to integer",)),
            ToolCall("call_3", "remind_me", '{"when": "saturday 07:00", "about": '),
        ),
        notices=(ErrorInfo("tools.cut_in_call"),),
    )
    return shown


def write_conversations(store: Store, language: str) -> tuple[int, int]:
    """Store the demo conversations of a language; the ids of the one to show, and of the one with tool calls."""
    calls, shown = _write_calls(store, language), 0
    for title, question, reasoning, answer in _CONVERSATIONS[language]:
        shown = store.conversations.create().id
        store.conversations.rename(shown, title, "user")
        asked = store.messages.add(shown, None, "user", question)
        store.messages.add(shown, asked.id, "assistant", answer, reasoning=reasoning)
    return shown, calls
