import ipaddress
import socket
from urllib.parse import urlsplit

import requests
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/load")
def load(url: str) -> dict[str, str]:
    _refuse_inner(url)
    response = requests.get(url, timeout=10, allow_redirects=False)
    return {"text": response.text}


def _refuse_inner(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise HTTPException(status_code=400)
    for *_, place in socket.getaddrinfo(parts.hostname, parts.port or 443):
        if not ipaddress.ip_address(place[0]).is_global:
            raise HTTPException(status_code=400)
