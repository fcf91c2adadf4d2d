import asyncio

from aiohttp import web

routes = web.RouteTableDef()
FORMATS = {"flamegraph", "raw", "speedscope"}


@routes.get("/worker/cpu_profile")
async def cpu_profile(request: web.Request) -> web.Response:
    pid = int(request.query["pid"])
    form = request.query.get("format", "flamegraph")
    if form not in FORMATS:
        raise web.HTTPBadRequest(text="unknown format")
    process = await asyncio.create_subprocess_exec(
        "py-spy", "record", "-p", str(pid), "-f", form, "-o", "/dev/stdout",
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return web.Response(body=output)
