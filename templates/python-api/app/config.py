"""What can be set from outside, checked once when the program starts."""

from collections.abc import Mapping
from dataclasses import dataclass

SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Config:
    port: int = 8000
    host: str = "0.0.0.0"
    database_file: str = "data/app.db"
    api_token: str | None = None


def read_config(environment: Mapping[str, str]) -> Config:
    """An empty variable is an unset one. Raises ValueError that names the variable, and never shows a secret."""
    port = environment.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError("PORT must be a number from 0 to 65535")
    token = environment.get("API_TOKEN") or None
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise ValueError(f"API_TOKEN must have at least {SHORTEST_TOKEN} characters")
    return Config(
        port=int(port),
        host=environment.get("HOST") or Config.host,
        database_file=environment.get("DATABASE_FILE") or Config.database_file,
        api_token=token,
    )
