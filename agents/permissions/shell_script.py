"""Parses a shell script: which simple commands run, with which words and input.

Syntax after the Bash reference manual, parsed by tree-sitter's grammar for it. What the parser cannot make
sense of, or reads otherwise than a shell would, makes the script unreadable; it is never guessed.
"""

from __future__ import annotations

import functools
import re
import threading
from typing import TYPE_CHECKING

import msgspec

from agents.permissions.visible import hidden

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

LONGEST = 20_000
DEEPEST = 120
_PARSERS = threading.local()
# Node types that expand to something that the text does not tell.
_EXPANSIONS = frozenset(
    {
        "simple_expansion",
        "expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
        "brace_expression",
        "ansi_c_string",
        "translated_string",
        "extglob_pattern",
    }
)
_WORDS = frozenset({"word", "number", "string", "raw_string", "concatenation", *_EXPANSIONS})
# Statements whose commands simply run, once, repeatedly or not at all.
_STATEMENTS = frozenset(
    """
    program list subshell compound_statement if_statement elif_clause else_clause while_statement
    for_statement c_style_for_statement do_group case_statement case_item negated_command test_command
    variable_assignments comment heredoc_body
    """.split()
)
# The delimiter of a here-document, entirely quoted or not.
_HEREDOC_MARK = re.compile(r"""(["']?)([\w.-]+)\1""")
_BRACES = re.compile(r"\{[^}]*(,|\.\.)")


class Word(msgspec.Struct, frozen=True):
    """A word as the command receives it.

    `known` False: it has an expansion in it, and `text` is what is written. `pattern`: names of files may
    come in its place.
    """

    text: str
    known: bool = True
    pattern: bool = False


class Redirect(msgspec.Struct, frozen=True):
    """`operator` as it is written, without the number of the descriptor."""

    operator: str
    target: Word


