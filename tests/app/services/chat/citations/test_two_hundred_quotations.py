"""200 quotations in English and Korean, true and false: none false passes as found, none true is called missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from app.services.chat.citations.citations import citations_of
from app.store.records import Source

ENGLISH = """\
Lease agreement between Ada Moor and the Harbor Housing Cooperative

1. The lease begins on 1 March 2024 and runs for twenty-four months. It ends without notice on 28 February 2026.
2. The monthly rent is 1,250.50 euros. It is due on the third working day of each month, and a late payment costs
5 euros a day after the tenth day.
3. The deposit is three months' rent. It is paid back within six weeks after the end of the lease, less the cost of
repairs that are not due to ordinary wear.
4. Cats are allowed; dogs are not allowed unless every neighbor on the same floor agrees in writing.
5. The so-called "quiet hours" last from 10 p.m. to 6 a.m. – music, drills and washing machines must not run then.
6. Well-kept bicycles may stand in the courtyard, but not in the stair-
case or the cellar corri-
dor. The land-
lord removes those that do.
7. The tenant may not sublet the flat. A guest who stays for longer than eight weeks counts as a subtenant.
8. Heating costs are shared by floor area (70 %) and by consumption (30 %).
9. Small repairs up to 110 euros each are paid by the tenant, but never more than 8 % of a year's rent.
10. Changes to this agreement must be made in writing. A message on a telephone isn't enough.
"""
KOREAN = """\
주택 임대차 계약서

