"""Routers whose routes know their whole address.

FastAPI counts through every included router on every request, a seventh of a kept table's cost; routes that stand side by side in the
application are matched one after the other and nothing more.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from ..messages.problem import Problem

REFUSALS: dict[int | str, dict[str, Any]] = {"4XX": {"model": Problem}, "5XX": {"model": Problem}}
"""What every address may answer besides its message."""


def router_of(tag: str, prefix: str = "/api") -> APIRouter:
    """A router for the addresses of one subject."""
    return APIRouter(prefix=prefix, tags=[tag], responses=REFUSALS)


def install_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Put the routes of some routers into the application, in their order."""
    for router in routers:
        app.router.routes.extend(router.routes)
