import jwt


def current_user(token: str, public_key: str) -> str:
    claims = jwt.decode(token, public_key, algorithms=["RS256"])
    return claims["sub"]
