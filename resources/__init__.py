"""Files that the product ships: icons, themes, translations, prompts. Read with importlib.resources."""
