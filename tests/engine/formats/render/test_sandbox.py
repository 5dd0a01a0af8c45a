"""Templates that mean harm end quickly, in an error, without much memory."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest

from engine.errors import UserError
from engine.formats import ChatFormat
from engine.formats.render import meter
from engine.formats.render.template import Template

MESSAGES = [{"role": "user", "content": "hi"}]

LOOP = "{% for i in range(99) %}"
END = "{% endfor %}"
# A list that holds the list before it twice, sixty times over.
TANGLE = "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}"
TEXT = "{% set ns = namespace(s='xx') %}"

ENDLESS = {
    "nested loops": "{% for a in range(9999) %}{% for b in range(99999) %}x" + END + END,
    "loops without output": "{% for a in range(99999) %}{% for b in range(99999) %}" + END + END,
    "filtered loop": "{% for a in range(99999) %}{% for b in range(99999) if b < 0 %}" + END + END,
    "loop length": "{% for a in range(99999) %}{% for b in range(99999) %}{{ loop.length }}" + END + END,
    "macro recursion": "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    "macro tree": "{% macro f(n) %}{{ f(n - 1) ~ f(n - 1) if n }}{% endmacro %}{{ f(60) }}",
    "recursive loop": "{% for x in [1] recursive %}{{ loop([x, x]) }}{% endfor %}",
    "power": "{{ 9 ** 99999999 }}",
    "product": "{% set ns = namespace(n=9) %}" + LOOP + "{% set ns.n = ns.n * ns.n %}" + END,
    "string product": "{{ 'x' * 10 ** 12 }}",
    "product on the left": "{{ 10 ** 12 * 'x' }}",
    "list product": "{{ [1] * 10 ** 10 }}",
    "doubling": TEXT + LOOP + "{% set ns.s = ns.s + ns.s %}" + END,
    "doubling by tilde": TEXT + LOOP + "{% set ns.s = ns.s ~ ns.s %}" + END,
    "doubling by block": TEXT + LOOP + "{% set t %}{{ ns.s }}{{ ns.s }}{% endset %}{% set ns.s = t %}" + END,
    "doubling by join": TEXT + LOOP + "{% set ns.s = [ns.s, ns.s] | join(ns.s) %}" + END,
    "doubling by join method": TEXT + LOOP + "{% set ns.s = ns.s.join([ns.s, ns.s]) %}" + END,
    "doubling by replace": TEXT + LOOP + "{% set ns.s = ns.s.replace('x', 'xx') %}" + END,
    "replace filter": TEXT + LOOP + "{% set ns.s = ns.s | replace('x', 'xx') %}" + END,
    "replace nothing": TEXT + LOOP + "{% set ns.s = ns.s.replace('', ns.s) %}" + END,
    "doubling by format": TEXT + LOOP + "{% set ns.s = '{0}{0}'.format(ns.s) %}" + END,
    "doubling by percent": TEXT + LOOP + "{% set ns.s = '%s%s' % (ns.s, ns.s) %}" + END,
    "doubling lists": "{% set ns = namespace(l=[1]) %}" + LOOP + "{% set ns.l = ns.l + ns.l %}" + END,
    "shared lists printed": TANGLE + "{{ ns.l }}",
    "shared lists as JSON": TANGLE + "{{ ns.l | tojson }}",
    "shared lists joined": TANGLE + "{{ ns.l ~ '' }}",
    "shared lists by format": TANGLE + "{{ '{}'.format(ns.l) }}",
    "shared lists by percent": TANGLE + "{{ '%s' % [ns.l] }}",
    "shared lists compared": TANGLE + "{% set a = ns.l %}" + TANGLE + "{{ a == ns.l }}",
    "shared lists in a test": TANGLE + "{% set a = ns.l %}" + TANGLE + "{{ a is eq(ns.l) }}",
    "a list in itself": "{% set l = [1] %}" + LOOP + "{{ l.append(l) }}" + END + "{{ l | string }}",
    "shared tuples as a key": TANGLE.replace("[", "(").replace("1]", "1,)").replace("]", ")")
    + "{{ {ns.l: 1} }}",
    "format width": "{{ '{:1000000000}'.format(1) }}",
    "nested format width": "{{ '{:{}}'.format(1, 1000000000) }}",
    "percent width": "{{ '%1000000000d' % 1 }}",
    "percent star": "{{ '%*d' % (1000000000, 1) }}",
    "JSON indent": "{{ [1] | tojson(indent=1000000000) }}",
    "round": "{{ 1.5 | round(1000000000, 'ceil') }}",
    "range": "{{ range(10 ** 9) | list }}",
    "constants at compile time": "{{ ('x' * 10 ** 12) | upper }}",
    "many big copies": "{% set b = 'x' * 3000000 %}{% for i in range(99999) %}{% set c = b[1:] %}" + END,
    "big text in a loop": "{% set t %}{% for i in range(99999) %}" + "y" * 10_000 + END + "{% endset %}",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_template_is_stopped(name: str) -> None:
    with pytest.raises(UserError) as caught:
        Template(ENDLESS[name]).render(MESSAGES)
    assert caught.value.code == "template.too_expensive"


def test_learning_a_format_has_one_limit_for_all_its_renders(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = itertools.count()
    # Each look at the clock finds it a millisecond later.
    monkeypatch.setattr(meter, "time", SimpleNamespace(monotonic=lambda: next(looks) / 1000))
    slow = "{% for a in range(600) %}{% for b in range(1500) %}{{ loop.index }}{% endfor %}{% endfor %}"
    with pytest.raises(UserError, match=r"template\.too_expensive"):
        ChatFormat.from_template(slow + "{{ enable_thinking }}{{ reasoning_effort }}{{ thinking }}")
    assert next(looks) < 1100 * meter.SECONDS


FORBIDDEN = [
    "{{ ''.__class__.__mro__ }}",
    "{{ messages.__class__.__base__.__subclasses__() }}",
    "{{ raise_exception.__globals__ }}",
    "{{ strftime_now.__globals__['os'] }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ self.__init__ }}{{ self._TemplateReference__context }}",
    "{{ ''['__class__'] }}",
    "{{ messages[0] | attr('__class__') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ true.to_bytes(1000000000) }}",
    "{{ (5).to_bytes(1000000000) }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ lipsum(100000) }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
]


@pytest.mark.parametrize("source", FORBIDDEN)
def test_what_leads_out_of_the_sandbox_is_refused_or_empty(source: str) -> None:
    try:
        assert Template(source).render(MESSAGES).strip() == ""
    except UserError as error:
        assert error.code in ("template.failed", "template.syntax")


@pytest.mark.parametrize("source", ["{{ " + "(" * 50_000, "{% if a %}" * 5000, "{{ " + "-" * 50_000 + "1 }}"])
def test_deep_nesting_in_the_source_is_an_error(source: str) -> None:
    with pytest.raises(UserError) as caught:
        Template(source)
    assert caught.value.code in ("template.syntax", "template.too_expensive")


def test_a_template_of_unusual_length_is_refused() -> None:
    with pytest.raises(UserError, match=r"template\.too_expensive"):
        Template("x" * 300_000)


def test_a_long_conversation_is_not_taken_for_an_attack() -> None:
    source = (
        "{% for m in messages %}{% if loop.index0 == messages | length - 1 or m.content != '' %}"
        "{{ '<' + m.role + '>' ~ m.content.split('</think>')[-1].strip() | trim }}{% endif %}{% endfor %}"
    )
    messages = [{"role": "user", "content": f"{i} " + "한글 text " * 500} for i in range(1000)]
    assert Template(source).render(messages).count("<user>") == 1000
