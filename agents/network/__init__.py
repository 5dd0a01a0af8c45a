"""The way of sandboxed programs to the network: a proxy that lets them reach the hosts that a person has allowed."""
