"""Markdown shown natively: parsing, streaming, prose, code, formulas."""
