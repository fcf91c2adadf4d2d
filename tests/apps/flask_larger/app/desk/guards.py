from collections import defaultdict
from functools import wraps
from time import monotonic

from flask import abort, request
from flask_login import current_user


def role_required(role):
    def decorator(view):
        @wraps(view)
        def wrapped(*args, **kwargs):
            if not current_user.is_authenticated:
                abort(401)
            if current_user.role != role:
                abort(403)
            return view(*args, **kwargs)

        return wrapped

    return decorator


def rate_limit(times, seconds):
    """Refuses more calls than that from one address."""
    seen = defaultdict(list)

    def decorator(view):
        @wraps(view)
        def wrapped(*args, **kwargs):
            now = monotonic()
            recent = [one for one in seen[request.remote_addr] if now - one < seconds]
            if len(recent) >= times:
                abort(429)
            seen[request.remote_addr] = [*recent, now]
            return view(*args, **kwargs)

        return wrapped

    return decorator
