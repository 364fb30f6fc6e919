"""One judge of a lake, for doctor, the Lake screen, readiness and the build."""
