"""Long work over many days: evaluate, recover, clear."""
