from fastapi import FastAPI
from fastapi.responses import FileResponse

app = FastAPI()


@app.get("/file/{path:path}")
def file(path: str) -> FileResponse:
    return FileResponse(path)
