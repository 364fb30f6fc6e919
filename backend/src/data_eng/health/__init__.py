"""One judge of a lake, asked by doctor, the Lake screen, readiness and the build."""
