"""The application: what every answer has in common, and where the operations hang."""

import hmac
import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .config import Config
from .store import TaskStore
from .tasks import task_routes

MOST_BYTES = 64 * 1024
READING = {"GET", "HEAD", "OPTIONS"}

log = logging.getLogger("app")


def create_app(config: Config, store: TaskStore | None = None) -> FastAPI:
    store = store or TaskStore(config.database_file)
    app = FastAPI(title="{{title}}", version="0.1.0")

    @app.middleware("http")
    async def admit(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if not request.headers.get("content-length", "0").isdigit():
            return problem(400, "The length of the request can't be read.")
        if int(request.headers.get("content-length", "0")) > MOST_BYTES or "transfer-encoding" in request.headers:
            return problem(413, "That is too much at once, or without its length.")
        if request.url.path.startswith("/v1/") and request.method not in READING and not may_change(request):
            return problem(401, "Send the token as `Authorization: Bearer ...`.")
        response = await call_next(request)
        response.headers["x-content-type-options"] = "nosniff"
        return response

    def may_change(request: Request) -> bool:
        if config.api_token is None:
            return True
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {config.api_token}".encode())

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        errors = [{"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors()]
        return problem(422, "The input is not right.", errors=errors)

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> Response:
        log.error("A request failed", exc_info=error)
        return problem(500, "Something broke. Try again later.")

    @app.get("/healthz", summary="Whether it is well", tags=["operations"])
    def health() -> dict[str, str]:
        store.page(1)
        return {"status": "ok"}

    app.include_router(task_routes(store))
    return app


def problem(status: int, title: str, **more: object) -> Response:
    """Refusals as RFC 9457 describes them: one shape for everything that goes wrong."""
    return JSONResponse(
        {"title": title, "status": status, **more}, status_code=status, media_type="application/problem+json"
    )