class Simple(msgspec.Struct):
    """A simple command.

    `fed_by` are the places, in the script's commands, of those whose output may come into it: before it in a
    pipe, or in its words. `given` is the text of a here-document that it reads. `words` is empty where there
    are only assignments or redirections.
    """

    words: tuple[Word, ...] = ()
    assignments: tuple[tuple[str, Word], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    fed_by: tuple[int, ...] = ()
    given: Word | None = None


class Script(msgspec.Struct, frozen=True):
    """All simple commands, those in substitutions included, in the order of the text.

    `readable` False: there may be others. `functions` are (name, whether it calls itself in a pipe or in the
    background).
    """

    commands: tuple[Simple, ...]
    readable: bool
    functions: tuple[tuple[str, bool], ...] = ()


def read_script(text: str) -> Script:
    """The commands of a shell script. Never raises."""
    if len(text) > LONGEST or any(c not in "\n\t" and hidden(c) for c in text):
        return Script((), False)
    data = text.encode(errors="replace")
    return _Reader(data).script(_parser().parse(data).root_node)


def _parser() -> Parser:
    found: Parser | None = getattr(_PARSERS, "parser", None)
    if found is None:
        from tree_sitter import Parser as NewParser

        found = _PARSERS.parser = NewParser(_language())
    return found


@functools.cache
def _language():  # type: ignore[no-untyped-def]
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._commands: list[Simple] = []
        self._functions: list[tuple[str, bool]] = []
        self._readable = True

    def script(self, root: Node) -> Script:
        if root.has_error or not self._all_read(root):
            self._readable = False
        self._statement(root, (), 0)
        return Script(tuple(self._commands), self._readable, tuple(self._functions))

    def _all_read(self, root: Node) -> bool:
        """Whether only blanks lie between the parser's tokens."""
        at, waiting = 0, [root]
        while waiting:
            node = waiting.pop()
            if node.child_count and node.type not in ("string", "heredoc_body"):
                waiting.extend(reversed(node.children))
                continue
            gap = self._data[at : node.start_byte].replace(b"\\\n", b"").strip(b" \t\n")
            if gap and not (gap == b"-" and node.type in ("<<", "<<-")):
                return False
            at = max(at, node.end_byte)
        return not self._data[at:].replace(b"\\\n", b"").strip(b" \t\n")

    def _statement(self, node: Node, fed_by: tuple[int, ...], depth: int) -> tuple[int, ...]:
        """Collect the commands of a node; returns their indexes."""
        if depth > DEEPEST:
            self._readable = False
            return ()
        kind = node.type
        if kind in ("command", "declaration_command", "unset_command"):
            return self._command(node, fed_by, depth)
        if kind == "pipeline":
            return self._pipeline(node, fed_by, depth)
        if kind == "redirected_statement":
            return self._redirected(node, fed_by, depth)
        if kind == "variable_assignment":
            simple = Simple(fed_by=fed_by)
            return self._added(simple, lambda: self._take(simple, node, depth))
        if kind == "function_definition":
            self._function(node, fed_by, depth)
            return ()
        if kind in _WORDS:
            return self._word(node, depth)[1]
        if node.is_named and kind not in _STATEMENTS and kind not in _INNER:
            self._readable = False
        return self._children(node, fed_by, depth)

    def _children(self, node: Node, fed_by: tuple[int, ...], depth: int) -> tuple[int, ...]:
        found: list[int] = []
        for child in node.named_children:
            found.extend(self._statement(child, fed_by, depth + 1))
        return tuple(found)

    def _pipeline(self, node: Node, fed_by: tuple[int, ...], depth: int) -> tuple[int, ...]:
        found: tuple[int, ...] = ()
        for child in node.named_children:
            found += self._statement(child, (*fed_by, *found), depth + 1)
        return found

    def _redirected(self, node: Node, fed_by: tuple[int, ...], depth: int) -> tuple[int, ...]:
        inner = [child for child in node.named_children if not child.type.endswith("_redirect")]
        outer = [child for child in node.named_children if child.type.endswith("_redirect")]
        before: tuple[int, ...] = ()
        for child in inner:
            before += self._statement(child, (*fed_by, *before), depth + 1)
        if len(before) == 1 and inner and inner[0].type == "command":
            simple = self._commands[before[0]]
            if self._data[inner[0].end_byte : outer[0].start_byte].strip() == b"-":
                simple.words = (*simple.words, Word("-"))  # "python - <<EOF": the grammar drops the dash
        else:
            # A command of its own stands for the redirected loop or group.
            before += self._added(simple := Simple(fed_by=(*fed_by, *before)), lambda: None)
        more: tuple[int, ...] = ()
        for child in outer:
            more += self._redirect(simple, child, before, depth)
        return before + more

    def _redirect(self, simple: Simple, node: Node, before: tuple[int, ...], depth: int) -> tuple[int, ...]:
        if node.type == "heredoc_redirect":
            return self._heredoc(simple, node, before, depth)
        operator = "".join(child.type for child in node.children if not child.is_named)
        more: tuple[int, ...] = ()
        targets = [child for child in node.named_children if child.type != "file_descriptor"]
        for child in targets:
            word, inside = self._word(child, depth)
            more += inside
            if child is not targets[0]:
                simple.words = (*simple.words, word)  # "cat >out in": the grammar takes all that follows
            elif node.type == "herestring_redirect":
                simple.given = word
            else:
                simple.redirects = (*simple.redirects, Redirect(operator, word))
        simple.fed_by = (*simple.fed_by, *more)
        return more

    def _heredoc(self, simple: Simple, node: Node, before: tuple[int, ...], depth: int) -> tuple[int, ...]:
        more: tuple[int, ...] = ()
        if not self._ends_where_it_should(node):
            self._readable = False
        for child in node.named_children:
            if child.type in ("heredoc_start", "heredoc_end", "file_descriptor"):
                continue
            if child.type == "heredoc_body":
                inside = self._children(child, (), depth + 1)
                simple.given = Word(self._text(child), not child.named_children)
                simple.fed_by = (*simple.fed_by, *inside)
                more += inside
            elif child.type.endswith("_redirect"):
                more += self._redirect(simple, child, before, depth)
            else:
                # "cat <<EOF | sh": the grammar has the rest of the pipe in here.
                more += self._statement(child, (*before, *more), depth + 1)
        return more

    def _ends_where_it_should(self, node: Node) -> bool:
        """Whether a here-document ends with a line that is its delimiter and nothing else.

        The grammar also accepts "END # more", after which a shell goes on reading the text.
        """
        marks = [self._text(child) for child in node.named_children if child.type == "heredoc_start"]
        ends = [child for child in node.named_children if child.type == "heredoc_end"]
        if len(marks) != 1 or len(ends) != 1:
            return False
        mark = _HEREDOC_MARK.fullmatch(marks[0])
        first = self._data.rfind(b"\n", 0, ends[0].start_byte) + 1
        last = self._data.find(b"\n", first)
        line = self._data[first : last if last >= 0 else len(self._data)]
        if re.match(r"\d*<<-", self._text(node)):
            line = line.lstrip(b"\t")
        return mark is not None and line == mark[2].encode()

    def _command(self, node: Node, fed_by: tuple[int, ...], depth: int) -> tuple[int, ...]:
        simple = Simple(fed_by=fed_by)
        if node.type != "command":
            simple.words = (Word(node.children[0].type),)
        return self._added(simple, lambda: self._parts(simple, node, depth))

    def _added(self, simple: Simple, read: object) -> tuple[int, ...]:
        place = len(self._commands)
        self._commands.append(simple)
        assert callable(read)
        read()
        return tuple(range(place, len(self._commands)))

    def _parts(self, simple: Simple, node: Node, depth: int) -> None:
        end = -1
        for child in node.named_children:
            gap = self._data[end : child.start_byte].replace(b"\\\n", b"")
            if end >= 0 and not gap.strip(b"<>&|0123456789") and not gap:
                self._readable = False  # a shell would read one word
            end = child.end_byte
            self._take(simple, child, depth)

    def _take(self, simple: Simple, node: Node, depth: int) -> None:
        """Add a part of a simple command."""
        if node.type == "variable_assignment":
            name, *values = node.named_children
            value, inside = Word(""), tuple[int, ...]()
            for each in values:
                value, inside = self._word(each, depth)
                simple.fed_by = (*simple.fed_by, *inside)
            simple.assignments = (*simple.assignments, (self._text(name), value))
        elif node.type == "command_name":
            for each in node.named_children:
                self._take(simple, each, depth)
        elif node.type.endswith("_redirect"):
            self._redirect(simple, node, (), depth)
        else:
            word, inside = self._word(node, depth)
            simple.words = (*simple.words, word)
            simple.fed_by = (*simple.fed_by, *inside)

    def _function(self, node: Node, fed_by: tuple[int, ...], depth: int) -> None:
        name = self._text(node.named_children[0])
        found = self._children(node, fed_by, depth)
        calls = any(
            self._commands[place].words and self._commands[place].words[0].text == name for place in found
        )
        body = self._text(node)
        self._functions.append((name, calls and ("|" in body or "&" in body)))
        # It may hide a program's name.
        self._readable = False

    def _word(self, node: Node, depth: int) -> tuple[Word, tuple[int, ...]]:
        """A word, and the indexes of the commands that run in it."""
        if depth > DEEPEST:
            self._readable = False
            return Word(self._text(node), False), ()
        inside: tuple[int, ...] = ()
        text, known, pattern = self._text(node), True, False
        if node.type in ("word", "number", "variable_name", "special_variable_name", "file_descriptor"):
            pattern = bool(re.search(r"(?<!\\)[*?\[]", text))
            known = not _BRACES.search(text)
            text = re.sub(r"\\(?s:(\n)|(.))", lambda match: match[2] or "", text)
        elif node.type == "raw_string":
            text = text[1:-1]
        elif node.type == "string":
            inside = self._children(node, (), depth + 1)
            known = all(child.type == "string_content" for child in node.named_children)
            if known:
                text = re.sub(r"\\(?s:(\n)|([$`\"\\]))", lambda match: match[2] or "", text[1:-1])
        elif node.type == "concatenation":
            words = []
            for child in node.named_children:
                word, more = self._word(child, depth + 1)
                words.append(word)
                inside += more
            known = all(word.known for word in words) and not _BRACES.search(text)
            pattern = any(word.pattern for word in words)
            text = "".join(word.text for word in words) if known else text
        else:
            known = False
            if node.type not in _EXPANSIONS and node.type not in ("array", "subscript"):
                self._readable = False
            inside = self._children(node, (), depth + 1)
        return Word(text, known, pattern), inside

    def _text(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode(errors="replace")


# Parts of expansions and conditions that run nothing themselves; their children are collected.
_INNER = frozenset(
    """
    variable_name special_variable_name subscript array string_content heredoc_content file_redirect
    test_operator unary_expression binary_expression ternary_expression postfix_expression
    parenthesized_expression regex file_descriptor command_name
    """.split()
)
