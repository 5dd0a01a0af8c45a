"""Tags: the marks of formats as models spell them, such as <think>, <|channel|>, [TOOL_CALLS], ◁think▷."""

from __future__ import annotations

import re

_ANGLED = r"<[^<>\s]{1,60}>"
_BRACKETED = r"\[/?[A-Z_]{2,30}\]"
# The pattern of one.
TAG = rf"(?:{_ANGLED}|{_BRACKETED}|◁/?[a-z]{{2,30}}▷)"
ANGLED_TAG = re.compile(_ANGLED)
# A word between two tags belongs to them: <|close|>think<|sep|>.
WHOLE_TAG = re.compile(rf"{TAG}(?:[a-z_]{{2,20}}{TAG})?")
# As tokens of their own look, which nobody writes by chance.
SPECIAL_TAG = re.compile(rf"<\|[^<>\s]{{1,60}}>|<[^<>\s]{{1,60}}\|>|<｜[^<>\s]{{1,60}}｜>|{_BRACKETED}")
