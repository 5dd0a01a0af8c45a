"""Chat templates of published models, described: of our own writing, after the facts of each."""

from tests.engine.formats.published.american import AMERICAN
from tests.engine.formats.published.chinese import CHINESE
from tests.engine.formats.published.elsewhere import ELSEWHERE
from tests.engine.formats.published.korean import KOREAN
from tests.engine.formats.published.qwen import QWEN

ALL = (*KOREAN, *CHINESE, *QWEN, *AMERICAN, *ELSEWHERE)
