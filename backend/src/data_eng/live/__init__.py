"""The live day: the stages' own functions on records as they come, and the log of what was said of every window."""
