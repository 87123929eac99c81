"""Starts the server: python -m app."""

import os

import uvicorn

from .config import read_config
from .main import create_app


def main() -> None:
    config = read_config(os.environ)
    uvicorn.run(create_app(config), host=config.host, port=config.port, timeout_graceful_shutdown=5, server_header=False)


if __name__ == "__main__":
    main()
