import jwt
from flask import Flask, request, session

app = Flask(__name__)
KEYS = jwt.PyJWKClient("https://lms.example.org/.well-known/jwks.json")


@app.post("/lti13/launch")
def launch():
    token = request.form["id_token"]
    key = KEYS.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="hub")
    session["user"] = claims["email"]
    return "", 204
