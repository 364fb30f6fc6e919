"""The one base of our own exceptions; each type lives in the module that owns its rule."""


class SpymasterError(Exception):
    """A fact the user must know: what, which value, what was expected, what to do. Shown as one line, without a traceback."""
