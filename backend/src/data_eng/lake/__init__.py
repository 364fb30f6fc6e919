"""A lake and how it is kept: partitions and their manifests, raw files as they lie, attempts, runs, caches, the crew that works on it."""
