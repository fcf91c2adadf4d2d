from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"


async def static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    return web.FileResponse(STATIC.joinpath(name))


def make_app() -> web.Application:
    app = web.Application()
    app.router.add_get("/static/{name:.*}", static)
    return app
