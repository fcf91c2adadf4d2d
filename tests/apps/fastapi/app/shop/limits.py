import time
from collections import defaultdict

from fastapi import HTTPException, Request


class RateLimiter:
    """At most `times` requests in `seconds`, for each address."""

    def __init__(self, times: int, seconds: int) -> None:
        self.times = times
        self.seconds = seconds
        self.seen: dict[str, list[float]] = defaultdict(list)

    async def __call__(self, request: Request) -> None:
        now = time.monotonic()
        host = request.client.host if request.client else "unknown"
        recent = [moment for moment in self.seen[host] if now - moment < self.seconds]
        if len(recent) >= self.times:
            raise HTTPException(status_code=429, detail="Too many requests")
        self.seen[host] = [*recent, now]
