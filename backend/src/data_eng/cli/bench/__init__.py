"""`spymaster bench`: the pipeline's passes and the walk-forward, each timed beside a floor of the same run."""

from .pipeline import bench

__all__ = ["bench"]
