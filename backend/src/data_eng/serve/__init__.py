"""The server: what the lake holds, told as of a moment. Nothing that an asker could not have known leaves it."""
