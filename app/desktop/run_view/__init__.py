"""Steps, approvals and live turns of a run, as the chat and the runs page both show them."""
