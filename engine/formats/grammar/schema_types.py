"""Rule bodies for the values of each JSON type of a schema."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.formats.grammar.gbnf import json_values
from engine.formats.grammar.gbnf.characters import Spelling
from engine.formats.grammar.gbnf.integers import integer
from engine.formats.grammar.gbnf.notations import Json
from engine.formats.grammar.gbnf.objects import Member, in_any_order
from engine.formats.grammar.gbnf.regexes import Unsupported, may_hold
from engine.formats.grammar.gbnf.rules import Rules, alternatives, literal
from engine.formats.grammar.gbnf.strings import FORMATS, any_characters, matching, pattern_tree, tree_body
from engine.formats.grammar.gbnf.text_until import text_of_length, text_until
from engine.formats.grammar.schema_merge import Schema, types_of
from engine.formats.grammar.schema_numbers import count, integer_bounds, number_of
from engine.formats.grammar.schema_reading import Widen, pointer

MOST_MEMBERS = 400
MOST_PREFIX_ITEMS = 100
MOST_COUNTED = 300  # characters of a string without escapes: each takes two rules
_ANY_TEXT_FORMATS = frozenset({"binary", "byte", "password", "int32", "int64", "float", "double"})

# Gives the rule for a part of the value, None where nothing can satisfy its schema.
Part = Callable[[Any, str], str | None]
# Gives a schema without references; None where nothing can satisfy it.
Flat = Callable[[Schema], Schema | None]


class Kinds:
    """Bodies for one grammar. `part` writes the schemas of members and items."""

    def __init__(self, rules: Rules, notation: Json, part: Part, widen: Widen) -> None:
        self._rules = rules
        self._notation = notation
        self._part = part
        self._widen = widen

    def body(self, schema: Schema, at: str) -> str | None:
        """One of the allowed types, each with the keywords that speak of it."""
        types = types_of(schema.get("type"))
        if len(types) == 6 and not SPEAKING & schema.keys():
            return self._notation.any_value()
        found = [body for kind in types if (body := self._of_type(kind, schema, at)) is not None]
        return alternatives(found) if found else None

    def _of_type(self, kind: str, schema: Schema, at: str) -> str | None:
        notation = self._notation
        if kind == "null":
            return notation.null
        if kind == "boolean":
            return f"{notation.true} | {notation.false}"
        if kind == "integer":
            return self._integer(schema, at)
        if kind == "number":
            return self._number(schema, at)
        if kind == "string":
            if notation.raw_end:
                return f"{literal(notation.raw_end)} {self.text_before(notation.raw_end, schema, at)}"
            return notation.string(lambda spelling: self.characters(schema, at, spelling))
        return self._array(schema, at) if kind == "array" else self._object(schema, at)

    def are_apart(self, options: list[Any], _flat: Flat) -> bool:
        """Whether no value can satisfy two of these schemas."""
        return len(options) == 1

    def unchecked(self, _schema: Schema) -> list[str]:
        """The keywords that say of given values what `may_be` does not look at."""
        return []

    @staticmethod
    def type_of(value: Any) -> str:
        for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
            if isinstance(value, kind):
                return name
        return "null" if value is None else "array" if isinstance(value, list) else "object"

    def may_be(self, value: Any, schema: Schema) -> bool:
        """Whether the schema's type, bounds and lengths allow this value."""
        types, kind = types_of(schema.get("type")), self.type_of(value)
        if kind == "string":
            least, most = count(schema, "minLength"), count(schema, "maxLength")
            fits = (least or 0) <= len(value) and (most is None or len(value) <= most)
            return fits and kind in types
        if kind not in ("integer", "number"):
            return kind in types
        low, high = number_of(schema, "minimum"), number_of(schema, "maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            return False
        return "number" in types or ("integer" in types and (kind == "integer" or float(value).is_integer()))

    def _integer(self, schema: Schema, at: str) -> str | None:
        self._report_unenforced(schema, at, "multipleOf")
        low, high = integer_bounds(schema)
        return integer(low, high)

    def _number(self, schema: Schema, at: str) -> str | None:
        self._report_unenforced(
            schema, at, "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"
        )
        low, _ = integer_bounds(schema)
        return json_values.number(self._rules, negative=low is None or low < 0)

    def _report_unenforced(self, schema: Schema, at: str, *keywords: str) -> None:
        for keyword in keywords:
            if keyword in schema:
                self._widen(at, f"{keyword} is not followed")

    def characters(self, schema: Schema, at: str, spelling: Spelling) -> str:
        """Symbols for the text of a string: its pattern, else its format, else its length."""
        least, most = count(schema, "minLength"), count(schema, "maxLength")
        pattern, form = schema.get("pattern"), schema.get("format")
        if isinstance(pattern, str):
            body = self._matching(pattern, at, spelling)
            if body is not None:
                if least or most is not None:
                    self._widen(at, "lengths beside a pattern are not followed")
                return body
        elif isinstance(form, str) and form in FORMATS:
            if least or most is not None:
                self._widen(at, "lengths beside a format are not followed")
            return matching(self._rules, FORMATS[form], spelling)
        elif isinstance(form, str) and form not in _ANY_TEXT_FORMATS:
            self._unknown_format(form, at)
        return self._kept(at, lambda: any_characters(self._rules, spelling, least or 0, most))

    def _unknown_format(self, form: str, at: str) -> None:
        self._widen(at, f"the format {form} is not followed")

    def text_before(self, closing: str, schema: Schema, at: str, lead: str = "", tail: str = "") -> str:
        """Symbols for a string that is written as it is, up to and with its closing mark.

        `lead` and `tail` are white space of the format around it; where an empty line would be taken for
        them, they are not left out.
        """
        pattern, form = schema.get("pattern"), schema.get("format")
        expression = (
            pattern if isinstance(pattern, str) else FORMATS.get(form) if isinstance(form, str) else None
        )
        around = (literal(lead), f"{literal(tail)} {literal(closing)}")
        if expression is not None:
            body = self._matching_before(closing, expression, at)
            if body is not None:
                return f"{around[0]} {body} {around[1]}"
        least, most = count(schema, "minLength") or 0, count(schema, "maxLength")
        if (least or most is not None) and max(least, most or 0) <= MOST_COUNTED:
            return f"{around[0]} {text_of_length(self._rules, closing, least, most)} {around[1]}"
        if least or most is not None:
            self._widen(at, "a number of repetitions is out of reach")
        return text_until(self._rules, (closing,))

    def _matching_before(self, closing: str, pattern: str, at: str) -> str | None:
        """A pattern whose texts could hold the closing mark is not followed."""
        try:
            tree = pattern_tree(pattern)
        except Unsupported as reason:
            self._widen(at, f"the pattern is not followed: {reason}")
            return None
        if may_hold(tree, closing[0]):
            self._widen(at, f"the pattern is not followed: its texts may hold {closing}")
            return None
        return self._kept(at, lambda: tree_body(self._rules, tree, Spelling.RAW))

    def _matching(self, pattern: str, at: str, spelling: Spelling) -> str | None:
        try:
            return self._kept(at, lambda: matching(self._rules, pattern, spelling))
        except Unsupported as reason:
            self._widen(at, f"the pattern is not followed: {reason}")
            return None

    def _kept(self, at: str, write: Callable[[], str]) -> str:
        before = self._rules.loosened
        body = write()
        if self._rules.loosened > before:
            self._widen(at, "a number of repetitions is out of reach")
        return body

    def _array(self, schema: Schema, at: str) -> str | None:
        self._report_unenforced(schema, at, "contains", "uniqueItems")
        prefix, items, items_at = _items(schema, at)
        least, most = count(schema, "minItems") or 0, count(schema, "maxItems")
        if most is not None and least > most:
            return None
        if len(prefix) > MOST_PREFIX_ITEMS:
            self._widen(at, "it lists too many items")
            prefix, items = [], True
        ws = self._notation.space
        places: list[str] = []
        for index, item in enumerate(prefix[: len(prefix) if most is None else most]):
            rule = self._part(item, pointer(at, "prefixItems" if "prefixItems" in schema else "items", index))
            if rule is None:
                return f'"[" {ws} {self._listed(places, None, least, ws)} "]"' if index >= least else None
            places.append(f"{rule} {ws}")
        more = None
        if most is None or most > len(places):
            rule = self._part(items, items_at)
            if rule is None and least > len(places):
                return None
            more = None if rule is None else self._rules.add("item", f"{rule} {ws}")
        rest = None if most is None else max(0, most - len(places))
        listed = self._kept(at, lambda: self._listed(places, more, least, ws, rest))
        return f'"[" {ws} {listed} "]"'

    def _listed(self, places: list[str], more: str | None, least: int, ws: str, rest: int | None = 0) -> str:
        """The items from the last place to the first, each in the brackets of what may come after it.

        `rest`: how many items `more` may add, None for any number.
        """
        tail = ""
        required = max(0, least - len(places))
        if more is not None and rest != 0:
            if not places:
                next_item = self._rules.add("items", f'"," {ws} {more}')
                repeated = self._rules.repeat(
                    next_item, max(0, required - 1), None if rest is None else rest - 1
                )
                return f"{more} {repeated}" if required else f"( {more} {repeated} )?"
            tail = self._rules.repeat(self._rules.add("items", f'"," {ws} {more}'), required, rest)
        for index in reversed(range(len(places))):
            comma = f'"," {ws} ' if index else ""
            tail = f"{comma}{places[index]} {tail}".rstrip()
            if index >= least:
                tail = self._rules.add("items", f'{tail} | ""')
        return tail

    def _object(self, schema: Schema, at: str) -> str | None:
        self._report_unenforced(schema, at, "propertyNames")
        named = [schema.get("properties"), schema.get("required")]
        if any(isinstance(names, dict | list) and len(names) > MOST_MEMBERS for names in named):
            self._widen(at, "it has too many members")
            return self._notation.any_object()
        ws = self._notation.space
        members = self._members(schema, at, ws)
        if members is None:
            return None
        extra = self._extra(schema, at, ws)
        least, most = count(schema, "minProperties") or 0, count(schema, "maxProperties")
        if least > max(1, sum(member.required for member in members)):
            self._widen(at, "minProperties is not followed")
        if most is not None and (extra is not None or most < len(members)):
            self._widen(at, "maxProperties is not followed")
        return f'"{{" {ws} {self._ordered(members, extra, at, at_least_one=least > 0)} "}}"'

    def _ordered(self, members: list[Member], extra: str | None, at: str, *, at_least_one: bool) -> str:
        """Symbols for all members and any number of `extra` ones."""
        separators = self._notation.separators
        found = in_any_order(self._rules, members, separators, extra, at_least_one=at_least_one)
        if found.loose:
            self._widen(at, found.loose)
        return found.body

    def _members(self, schema: Schema, at: str, ws: str) -> list[Member] | None:
        """The declared members, read from behind their opening quotes; None if a required one cannot be."""
        properties = schema.get("properties")
        properties = dict(properties) if isinstance(properties, dict) else {}
        names = schema.get("required")
        required = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        for name in required:
            properties.setdefault(name, _undeclared(schema))
        members = []
        for name, inner in properties.items():
            value = self._part(inner, pointer(at, "properties", name))
            if value is None and name in required:
                return None
            if value is not None:
                key = self._notation.key(name)
                rule = self._rules.add(f"member-{name}", f'{key} {ws} ":" {ws} {value} {ws}')
                members.append(Member(rule, name in required))
        return members

    def _extra(self, schema: Schema, at: str, ws: str) -> str | None:
        """The rule for a member that is not declared."""
        patterns = schema.get("patternProperties")
        patterns = patterns if isinstance(patterns, dict) else {}
        additional = self._additional(schema)
        if patterns and additional is not False:
            self._widen(at, "patternProperties is not followed where other members are allowed")
            return self._extra_member(schema, True, at, ws)
        if not patterns:
            return self._extra_member(schema, additional, pointer(at, "additionalProperties"), ws)
        bodies = []
        for pattern, inner in patterns.items():
            value = self._part(inner, pointer(at, "patternProperties", pattern))
            if value is not None:
                key = self._notation.key_of(partial(self._pattern_or_any, pattern, at))
                bodies.append(f'{key} {ws} ":" {ws} {value} {ws}')
        return self._rules.add("other", alternatives(bodies)) if bodies else None

    def _additional(self, schema: Schema) -> Any:
        """The schema of members that are not declared."""
        return schema.get("additionalProperties", schema.get("unevaluatedProperties", True))

    def _pattern_or_any(self, pattern: str, at: str, spelling: Spelling) -> str:
        body = self._matching(pattern, at, spelling)
        return any_characters(self._rules, spelling) if body is None else body

    def _extra_member(self, schema: Schema, inner: Any, at: str, ws: str) -> str | None:
        value = self._part(inner, at)
        if value is None:
            return None
        properties = schema.get("properties")
        taken = list(properties) if isinstance(properties, dict) else []
        taken += [name for name in schema.get("required") or [] if isinstance(name, str)]
        key = self._notation.other_key(taken)
        if key is None:
            self._widen(at, "a declared member may come once more with any value")
            key = self._notation.other_key([])
        return self._rules.add("other", f'{key} {ws} ":" {ws} {value} {ws}')


SPEAKING = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "pattern", "format", "items", "prefixItems", "additionalItems", "minItems", "maxItems", "contains",
        "uniqueItems", "properties", "required", "additionalProperties", "patternProperties",
        "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties",
    }
)  # fmt: skip


def _undeclared(schema: Schema) -> Any:
    """The schema of a required member that is not declared."""
    if schema.get("patternProperties"):
        return True
    return schema.get("additionalProperties", schema.get("unevaluatedProperties", True))


def _items(schema: Schema, at: str) -> tuple[list[Any], Any, str]:
    """The schemas of the first items, and of the others; earlier drafts name them otherwise."""
    items = schema.get("items", True)
    if isinstance(schema.get("prefixItems"), list):
        return schema["prefixItems"], items if not isinstance(items, list) else True, pointer(at, "items")
    if isinstance(items, list):
        return items, schema.get("additionalItems", True), pointer(at, "additionalItems")
    return [], items, pointer(at, "items")
