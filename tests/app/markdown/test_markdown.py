"""What markdown becomes: blocks, formulas, and nothing that loads or runs."""

from __future__ import annotations

import pytest

from app.markdown.markdown import Code, Formula, Prose, is_safe_link, parse


def html(text: str) -> str:
    return "".join(block.html for block in parse(text) if isinstance(block, Prose))


def test_code_is_a_block_of_its_own_with_its_language():
    before, code, after = parse("one\n\n```python title=x\na = 1\n\nb\n```\n\ntwo")
    assert code == Code("python", "a = 1\n\nb", True)
    assert isinstance(before, Prose) and isinstance(after, Prose)


@pytest.mark.parametrize("text", ["```\nx", "~~~~ c\nx\n~~~\n", "```\nx\n``", "```"])
def test_a_fence_without_its_end_is_open(text: str):
    (code,) = parse(text)
    assert isinstance(code, Code) and not code.closed


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("a $x^2$ b", Formula("x^2")),
        (r"a \(x^2\) b", Formula("x^2")),
        ("$$\nx\n$$", Formula("x", display=True)),
        ("\\[\nx\n\\]", Formula("x", display=True)),
        (r"\[ x \]", Formula("x", display=True)),
        ("a $$x$$ b", Formula("x", display=True)),
        (r"- item \[x\]", Formula("x", display=True)),
    ],
)
def test_maths_in_every_delimiter(text: str, formula: Formula):
    (block,) = parse(text)
    assert isinstance(block, Prose)
    assert block.formulas == (formula,)
    assert block.html.count("\x00") == 2


@pytest.mark.parametrize("text", ["$5 and $6", "US$ 5 or 6 $", r"\$x\$", "`$x$`", r"`\(x\)`", r"\(", r"\[ x"])
def test_money_and_code_are_no_maths(text: str):
    assert all(not block.formulas for block in parse(text) if isinstance(block, Prose))


def test_a_marker_in_the_message_cannot_pretend_to_be_a_formula():
    assert "\x00" not in html("a \x000\x00 b")


def test_html_is_shown_and_not_obeyed():
    shown = html("<script>alert(1)</script> <b>x</b>\n\n<img src='/etc/passwd'>")
    assert "<script" not in shown and "<b>" not in shown and "<img" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    "source", ["http://a.b/x.png", "/home/u/x.png", "//evil/share/x.png", "x.png", "data:image/png;base64,AA"]
)
def test_an_image_becomes_text(source: str):
    shown = html(f"![the picture]({source})")
    assert "<img" not in shown
    assert "the picture" in shown
    assert ("<a " in shown) == source.startswith("http")


def test_an_image_without_words_shows_its_address():
    assert ">https://a.b/x.png</a>" in html("![](https://a.b/x.png)")


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://a.b", True), ("HTTP://a.b/c", True), ("mailto:a@b.c", True), ("javascript:alert(1)", False),
        ("file:///etc/passwd", False), ("//a/b", False), ("/etc", False), ("#x", False), ("ssh://a", False),
        ("https://", False), ("http://[", False), ("data:text/html,x", False), ("", False),
    ],
)  # fmt: skip
def test_only_web_and_mail_addresses_are_safe(address: str, safe: bool):
    assert is_safe_link(address) is safe


def test_an_unsafe_link_keeps_its_words():
    shown = html("[read **me**](ssh://host) and [ok](https://a.b)")
    assert "read <strong>me</strong>" in shown
    assert shown.count("<a ") == shown.count("</a>") == 1


def test_bare_addresses_are_links_but_file_names_are_not():
    shown = html("see https://a.b/c and main.rs and www.a.b and me@a.b")
    assert shown.count("<a ") == 1


def test_tasks_are_ticked_with_characters():
    shown = html("- [x] done\n- [ ] open")
    assert "☑ " in shown and "☐ " in shown and "<input" not in shown


def test_footnotes_come_at_the_end():
    *_, last = parse("a[^1]\n\n[^1]: the *note*\n\nb")
    assert isinstance(last, Prose)
    assert "the <em>note</em>" in last.html and "<a " not in last.html


def test_a_table_keeps_its_sides_and_knows_its_last_column():
    shown = html("|a|b|\n|--:|---|\n|1|2|")
    assert '<td align="right">1' in shown
    assert '<td class="last" align="left">2' in shown


def test_a_long_list_is_several_blocks_numbered_on():
    blocks = parse("".join(f"{number}. item\n" for number in range(3, 103)))
    assert len(blocks) == 3
    assert [block.html[:15] for block in blocks] == ['<ol start="3">\n', '<ol start="43">', '<ol start="83">']
    assert sum(block.html.count("<li>") for block in blocks) == 100


def test_quotes_within_quotes_are_drawn_only_so_deep():
    shown = html(">" * 15 + " x")
    assert shown.count("<table") == shown.count("</table>") == 3


def test_many_openers_stay_linear():
    assert parse(r"\( " * 20_000 + "$ " * 20_000)
