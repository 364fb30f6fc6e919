"""How kernels are compiled: the one place that knows the compiler.

Numba counts a reference at every hand-over of an array, in code inlined from helpers too; on the book's loop that took two thirds of the
time (74 ns a record with the counting, 26 without). Kernels that allocate nothing have the counting switched off.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numba as nb
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

compiled = partial(nb.njit, cache=True, nogil=True, _nrt=False)
"""For the functions that Python calls, and for large ones that kernels call."""
allocating = partial(nb.njit, cache=True, nogil=True)
"""The same for those that make arrays of their own: their references are counted."""
inlined = partial(nb.njit, cache=True, _nrt=False, inline="always")
"""For small helpers: their source is copied into the caller before it is compiled."""
merged = partial(nb.njit, cache=True, _nrt=False, forceinline=True)
"""For helpers of a page: compiled once, and merged into each caller's machine code. As fast as `inlined`, and far quicker to compile."""


def prefetch(array: Any, index: Any) -> None:
    """Ask for the cache line of `array[index]` (one dimension) without waiting for it. Uncompiled, it does nothing."""


@overload(prefetch, inline="always")
def _compiled_prefetch(array: Any, index: Any) -> Any:
    def compiled_prefetch(array: Any, index: Any) -> Any:
        return _prefetch(array, index)

    return compiled_prefetch


@intrinsic
def _prefetch(_context: Any, array: Any, index: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        pointer = cgutils.get_item_pointer(
            context, builder, array_type, context.make_array(array_type)(context, builder, arguments[0]), [arguments[1]]
        )
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, word, word, word]), "llvm.prefetch.p0i8"
        )
        read, into_every_level, data = word(0), word(3), word(1)
        builder.call(function, [builder.bitcast(pointer, byte), read, into_every_level, data])
        return context.get_dummy_value()

    return types.void(array, index), generate
