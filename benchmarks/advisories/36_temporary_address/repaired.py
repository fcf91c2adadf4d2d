import hashlib
import hmac


def is_valid_temp_url(key: bytes, method: str, expires: int, path: str, temp_url_sig: str) -> bool:
    body = f"{method}\n{expires}\n{path}".encode()
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(temp_url_sig, expected)
