"""The server: what the lake holds, as of a moment. Nothing that a caller could not have known leaves it."""
