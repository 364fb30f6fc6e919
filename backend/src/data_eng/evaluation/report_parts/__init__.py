"""What the report of an evaluation says and draws, made once from the result; the page and the screen render these parts."""
