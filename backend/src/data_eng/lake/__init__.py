"""What a lake holds beside its tables: the raw files as they lie, and what it is built with."""