제1조 계약 기간은 2024년 3월 1일부터 24개월로 하며, 별도의 통지가 없으면 2026년 2월 28일에 끝난다.
제2조 월세는 125만 500원이며 매월 세 번째 영업일까지 낸다. 열흘이 지나면 하루에 5천 원의 연체료가 붙는다.
제3조 보증금은 석 달 치 월세로 한다. 계약이 끝난 뒤 6주 안에 돌려주되, 일반적인 사용으로 생긴 것이 아닌 수
리 비용은 뺀다.
제4조 고양이는 키울 수 있다. 개는 같은 층의 모든 이웃이 서면으로 동의하지 않으면 키울 수 없다.
제5조 이른바 ‘조용한 시간’은 밤 10시부터 아침 6시까지이며 – 음악과 세탁기는 그 시간에 켜지 않는다.
제6조 자전거는 마당에 세울 수 있으나 계단과 지하 복도에는 세울 수 없다. 어기면 집주인이 치운다.
제7조 임차인은 집을 다시 빌려줄 수 없다. 8주 넘게 머무는 손님은 전차인으로 본다.
제8조 난방비는 면적(70%)과 사용량(30%)에 따라 나눈다.
제9조 건당 11만 원까지의 작은 수리는 임차인이 내되 한 해 월세의 8%를 넘지 않는다.
제10조 이 계약은 서면으로만 바꿀 수 있다. 전화로 보낸 메시지는 효력이 없다.
"""

TRUE_ENGLISH = [
    "The lease begins on 1 March 2024 and runs for twenty-four months.",
    "The monthly rent is 1,250.50 euros.",
    "a late payment costs 5 euros a day after the tenth day",
    "It is paid back within six weeks after the end of the lease",
    "repairs that are not due to ordinary wear",
    "dogs are not allowed unless every neighbor on the same floor agrees in writing",
    "The so-called “quiet hours” last from 10 p.m. to 6 a.m.",
    "from 10 p.m. to 6 a.m. — music, drills and washing machines must not run then",
    "but not in the staircase or the cellar corridor. The landlord removes those that do",
    "Well-kept bicycles may stand in the courtyard",
    "The tenant may not sublet the flat.",
    "Heating costs are shared by floor area (70 %) and by consumption (30 %)",
    "never more than 8 % of a year's rent",
]
TRUE_KOREAN = [
    "계약 기간은 2024년 3월 1일부터 24개월로 하며",
    "별도의 통지가 없으면 2026년 2월 28일에 끝난다",
    "월세는 125만 500원이며 매월 세 번째 영업일까지 낸다",
    "열흘이 지나면 하루에 5천 원의 연체료",
    "일반적인 사용으로 생긴 것이 아닌 수리 비용은 뺀다",
    "고양이는 키울 수 있다",
    "모든 이웃이 서면으로 동의하지 않으면 키울 수 없다",
    "이른바 “조용한 시간”은 밤 10시부터 아침 6시까지이며",
    "계단과 지하 복도에는 세울 수 없다",
    "임차인은 집을 다시 빌려줄 수 없다",
    "난방비는 면적(70%)과 사용량(30%)에 따라 나눈다",
    "작은 수리는 임차인이 내되 한 해 월세의 8%를 넘지 않는다",
]


def _spaced(quote: str) -> str:
    return quote.replace(" ", "\n", 2).replace(" ", "\u00a0 ")


def _shortened(quote: str) -> str:
    """With an ellipsis for its middle."""
    words = quote.split(" ")
    third = max(2, len(words) // 3)
    return " ".join([*words[:third], "…", *words[-third:]]) if len(words) > 4 else f"{quote} …"


FORMS: list[Callable[[str], str]] = [
    lambda quote: f"“{quote}”",
    lambda quote: f"“{_spaced(quote.capitalize())}”",
    lambda quote: f"“**{unicodedata.normalize('NFD', quote).rstrip('.')}**,”",
    lambda quote: f"“{_shortened(quote)}”",
]
# What stands in the text, and what a false quotation has in its place.
CHANGES_ENGLISH = [
    ("The lease begins on 1 March 2024", "The lease begins on 1 March 2025"),
    ("runs for twenty-four months", "runs for twenty-five months"),
    ("The monthly rent is 1,250.50 euros", "The monthly rent is 250.50 euros"),
    ("The monthly rent is 1,250.50 euros", "The monthly rent is 1,250.5"),
    ("The monthly rent is 1,250.50 euros", "The monthly rent is 1250.50 euros"),
    ("a late payment costs 5 euros a day", "a late payment costs 50 euros a day"),
    ("It is paid back within six weeks", "It is not paid back within six weeks"),
    ("It is paid back within six weeks", "It is paid within six weeks"),
    ("repairs that are not due to ordinary wear", "repairs that are due to ordinary wear"),
    ("Cats are allowed", "Cats aren't allowed"),
    ("Cats are allowed; dogs are not allowed", "Dogs are allowed; cats are not allowed"),
    ("dogs are not allowed", "dogs are now allowed"),
    ("unless every neighbor", "unless any neighbor on the same floor agrees"),
    ("last from 10 p.m. to 6 a.m.", "last from 10 a.m. to 6 p.m."),
    ("last from 10 p.m. to 6 a.m.", "last from 0 p.m. to 6 a.m."),
    ("must not run then", "must run then"),
    ("but not in the staircase", "but also in the staircase"),
    ("The landlord removes those that do", "The land lord moves those that do"),
    ("may not sublet the flat", "may sublet the flat"),
    ("longer than eight weeks", "longer than eight weekdays"),
    ("by floor area (70 %)", "by floor area (30 %) and by consumption (70 %)"),
    ("up to 110 euros each", "up to 10 euros each are paid by the tenant"),
    ("never more than 8 %", "never more than 18 % of a year's rent"),
    ("isn't enough", "A message on a telephone is enough."),
    ("in order", "six weeks … It is paid back"),
    ("near", "The lease begins … isn't enough"),
]
CHANGES_KOREAN = [
    ("24개월", "계약 기간은 2024년 3월 1일부터 4개월로"),
    ("24개월", "3월 1일부터 24년으로 하며"),
    ("2026년 2월 28일", "2026년 2월 8일에 끝난다"),
    ("125만 500원", "월세는 25만 500원이며"),
    ("125만 500원", "월세는 125만 5000원이며 매월"),
    ("세 번째 영업일", "매월 네 번째 영업일까지 낸다"),
    ("5천 원", "하루에 15천 원의 연체료"),
    ("6주 안에", "계약이 끝난 뒤 16주 안에 돌려주되"),
    ("아닌", "일반적인 사용으로 생긴 수리 비용은 뺀다"),
    ("고양이", "고양이는 키울 수 없다"),
    ("개는", "개는 키울 수 있다"),
    ("동의하지 않으면", "모든 이웃이 서면으로 동의하면 키울 수 없다"),
    ("모든 이웃", "같은 층의 어느 이웃이 서면으로 동의하지"),
    ("밤 10시", "밤 11시부터 아침 6시까지이며"),
    ("아침 6시", "밤 10시부터 저녁 6시까지"),
    ("켜지 않는다", "음악과 세탁기는 그 시간에 켠다"),
    ("세울 수 없다", "계단과 지하 복도에는 세울 수 있다"),
    ("집주인", "어기면 임차인이 치운다"),
    ("빌려줄 수 없다", "임차인은 집을 다시 빌려줄 수 있다"),
    ("8주", "18주 넘게 머무는 손님은"),
    ("70%", "난방비는 면적(30%)과 사용량(70%)에 따라"),
    ("11만 원", "건당 1만 원까지의 작은 수리는"),
    ("넘지 않는다", "한 해 월세의 8%를 넘는다"),
    ("서면", "이 계약은 구두로도 바꿀 수 있다"),
]


def found(text: str, quoted: str) -> bool:
    """Whether an answer that quotes so is said to quote what is there."""
    (cited,) = citations_of(f"The document says {quoted} [1].", [Source(1, "lease.pdf", text)])
    assert cited.quote
    return cited.found


TRUE = [
    (text, form(quote))
    for text, quotes in ((ENGLISH, TRUE_ENGLISH), (KOREAN, TRUE_KOREAN))
    for quote in quotes
    for form in FORMS
]
# Each as it is, and in capitals or in other quotation marks.
FALSE = [
    (text, form(quote))
    for text, changes in ((ENGLISH, CHANGES_ENGLISH), (KOREAN, CHANGES_KOREAN))
    for _, quote in changes
    for form in (lambda quote: f"“{quote}”", lambda quote: f"「{_spaced(quote.upper())}」")
]


@pytest.mark.parametrize(("text", "quoted"), TRUE)
def test_no_true_quotation_is_called_missing(text: str, quoted: str) -> None:
    assert found(text, quoted)


@pytest.mark.parametrize(("text", "quoted"), FALSE)
def test_no_false_quotation_passes_as_found(text: str, quoted: str) -> None:
    assert not found(text, quoted)


def test_there_are_two_hundred() -> None:
    assert len(set(TRUE)) == 100 and len(set(FALSE)) == 100
