"""The parts of grammars, judged by llama.cpp: integers, regular expressions, texts that end at a marker."""

from __future__ import annotations

import json
import random
import re

import pytest

from engine.formats.grammar.gbnf.characters import Spelling, complement, union, without, written
from engine.formats.grammar.gbnf.integers import integer
from engine.formats.grammar.gbnf.regexes import Unsupported, whole_match
from engine.formats.grammar.gbnf.rules import Rules
from engine.formats.grammar.gbnf.strings import matching
from engine.formats.grammar.gbnf.text_until import text_until
from tests.support.grammar_judge import Judge

_PATTERNS = {
    r"^[a-z]{2,3}$": ["ab", "abc", "a", "abcd", "aB"],
    r"b+": ["abc", "ac", "xb", ""],
    r"^(a|b)*$": ["", "abab", "abc"],
    r"^(a*b?)*$": ["", "aab", "c"],
    r"^((a?){2,3})+$": ["", "aaaa", "b"],
    r"^\d{3}-\d{4}$": ["123-4567", "1234567"],
    r"^a|b$": ["axx", "xxb", "xx"],
    r"(^x|y$)": ["xa", "ay", "b"],
    r"^[^\s\"]+$": ["abc", 'a"b', "a b", "é"],
    r"^\\$": ["\\", "/"],
    r"^.$": ["\n", "a", "é", "\x01"],
    r"^(?:ab){2}(?P<n>c)?$": ["abab", "ababc", "ab"],
    r"^[\w.-]+@[\w-]+\.com$": ["a.b@c.com", "a@b"],
    r"^\u00e9\x41\t[\b]$": ["éA\t\x08", "eA"],
    "": ["", "x"],
    "^$": ["", "x"],
}


@pytest.mark.parametrize("spelling", [Spelling.JSON, Spelling.RAW])
@pytest.mark.parametrize("pattern", _PATTERNS)
def test_a_pattern_lets_through_what_the_regular_expression_finds(pattern: str, spelling: Spelling) -> None:
    rules = Rules()
    body = matching(rules, pattern, spelling)
    quotes = '"\\""' if spelling is Spelling.JSON else ""
    judge = Judge(rules.text(rules.add("text", f"{quotes} {body} {quotes}")))
    for text in _PATTERNS[pattern]:
        spelled = [json.dumps(text), json.dumps(text, ensure_ascii=False)] if quotes else [text]
        expected = re.search(pattern, text) is not None
        assert [judge.accepts(one) for one in spelled] == [expected] * len(spelled), text


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        r"\bfoo",
        r"(a)\1",
        "a++",
        "a**",
        "[",
        "(",
        ")",
        "*",
        r"\p{L}",
        "a{3,1}",
        "(?i)a",
        "a^b",
        "[z-a]",
        r"\u12",
        "(" * 100 + ")" * 100,
        "a" * 5_000,
    ],
)
def test_what_a_grammar_cannot_match_is_said_and_not_guessed(pattern: str) -> None:
    with pytest.raises(Unsupported, match=r"^[a-z ,]+$"):
        whole_match(pattern)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 10),
        (5, 5),
        (-3, 12),
        (17, 1234),
        (None, -5),
        (None, 7),
        (3, None),
        (100, None),
        (None, None),
        (-120, -7),
        (1, 100_000),
    ],
)
def test_integers_keep_to_their_bounds(low: int | None, high: int | None) -> None:
    body = integer(low, high)
    assert body is not None
    rules = Rules()
    judge = Judge(rules.text(rules.add("integer", body)))
    drawn = random.Random(1)
    numbers = {
        *range(-130, 130),
        *(drawn.randrange(-200_000, 200_000) for _ in range(200)),
        *(10**n for n in range(9)),
    }
    for number in numbers:
        inside = (low is None or number >= low) and (high is None or number <= high)
        assert judge.accepts(str(number)) == inside, number
    assert not judge.accepts("007")


def test_no_integer_lies_between_bounds_that_cross() -> None:
    assert integer(3, 2) is None


@pytest.mark.parametrize(
    ("markers", "text", "accepted"),
    [
        (("</p>",), "</p>", True),
        (("</p>",), 'a "b"\n</</p</p>', True),
        (("</p>",), "a</p>b</p>", False),
        (("</p>",), "a</p", False),
        (("aab",), "aaaab", True),
        (("abab",), "abab", True),
        (("abab",), "ababab", False),
        (("</p>", "</function>"), "한</function>", True),
        (("xabc", "b"), "xab", True),
        (("xabc", "b"), "xabc", False),
        (("[/X]", "é"), "[[/X]", True),
    ],
)
def test_a_text_ends_where_its_marker_ends_for_the_first_time(
    markers: tuple[str, ...], text: str, accepted: bool
) -> None:
    rules = Rules()
    judge = Judge(rules.text(text_until(rules, markers)))
    assert judge.accepts(text) == accepted
    assert Judge(rules.text(text_until(rules, markers, '"!"'))).accepts(text + "!") == accepted


def test_sets_of_characters_add_up() -> None:
    assert union(((5, 9), (1, 2)), ((3, 4),)) == ((1, 9),)
    assert complement(complement(((0x41, 0x5A),))) == ((0x41, 0x5A),)
    assert without(((0, 10),), ((3, 4),)) == ((0, 2), (5, 10))


def test_a_given_text_may_be_escaped_as_json_allows() -> None:
    rules = Rules()
    judge = Judge(rules.text(rules.add("text", written(rules, 'a"/é😀\x01', Spelling.JSON))))
    assert judge.accepts('a\\"/é😀\\u0001')
    assert judge.accepts("a\\u0022\\/\\u00E9\\ud83d\\uDE00\\u0001") is False  # a quote is written \"
    assert judge.accepts('a\\"\\/\\u00E9\\ud83d\\uDE00\\u0001')
