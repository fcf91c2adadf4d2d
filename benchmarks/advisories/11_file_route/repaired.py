from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
SHARED = Path("/srv/shared").resolve()


@app.get("/file/{path:path}")
def file(path: str) -> FileResponse:
    wanted = (SHARED / path).resolve()
    if not wanted.is_relative_to(SHARED):
        raise HTTPException(status_code=404)
    return FileResponse(wanted)
