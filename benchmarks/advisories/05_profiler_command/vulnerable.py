import subprocess

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/worker/cpu_profile")
async def cpu_profile(request: web.Request) -> web.Response:
    pid = request.query["pid"]
    form = request.query.get("format", "flamegraph")
    output = subprocess.check_output(f"py-spy record -p {pid} -f {form} -o /dev/stdout", shell=True)
    return web.Response(body=output)
