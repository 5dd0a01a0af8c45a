"""How values read on screen: sizes, verdicts, tools, machines. Pure functions and small labels."""
