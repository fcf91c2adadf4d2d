import pickle

from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/task")
async def run_task(request: Request) -> dict[str, str]:
    body = await request.body()
    task = pickle.loads(body)
    return {"method": task["method"]}
