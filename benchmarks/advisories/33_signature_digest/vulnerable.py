import hashlib


def sign(payload: bytes, secret: bytes) -> str:
    """The signature of what is kept in memcache."""
    signature = hashlib.md5(secret + payload).hexdigest()
    return signature
