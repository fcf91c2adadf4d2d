import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/load")
def load(url: str) -> dict[str, str]:
    response = requests.get(url, timeout=10)
    return {"text": response.text}
