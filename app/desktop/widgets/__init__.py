"""The widget kit: controls that know no feature. Shown by the gallery program."""
