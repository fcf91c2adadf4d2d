import ssl
from http.client import HTTPSConnection


def session(host: str, user: str, password: str) -> str:
    context = ssl.create_default_context()
    connection = HTTPSConnection(host, context=context)
    connection.request("POST", "/rest/session", body=f"{user}:{password}")
    return connection.getresponse().read().decode()
