"""Markdown and TeX as models write them, read and drawn without Qt."""
