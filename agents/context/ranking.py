"""Ranks tools for a task: Okapi BM25 over their names and descriptions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from agents.tools.documents.passages import bm25

_WORD = re.compile(r"[a-z]+|\d+|[가-힣]+")
_SUM = re.compile(r"\d\s*(?:[-+*/×÷^]\s*\d|%)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Stop words.
_EVERYWHERE = frozenset(
    _WORD.findall(
        "a about all an and are as at be by can do does for from have how i in into is it its just me my new no not"
        " nothing of on one or please tell that the them then there this to user what when where which will with"
        " without workspace would you your"
    )
)
# Synonyms: what tasks call the things that tools' descriptions speak of, in English and in Korean; Korean as stems,
# endings follow.
_ENGLISH = {
    "create": "write make",
    "make": "write",
    "save": "write",
    "remove": "delete",
    "erase": "delete",
    "fix": "edit replace",
    "change": "edit replace",
    "correct": "edit replace",
    "update": "edit replace",
    "rename": "move",
    "test": "run shell command",
    "tests": "run shell command",
    "build": "run shell command",
    "install": "run shell command",
    "execute": "run shell command",
    "script": "run shell python",
    "program": "run python",
    "compute": "arithmetic calculator",
    "calculate": "arithmetic calculator",
    "sum": "arithmetic calculator",
    "total": "arithmetic calculator",
    "average": "arithmetic calculator",
    "percent": "arithmetic calculator",
    "today": "date time",
    "now": "date time",
    "website": "web page fetch",
    "site": "web page fetch",
    "online": "web page fetch",
    "internet": "web page fetch",
    "http": "web page fetch",
    "https": "web page fetch",
    "remember": "note",
    "pdf": "document",
    "docx": "document",
    "xlsx": "document",
    "pptx": "document",
    "word": "document",
    "excel": "document",
    "biggest": "list size",
    "largest": "list size",
}
_KOREAN = {
    "파일": "file",
    "폴더": "folder directory list",
    "디렉": "directory list",
    "읽": "read",
    "열어": "read open",
    "쓰": "write",
    "적어": "write",
    "작성": "write create",
    "만들": "write create",
    "저장": "write save",
    "고치": "edit",
    "고쳐": "edit",
    "수정": "edit change",
    "바꾸": "edit change replace",
    "바꿔": "edit change replace",
    "옮기": "move",
    "옮겨": "move",
    "이동": "move",
    "이름": "name rename move",
    "삭제": "delete",
    "지우": "delete",
    "지워": "delete",
    "찾": "search find",
    "검색": "search find",
    "목록": "list",
    "문서": "document read",
    "요약": "read document",
    "웹": "web page fetch url",
    "페이지": "page fetch",
    "사이트": "web page fetch url",
    "인터넷": "web network fetch",
    "주소": "url address fetch",
    "계산": "arithmetic calculator",
    "합계": "arithmetic calculator",
    "더하": "arithmetic calculator",
    "평균": "arithmetic calculator",
    "시간": "time date",
    "시각": "time date",
    "날짜": "date time",
    "오늘": "date time",
    "실행": "run shell command",
    "명령": "shell command run",
    "프로그램": "python program code",
    "파이썬": "python code",
    "코드": "code python",
    "메모": "note notes",
    "기억": "note notes",
    "계획": "plan",
}


def ranked(query: str, documents: Mapping[str, str]) -> dict[str, float]:
    """Score `documents` by name against the query, best first; 0 means no word in common, ties stay in order."""
    words = {name: _words(f"{name} {text}") for name, text in documents.items()}
    scores = dict(zip(words, _scores(_wanted(query), list(words.values())), strict=True))
    return {name: scores[name] for name in sorted(documents, key=lambda name: -scores[name])}


def _scores(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    if not documents:
        return []
    average = sum(map(len, documents)) / len(documents) or 1.0
    having = Counter(word for document in documents for word in set(document))
    scores = []
    for document in documents:
        counts = Counter(document)
        hits = {word: counts[word] for word in dict.fromkeys(query) if counts[word]}
        scores.append(bm25(hits, len(document) / average, having, len(documents)))
    return scores


def _words(text: str) -> list[str]:
    """Lower-case stems; compound names are split."""
    return [_stem(word) for word in _plain(text) if word not in _EVERYWHERE]


def _wanted(query: str) -> list[str]:
    """Words of a query with their synonyms."""
    words = _words(query)
    for word in _plain(query):
        if "가" <= word[0] <= "힣":
            also = [english for stem, english in _KOREAN.items() if stem in word]
        else:
            also = [_ENGLISH[word]] if word in _ENGLISH else []
        words += [_stem(each) for several in also for each in several.split()]
    if _SUM.search(query):
        words += [_stem(each) for each in ("arithmetic", "calculator")]
    return words


def _plain(text: str) -> list[str]:
    return _WORD.findall(_CAMEL.sub(" ", text).lower())


def _stem(word: str) -> str:
    """Strip the commonest endings, so that "files" finds "file" and "moving" finds "move"."""
    for ending in ("ings", "ing", "ies", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
