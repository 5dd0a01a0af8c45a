"""Questions of many kinds, as people ask a small model: told, listed, explained, computed, written, repeated."""

QUESTIONS = (
    "Write a short story about a lighthouse keeper and a lost dog.",
    "Write the numbers 1, 2, 3 and so on.",
    "What is the capital of France, and what is it known for?",
    "Explain why the sky is blue to a child.",
    "List ten animals that live in the sea.",
    "Write a Python function that adds up the even numbers of a list.",
    "Give me a recipe for pancakes.",
    "How do I write a polite letter to my landlord about a broken window?",
    "What is the difference between weather and climate?",
    "Translate to French: Good morning, how are you today?",
    "Name the planets of the solar system in order.",
    "Write a poem about autumn leaves.",
    "How does a bicycle stay upright?",
    "Give three tips for sleeping better.",
    "Summarize the story of Romeo and Juliet.",
    "Write an HTML page with a heading and a list.",
    "What should I pack for a week at the beach?",
    "Explain what a database index is.",
    "Write a dialogue between a teacher and a student about rain.",
    "Repeat this sentence five times: The quick brown fox jumps over the lazy dog.",
)
