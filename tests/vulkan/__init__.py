"""Checks on a Vulkan device drawn by the processor (Mesa's lavapipe): the real path that copies the routed
experts of a prompt to a device. `make test-vulkan` builds the backend for it once; the usual test run leaves
these out."""
