"""The spymaster command: one verb a file."""
