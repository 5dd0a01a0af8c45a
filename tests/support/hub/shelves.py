"""Repositories to try things with: real small models, and the headers of large ones. All owners are invented."""

from __future__ import annotations

from engine.placement.published.quantisations import Scheme
from tests.support.hub.contents import Content, DiskContent, MemoryContent
from tests.support.hub.models import moe, published, split_moe, starter, tiny
from tests.support.hub.repositories import HubRepo
from tests.support.models.projectors import color_projector
from tests.support.models.published_models import PUBLISHED

STARTER_REPO = "demo/SmolLM2-135M-Instruct-GGUF"
MOE_REPO = "demo/SmolLM2-135M-8x2-GGUF"
SPLIT_REPO = "demo/SmolLM2-135M-8x2-split-GGUF"
GATED_REPO = "demo/Gated-1B-GGUF"
PRIVATE_REPO = "demo/Private-1B-GGUF"
TRICKY_REPO = "demo/Tricky-Names-GGUF"
STARTER_QUANTISATIONS = ("Q2_K", "Q4_1", "Q4_K_M", "Q8_0")

_CARD = """# {name}

{about}

| File | For whom |
|---|---|
| Q4_K_M | a good beginning |
| Q8_0 | nearly the original |

```sh
coterie models pull {repo}:Q4_K_M
```

<script>alert("a card is only text")</script>
![a picture](https://example.invalid/picture.png)
"""


def card(repo: str, about: str) -> str:
    return _CARD.format(name=repo.split("/")[1].removesuffix("-GGUF"), about=about, repo=repo)


def starter_repository() -> HubRepo:
    files: dict[str, Content] = {
        f"SmolLM2-135M-Instruct-{name}.gguf": starter(name) for name in STARTER_QUANTISATIONS
    }
    return HubRepo(
        STARTER_REPO,
        files,
        card=card(STARTER_REPO, "The starter model under several names. Every file chats."),
        downloads=48_211,
        likes=120,
        trending=30,
        architecture="llama",
        parameters=134_515_008,
        context_length=8192,
    )


def moe_repository() -> HubRepo:
    files: dict[str, Content] = {
        "SmolLM2-135M-8x2-Q4_1.gguf": moe(),
        "SmolLM2-135M-8x2-Q8_0.gguf": moe("Q8_0"),
        "mmproj-SmolLM2-135M-8x2-F16.gguf": DiskContent(color_projector()),
        "imatrix.dat": MemoryContent(bytes(range(256)) * 40),
    }
    return HubRepo(
        MOE_REPO,
        files,
        card=card(
            MOE_REPO,
            "Eight copies of each feed-forward block, two of them used for a token. Sees plain colors.",
        ),
        downloads=9_310,
        likes=64,
        trending=55,
        architecture="llama",
        parameters=691_000_000,
        context_length=8192,
        tags=("moe",),
    )


def split_repository(parts: int = 3) -> HubRepo:
    stem = "Q4_1/SmolLM2-135M-8x2-Q4_1"
    files = {
        f"{stem}-{number:05d}-of-{parts:05d}.gguf": content
        for number, content in enumerate(split_moe(parts), start=1)
    }
    files["Q8_0/SmolLM2-135M-8x2-Q8_0.gguf"] = moe("Q8_0")
    return HubRepo(
        SPLIT_REPO,
        files,
        card=card(SPLIT_REPO, "The same mixture of experts, in three files of one folder."),
        downloads=2_004,
        likes=11,
        trending=12,
        architecture="llama",
        parameters=691_000_000,
        context_length=8192,
        tags=("moe",),
    )


def gated_repository(name: str = GATED_REPO) -> HubRepo:
    return HubRepo(
        name,
        {"Gated-1B-Q4_K_M.gguf": tiny(2_000_000, 1, "Q4_K_M")},
        gated="manual",
        licence="other",
        downloads=700,
        likes=8,
    )


def private_repository(name: str = PRIVATE_REPO) -> HubRepo:
    return HubRepo(name, {"Private-1B-Q8_0.gguf": tiny(2_000_000, 2)}, private=True)


def tricky_repository(name: str = TRICKY_REPO) -> HubRepo:
    """Names of files that want out of the library, and names that file systems do not bear."""
    return HubRepo(name, {path: tiny(200_000, number) for number, path in enumerate(TRICKY_PATHS)})


