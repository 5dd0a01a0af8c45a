"""The Runs page: tasks that a model carries out with tools, what they did, and how it is taken back."""
