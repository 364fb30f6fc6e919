"""One contract-day: read whole at one version, held in memory, cut by time."""
