"""Grammar of one tool's arguments, in each dialect's way to write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.formats.dialect import KEY, TYPE, Dialect, Parameter
from engine.formats.grammar.gbnf.format_marks import flexible
from engine.formats.grammar.gbnf.json_values import bare_key, space
from engine.formats.grammar.gbnf.notations import Braced, Json, Python
from engine.formats.grammar.gbnf.objects import Member, Separators, in_any_order, in_declared_order
from engine.formats.grammar.gbnf.rules import Rules, alternatives, literal
from engine.formats.grammar.gbnf.text_until import text_until
from engine.formats.grammar.schema_grammar import SchemaCompiler
from engine.formats.grammar.schema_merge import ALL_TYPES, Schema, types_of
from engine.formats.grammar.schema_reading import pointer
from engine.formats.grammar.schema_types import Kinds

_DEEPEST_ELEMENTS = 4
_MOST_BRANCHES = 64
_CONDITIONS = ("anyOf", "oneOf", "allOf", "$ref", "if", "patternProperties")


class ToolArguments:
    """Writes the rules of one tool's arguments; `widened` lists what was widened."""

    def __init__(self, rules: Rules, dialect: Dialect, name: str, parameters: Any) -> None:
        self._rules = rules
        self._dialect = dialect
        self._schema = closed(parameters)
        notation: Json = Json(rules)
        if dialect.arguments == "pythonic":
            notation = Python(rules)
        elif dialect.arguments == "braced":
            notation = Braced(rules, dialect.quote)
        elif dialect.parameter is not None and dialect.parameter.nested == "python":
            notation = Python(rules)
        self._compiler = SchemaCompiler(rules, self._schema, f"{name}#", notation)
        self._notation = notation

    @property
    def widened(self) -> tuple[str, ...]:
        return self._compiler.widened

    def symbols(self) -> str:
        """Symbols for all arguments."""
        if self._dialect.arguments == "json":
            return self._compiler.root()
        if self._dialect.arguments == "tagged" and self._dialect.parameter is not None:
            return self._tagged(self._dialect.parameter)
        if self._dialect.arguments == "pythonic":
            return self._listed('"="', f'"," {space(self._rules)}')
        return self._listed('":"', f'"," {space(self._rules)}')

    def _declared(self) -> tuple[dict[str, Any], list[str], bool]:
        """The arguments' schemas, the required names, and whether others are allowed."""
        flat = self._compiler.flat(self._schema, self._compiler.at) or {}
        properties = flat.get("properties")
        properties = dict(properties) if isinstance(properties, dict) else {}
        names = flat.get("required")
        required = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        for name in required:
            properties.setdefault(name, True)
        return properties, required, flat.get("additionalProperties", True) is not False

    def _listed(self, equals: str, comma: str) -> str:
        """key=value or key:value, separated by commas; what stands around all of them belongs to the call."""
        ws = space(self._rules)
        properties, required, is_open = self._declared()
        members = []
        for name, schema in properties.items():
            value = self._compiler.member_value(schema, pointer(self._compiler.at, "properties", name))
            if value is not None:
                rule = self._rules.add(f"argument-{name}", f"{literal(name)} {ws} {equals} {ws} {value} {ws}")
                members.append(Member(rule, name in required))
        extra = None
        if is_open:
            extra = self._rules.add(
                "other", f"{bare_key(self._rules)} {ws} {equals} {ws} {self._notation.any_value()} {ws}"
            )
        found = in_any_order(self._rules, members, Separators('""', comma), extra)
        if found.loose:
            self._compiler.widen(self._compiler.at, found.loose)
        return f"{ws} {found.body}"

    def _tagged(self, parameter: Parameter) -> str:
        properties, required, is_open = self._declared()
        tags = _Tags(self._rules, self._compiler, parameter)
        members = []
        for name, schema in properties.items():
            rule = tags.element(name, schema, pointer(self._compiler.at, "properties", name), 0)
            if rule is not None:
                members.append(Member(rule, name in required))
        extra = tags.any_element() if is_open else None
        return _unseparated(self._rules, self._compiler, members, extra)


def closed(parameters: Any) -> Any:
    """A tool's parameters, closed to undeclared arguments if they name any and do not say otherwise."""
    if not isinstance(parameters, Mapping) or not parameters:
        return (
            {"type": "object"}
            if parameters
            else {"type": "object", "properties": {}, "additionalProperties": False}
        )
    schema = {**parameters, "type": "object"}
    speaks = "additionalProperties" in schema or any(key in schema for key in _CONDITIONS)
    if "properties" in schema and not speaks:
        schema["additionalProperties"] = False
    return schema


