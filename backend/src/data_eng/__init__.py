"""Market-by-order data to labelled, comparable setups at known price levels."""

import hashlib
import os
from pathlib import Path


def _point_kernel_cache_at_this_source() -> None:
    """Keep compiled kernels in a folder named by the hash of all of core.

    Numba looks only at the file a kernel stands in, and would go on using one compiled with an older helper of another file.
    """
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted((package / "core").rglob("*.py")):
        digest.update(source.read_bytes())
    os.environ["NUMBA_CACHE_DIR"] = str(package / "__pycache__" / f"kernels-{digest.hexdigest()[:16]}")


_point_kernel_cache_at_this_source()
