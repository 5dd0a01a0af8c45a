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


def _synonyms(table: str) -> dict[str, str]:
    """What tools' descriptions call a thing, by what tasks call it; each line is one of the former: the latter."""
    rows = (line.partition(":") for line in table.strip().splitlines())
    return {word: described.strip() for described, _, words in rows for word in words.split()}


_ENGLISH = _synonyms(
    """
    write make: create
    write: make save
    delete: remove erase
    edit replace: fix change correct update
    move: rename
    run shell command: test tests build install execute
    run shell python: script
    run python: program
    arithmetic calculator: compute calculate sum total average percent
    date time: today now
    web page fetch: website site online internet http https
    note: remember
    document: pdf docx xlsx pptx word excel
    list size: biggest largest
    """
)
# Korean as stems, endings follow.
_KOREAN = _synonyms(
    """
    file: 파일
    folder directory list: 폴더
    directory list: 디렉
    read: 읽
    read open: 열어
    write: 쓰 적어
    write create: 작성 만들
    write save: 저장
    edit: 고치 고쳐
    edit change: 수정
    edit change replace: 바꾸 바꿔
    move: 옮기 옮겨 이동
    name rename move: 이름
    delete: 삭제 지우 지워
    search find: 찾 검색
    list: 목록
    document read: 문서
    read document: 요약
    web page fetch url: 웹 사이트
    page fetch: 페이지
    web network fetch: 인터넷
    url address fetch: 주소
    arithmetic calculator: 계산 합계 더하 평균
    time date: 시간 시각
    date time: 날짜 오늘
    run shell command: 실행
    shell command run: 명령
    python program code: 프로그램
    python code: 파이썬
    code python: 코드
    note notes: 메모 기억
    plan: 계획
    """
)


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
