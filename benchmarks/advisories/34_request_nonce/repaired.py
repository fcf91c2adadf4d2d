import secrets
import time


def generate_timestamp() -> int:
    return int(time.time())


def generate_nonce(length: int = 16) -> str:
    """Generate a number that nobody guesses."""
    return secrets.token_hex(length)
