"""Web search by a provider that a person has set up: `providers.py` is the table, one module speaks to each."""
