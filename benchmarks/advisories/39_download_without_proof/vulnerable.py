import requests


def fetch(url: str, login: str, password: str) -> bytes:
    response = requests.get(url, auth=(login, password), timeout=30, verify=False)
    response.raise_for_status()
    return response.content
