"""`python -m sandbox.models --port N --mode sensible|obedient|hostile`: serve until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import sys

from sandbox.models.minds import MODES
from sandbox.models.server import ModelServer


async def _serve(mode: str, port: int) -> None:
    async with ModelServer(MODES[mode](), port=port) as server:
        sys.stdout.write(f"models on {server.groq_url} ({mode}); OpenAI form {server.openai_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=18900)
    parser.add_argument("--mode", choices=sorted(MODES), default="sensible")
    args = parser.parse_args()
    try:
        asyncio.run(_serve(args.mode, args.port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
