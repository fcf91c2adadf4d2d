import random
import time


def generate_timestamp() -> int:
    return int(time.time())


def generate_nonce(length: int = 8) -> str:
    """Generate pseudorandom number."""
    return "".join([str(random.randint(0, 9)) for _ in range(length)])
