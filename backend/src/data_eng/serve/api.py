"""The application: the API under /api, and the page beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from ..config import AppConfig
from ..errors import SpymasterError
from ..health.judge import Judge
from .gate.access import SECURITY_HEADERS, install_access
from .gate.addresses import REFUSALS, install_routes
from .gate.heads import Heads
from .gate.metrics import install_metrics
from .gate.page import install_page
from .gate.problems import problem_of
from .gate.replies import problem_reply
from .messages.live import LiveProtocol
from .messages.problem import Problem
from .messages.replay import ReplayProtocol
from .routes import catalogue, days, evaluation, health, journal, lake, replay, setups
from .shared import Shared, shared_of
from .warming import warm as warm_up


def create_app(cfg: AppConfig, warm: bool = False, owns_process: bool = False) -> FastAPI:
    """The server of one lake, without its gate.

    `warm` computes answers of its own when it starts, while it already listens; `owns_process`: the process does nothing but serve it.
    """
    cfg = replace(cfg, lake_root=cfg.lake_root.resolve())
    shared = Shared(cfg)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if warm:
            shared.preparing = "the server starts"
        warming = asyncio.create_task(shared.work.run(partial(warm_up, shared, owns_process))) if warm else None
        yield
        if warming is not None:
            warming.cancel()
        shared.work.close()

    app = FastAPI(
        title="Spymaster",
        version=version("spymaster"),
        description="Order-book physics around known price levels, as of a moment. Every error is a `Problem`.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=REFUSALS,
    )
    app.state.shared = shared
    app.state.judge = Judge(cfg)
    install_routes(app, *(module.router for module in (days, setups, journal, replay, catalogue, evaluation, lake, health)))
    install_page(app)
    app.add_middleware(Heads)
    app.add_exception_handler(SpymasterError, _spymaster_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def guarded_app(cfg: AppConfig, host: str, token: str | None, owns_process: bool = False) -> FastAPI:
    """The server as it is bound to `host`: inside its gate, and counted. Raises `OpenToStrangers` for a host that needs a token."""
    app = create_app(cfg, warm=True, owns_process=owns_process)
    install_access(app, host, token, cfg.settings.serve)
    shared: Shared = app.state.shared
    install_metrics(app).read_from(shared.counters, shared.gauges)
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the messages of the sockets among its models."""
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        models = described["components"]["schemas"]
        for messages in (ReplayProtocol, LiveProtocol):
            protocol = messages.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
            models |= {name: model for name, model in protocol.pop("$defs").items() if name not in models}
            models[messages.__name__] = protocol
        app.openapi_schema = described
    return app.openapi_schema


async def _spymaster_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SpymasterError)
    return problem_reply(shared_of(request).folders.hidden_in(problem_of(error)))


async def _bad_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place, name = first["loc"][0], first["loc"][-1]
    given = str(first.get("input"))[:80]
    if (place, name) == ("path", "tables"):
        return problem_reply(Problem(code="unknown_table", message=f"tables {given!r} are unknown. {first['msg']}.", fix=None))
    return problem_reply(Problem(code="bad_request", message=f"{place} {name} is {given!r}. {first['msg']}.", fix=None))


async def _http_error(_: Request, error: Exception) -> Response:
    """Starlette's own refusals: no such address, no such method."""
    assert isinstance(error, HTTPException)
    code = {404: "unknown_page", 405: "bad_method"}.get(error.status_code, "bad_request")
    return problem_reply(Problem(code=code, message=f"{error.detail}.", fix=None), error.headers)


async def _unexpected(_: Request, error: Exception) -> Response:
    """A bug, or a disk that fails: the server's log holds the traceback, the caller learns only what kind it was.

    Starlette gives this answer in front of the gate, which cannot add its headers to it.
    """
    message = f"the server failed on this request ({type(error).__name__}). Its log says where; other requests go on."
    return problem_reply(Problem(code="internal", message=message, fix=None), SECURITY_HEADERS)
