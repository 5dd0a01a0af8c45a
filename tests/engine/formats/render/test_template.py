from __future__ import annotations

import pytest

from engine.errors import UserError
from engine.formats.render.template import Template

MESSAGES = [{"role": "user", "content": "hi"}]


def render(source: str, **variables: object) -> str:
    return Template(source, "<s>", "</s>").render(MESSAGES, **variables)  # type: ignore[arg-type]


def test_what_is_not_set_stays_undefined() -> None:
    assert render("{{ tools is defined }} {{ enable_thinking is defined }}") == "False False"


def test_tools_are_defined_when_given() -> None:
    source = "{{ tools is defined }} {{ tools[0].name }}"
    assert Template(source).render(MESSAGES, [{"name": "clock"}]) == "True clock"


def test_blocks_leave_no_lines_behind() -> None:
    assert render("{% if true %}\n  {% if true %}\na\n  {% endif %}\n{% endif %}\n") == "a\n"


def test_json_keeps_html_and_other_scripts() -> None:
    assert render("{{ {'b': '<한>', 'a': 1} | tojson }}") == '{"b": "<한>", "a": 1}'
    assert render("{{ {'b': 1, 'a': 2} | tojson(sort_keys=true, separators=(',', ':')) }}") == '{"a":2,"b":1}'
    assert render("{{ ['é'] | tojson(ensure_ascii=true, indent=1) }}") == '[\n "\\u00e9"\n]'


def test_loop_controls_generation_tags_and_namespaces_work() -> None:
    assert render("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}") == "01"
    assert render("{% generation %}a{{ bos_token }}{% endgeneration %}") == "a<s>"
    assert render("{% set ns = namespace(n=1) %}{% set ns.n = 5 %}{{ ns.n }}{{ eos_token }}") == "5</s>"


def test_the_clock_can_be_read() -> None:
    template = Template("{{ strftime_now('%Y') }}", strftime_now=lambda pattern: f"year {pattern}")
    assert template.render(MESSAGES) == "year %Y"


def test_safe_does_not_escape_what_is_added() -> None:
    assert render("{{ ('<a>' | safe) + '<b>' }}") == "<a><b>"


def test_a_mistake_is_told_with_its_line() -> None:
    with pytest.raises(UserError) as caught:
        Template("fine\n{% if %}")
    assert caught.value.code == "template.syntax"
    assert caught.value.params["line"] == 2


def test_the_templates_own_complaint_is_passed_on() -> None:
    with pytest.raises(UserError) as caught:
        render("{{ raise_exception('roles must alternate') }}")
    assert caught.value.info.code == "template.raised"
    assert caught.value.params["detail"] == "roles must alternate"


def test_an_error_in_the_template_is_not_ours() -> None:
    with pytest.raises(UserError, match=r"template\.failed"):
        render("{{ messages[0].content + 1 }}")


def test_an_empty_template_is_missing() -> None:
    with pytest.raises(UserError, match=r"template\.missing"):
        Template("  \n")


def test_texts_are_formatted_by_filter() -> None:
    assert render("{{ '%s: %d' | format('a', 3) }}|{{ '%(x)s' | format(x='b') }}") == "a: 3|b"


def test_an_unknown_filter_or_test_fails_where_it_is_used_and_nowhere_else() -> None:
    source = "{% if tools %}{{ 1 | nowhere_known }}{{ 2 is nowhere_known }}{% endif %}fine"
    template = Template(source)
    assert template.render([]) == "fine"
    with pytest.raises(UserError, match=r"template\.failed"):
        template.render([], [{"type": "function", "function": {"name": "f"}}])