TRICKY_PATHS = (
    "../../outside-Q4_0.gguf",
    "/absolute-Q4_1.gguf",
    "C:\\Windows\\drive-Q5_0.gguf",
    "..\\..\\backslash-Q5_1.gguf",
    "CON.gguf",
    "folder/../../up-Q2_K.gguf",
    "n\u0000ul-Q3_K_M.gguf",
    "ends-with-dot.-Q3_K_S./model-Q3_K_S.gguf",
    "spaces /model-Q6_K.gguf ",
    "x" * 300 + "-Q8_0.gguf",
    "m\u043edel-IQ4_XS.gguf",
    "MODEL-Q4_K_M.gguf",
    "model-Q4_K_M.gguf",
    "caf\u00e9-Q4_K_S.gguf",
    "cafe\u0301-Q5_K_S.gguf",
    "right\u202eto-left-Q5_K_M.gguf",
    "~/home-IQ2_XXS.gguf",
    ".hidden/model-IQ3_M.gguf",
)


def small_shelf() -> list[HubRepo]:
    """What most tests want: the real small models, and one repository for each kind of refusal."""
    return [
        starter_repository(),
        moe_repository(),
        split_repository(),
        gated_repository(),
        private_repository(),
        tricky_repository(),
    ]


def demo_shelf() -> list[HubRepo]:
    """The small shelf and large models of several makers, so that search, pages and verdicts have something to
    show. The large ones can be judged and started, not finished: their weights are nothing."""
    large = [
        _large("riverbed/Qwen3-30B-A3B-GGUF", "Qwen3-30B-A3B", ("Q4_K_M", "Q8_0", "BF16"), 91_000, 410, 88),
        _large("riverbed/Qwen3-235B-A22B-GGUF", "Qwen3-235B-A22B", ("Q4_K_M", "Q8_0"), 30_500, 260, 40),
        _large("lantern/gpt-oss-20b-GGUF", "gpt-oss-20b", ("MXFP4",), 120_400, 690, 95),
        _large("lantern/gpt-oss-120b-GGUF", "gpt-oss-120b", ("MXFP4",), 84_000, 512, 70),
        _large("riverbed/DeepSeek-R1-GGUF", "DeepSeek-R1", ("Q4_K_M",), 61_000, 820, 35, "mit"),
        _large("lantern/GLM-4.5-Air-GGUF", "GLM-4.5-Air", ("Q4_K_M", "Q8_0"), 22_800, 190, 60, "mit"),
        _large("harbour/Granite-4.0-H-Small-GGUF", "Granite-4.0-H-Small", ("Q4_K_M", "Q8_0"), 12_300, 77, 22),
        _large("harbour/Mixtral-8x7B-GGUF", "Mixtral-8x7B", ("Q4_K_M",), 18_900, 301, 10),
        _large("harbour/Llama-3.1-8B-GGUF", "Llama-3.1-8B", ("Q4_K_M", "Q8_0"), 140_000, 900, 50, "llama3.1"),
    ]
    tiny_ones = [_tiny(f"pebble/Pebble-{number}M-GGUF", number) for number in range(1, 31)]
    return [*small_shelf(), *large, *tiny_ones]


def _large(
    repo: str,
    model: str,
    schemes: tuple[Scheme, ...],
    downloads: int,
    likes: int,
    trending: int,
    licence: str = "apache-2.0",
) -> HubRepo:
    known = PUBLISHED[model]
    files: dict[str, Content] = {f"{model}-{scheme}.gguf": published(model, scheme) for scheme in schemes}
    configuration = known.configuration
    return HubRepo(
        repo,
        files,
        card=card(repo, "The header of a large model over empty weights: to be judged, not to be used."),
        downloads=downloads,
        likes=likes,
        trending=trending,
        licence=licence,
        architecture=configuration.architecture,
        parameters=int(known.parameters),
        context_length=configuration.context,
        tags=("moe",),
    )


def _tiny(repo: str, number: int) -> HubRepo:
    size = 200_000 + 1000 * number
    return HubRepo(
        repo,
        {f"Pebble-{number}M-{name}.gguf": tiny(size, number, name) for name in ("Q4_0", "Q8_0")},
        downloads=100 + number,
        likes=number,
        trending=number % 7,
        updated=f"2026-04-{number % 28 + 1:02d}T08:00:00.000Z",
        architecture="llama",
        parameters=number * 10**6,
        context_length=2048,
    )
