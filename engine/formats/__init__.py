"""Chat formats: conversations to prompts, replies to reasoning, answers and tool calls."""

from engine.formats.chat_format import ChatFormat
from engine.formats.dialect import Dialect
from engine.formats.grammar.call_grammar import ToolGrammar
from engine.formats.parse.parser import ReplyParser
from engine.formats.values import (
    AssistantMessage,
    ContentDelta,
    ParsedDelta,
    Piece,
    Prompt,
    ReasoningDelta,
    ToolArgumentsDelta,
    ToolCall,
    ToolCallFinished,
    ToolCallStarted,
)
from engine.formats.writing import example_call
