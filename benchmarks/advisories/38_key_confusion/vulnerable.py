import jwt


def current_user(token: str, public_key: str) -> str:
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, public_key, algorithms=[header["alg"]])
    return claims["sub"]
