import hashlib
import hmac


def sign(payload: bytes, secret: bytes) -> str:
    """The signature of what is kept in memcache."""
    signature = hmac.new(secret, payload, hashlib.sha256).hexdigest()
    return signature
