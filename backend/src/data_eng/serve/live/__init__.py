"""The live day as it is served: the log of what was said, read as it grows."""
