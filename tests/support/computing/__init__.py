"""What llama.cpp and our own products compute, and how answers are judged."""