def _unseparated(rules: Rules, compiler: SchemaCompiler, members: list[Member], extra: str | None) -> str:
    """Elements one after the other, each at most once: a repetition would be read as a list."""
    found = in_any_order(rules, members, Separators('""', '""'), extra)
    if not found.loose:
        return found.body
    compiler.widen(compiler.at, "arguments come in the order in which they are declared")
    return in_declared_order(members) + (f" {extra}*" if extra else "")


class _Tags:
    """Elements of one tagged dialect: start, value, end."""

    def __init__(self, rules: Rules, compiler: SchemaCompiler, parameter: Parameter) -> None:
        self._rules = rules
        self._compiler = compiler
        self._parameter = parameter
        last = parameter.start[-1]
        self._lead = last[len(last.rstrip()) :] if isinstance(last, str) else ""
        first = parameter.end[0]
        self._tail = first[: len(first) - len(first.lstrip())] if isinstance(first, str) else ""
        self._python = Python(rules) if parameter.literals == "python" else Json(rules)

    def element(self, name: str, schema: Any, at: str, depth: int) -> str | None:
        """The rule for the element of this name; None where nothing can satisfy its schema."""
        bodies = []
        for kind, value in self._values(name, schema, at, depth):
            bodies.append(f"{self._start(name, kind)} {value}")
        return self._rules.add(f"argument-{name}", alternatives(bodies)) if bodies else None

    def any_element(self) -> str:
        """An element with any name and any text."""
        bodies = [
            f"{self._start(None, kind)} {text_until(self._rules, (self._closing(''),), self._after(''))}"
            for kind in ("string", "object")
        ]
        return self._rules.add("other-argument", alternatives(bodies))

    def _start(self, name: str | None, kind: str) -> str:
        """The opening tag, without the white space in front of the value; `name` None: of any name."""
        word = self._parameter.types.get(kind, kind)
        parts = []
        for index, part in enumerate(self._parameter.start):
            last = index == len(self._parameter.start) - 1
            if part is KEY:
                parts.append(bare_key(self._rules) if name is None else literal(name))
            elif part is TYPE:
                parts.append(literal(word))
            else:
                text = str(part).rstrip() if last else str(part)
                parts.append(flexible(self._rules, text, before=index == 0))
        return " ".join(parts)

    def _end_text(self, name: str) -> str:
        return "".join(name if part is KEY else str(part) for part in self._parameter.end).lstrip()

    def _closing(self, name: str) -> str:
        """The first mark of the end, at which a value is over."""
        return self._end_text(name).split(maxsplit=1)[0]

    def _after(self, name: str) -> str:
        rest = self._end_text(name)[len(self._closing(name)) :]
        return flexible(self._rules, rest) if rest.strip() else ""

    def _values(self, name: str, schema: Any, at: str, depth: int) -> list[tuple[str, str]]:
        """Each kind of value with the symbols for it and for the closing tag."""
        ws, closing = space(self._rules), self._closing(name)
        after = self._after(name)
        end = f"{literal(closing)} {after}"
        kinds = kinds_of(self._compiler, schema, at)
        options = self._options(schema, at)
        found: list[tuple[str, str]] = []
        if options is not None:
            for value in options:
                if isinstance(value, str):
                    body = f"{self._optional(self._lead)} {literal(value)} {self._optional(self._tail)} {end}"
                    found.append(("string", body))
                else:
                    kind = Kinds.type_of(value)
                    body = f"{ws} ( {self._python.given(value)} ) {ws} {end}"
                    found.append(("number" if kind == "integer" else kind, body))
            return found
        if "string" in kinds:
            rest = kinds - {"string"}
            flat = self._string_schema(schema, at) if not rest else {}
            text = self._compiler.kinds.text_before(closing, flat, at, self._lead, self._tail)
            found.append(("string", f"{text} {after}"))
            if not self._parameter.types:
                return found  # other kinds are texts as well
        found += self._typed(schema, at, depth, kinds - {"string"}, end)
        return found

    def _typed(self, schema: Any, at: str, depth: int, kinds: set[str], end: str) -> list[tuple[str, str]]:
        ws = space(self._rules)
        found: list[tuple[str, str]] = []
        for kind in ALL_TYPES:
            if kind not in kinds:
                continue
            if kind in ("boolean", "null"):
                words = self._python.null if kind == "null" else f"{self._python.true} | {self._python.false}"
                found.append((kind, f"{ws} ( {words} ) {ws} {end}"))
                continue
            value = self._compiler.member_value({"allOf": [schema, {"type": kind}]}, at)
            if value is not None:
                found.append(("number" if kind == "integer" else kind, f"{ws} {value} {ws} {end}"))
            if self._parameter.nested == "elements" and depth < _DEEPEST_ELEMENTS:
                inner = self._elements(schema, kind, at, depth)
                if inner is not None:
                    found.append((kind, f"{inner} {space(self._rules)} {end}"))
        return found

    def _elements(self, schema: Any, kind: str, at: str, depth: int) -> str | None:
        """An object or array written as elements of its own."""
        flat = self._compiler.flat({"allOf": [schema, {"type": kind}]}, at)
        if flat is None:
            return None
        if kind == "array":
            items, empty = flat.get("items", True), "" if flat.get("minItems") else "?"
            if items is True or items == {}:
                return self._any_elements(empty)
            item = self.element("item", items, pointer(at, "items"), depth + 1)
            return f"( {item}+ ){empty}" if item else None
        properties = flat.get("properties")
        if kind != "object":
            return None
        if not isinstance(properties, dict) or not properties:
            empty = "" if flat.get("required") or flat.get("minProperties") else "?"
            return self._any_elements(empty) if flat.get("additionalProperties", True) is not False else None
        required = flat.get("required")
        required = required if isinstance(required, list) else []
        members = []
        for name, inner in properties.items():
            rule = self.element(name, inner, pointer(at, "properties", name), depth + 1)
            if rule is None and name in required:
                return None
            if rule is not None:
                members.append(Member(rule, name in required))
        return _unseparated(self._rules, self._compiler, members, None)

    def _any_elements(self, empty: str) -> str | None:
        """Elements of any names, with elements or texts in them; none at all with `empty` "?"."""
        start, end = self._parameter.start, self._parameter.end
        if start[1:2] != (KEY,) or end[1:2] != (KEY,) or len(start) != 3 or len(end) != 3:
            return None
        name = "any-elements"
        if not self._rules.has(name):
            key = bare_key(self._rules)
            opening = f"{literal(str(start[0]))} {key} {literal(str(start[2]))}"
            closing = f"{key} {literal(str(end[2]))}"
            text = text_until(self._rules, (str(end[0]),), closing)
            inner = f"{name} {literal(str(end[0]))} {closing}"
            self._rules.define("any-element", f"{opening} ( {text} | {inner} )")
            self._rules.define(name, "any-element+")
        return f"{name}{empty}"

    def _optional(self, spaces: str) -> str:
        return f"{literal(spaces)}?" if spaces else ""

    def _string_schema(self, schema: Any, at: str) -> Schema:
        flat = self._compiler.flat(schema, at) if isinstance(schema, dict) else {}
        return flat if flat and not any(key in flat for key in ("anyOf", "oneOf")) else {}

    def _options(self, schema: Any, at: str) -> list[Any] | None:
        flat = self._compiler.flat(schema, at) if isinstance(schema, dict) else None
        if not flat:
            return None
        values = [flat["const"]] if "const" in flat else flat.get("enum")
        if not isinstance(values, list) or not values or len(values) > 200:
            return None
        return [value for value in values if self._compiler.kinds.may_be(value, flat)]


def kinds_of(compiler: SchemaCompiler, schema: Any, at: str) -> set[str]:
    """The JSON types that a schema allows, its alternatives included."""
    kinds: set[str] = set()
    waiting = [schema]
    for _ in range(_MOST_BRANCHES):
        if not waiting:
            return kinds
        node = waiting.pop()
        if not isinstance(node, dict):
            return set(ALL_TYPES)
        flat = compiler.flat(node, at)
        if flat is None:
            continue
        options = next((flat[key] for key in ("anyOf", "oneOf") if isinstance(flat.get(key), list)), None)
        if options is None:
            kinds |= set(types_of(flat.get("type")))
            continue
        rest = {key: value for key, value in flat.items() if key not in ("anyOf", "oneOf")}
        waiting += [{"allOf": [rest, option]} for option in options]
    return set(ALL_TYPES)
