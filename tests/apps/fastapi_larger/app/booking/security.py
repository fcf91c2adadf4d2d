import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request, status
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext
from sqlmodel import select

from booking.db import SessionDep
from booking.models import User
from booking.settings import settings

passwords = CryptContext(schemes=["argon2"])
bearer = OAuth2PasswordBearer(tokenUrl="/auth/token")


def make_token(user: User) -> str:
    claims = {"sub": str(user.id), "exp": datetime.now(UTC) + timedelta(minutes=30)}
    return jwt.encode(claims, settings.jwt_secret, algorithm="HS256")


def current_user(session: SessionDep, token: Annotated[str, Depends(bearer)]) -> User:
    try:
        claims = jwt.decode(token, settings.jwt_secret, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from error
    user = session.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return user


CurrentUser = Annotated[User, Depends(current_user)]


def require_admin(user: CurrentUser) -> User:
    if user.role != "admin":
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return user


def authenticate(session: SessionDep, email: str, password: str) -> User | None:
    user = session.exec(select(User).where(User.email == email)).first()
    if user is None or not passwords.verify(password, user.password_hash):
        return None
    return user


def verify_payment_signature(body: bytes, signature: str) -> bool:
    expected = hmac.new(settings.payment_secret.encode(), body, sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


class LoginRateLimiter:
    """Five attempts a minute for each address."""

    def __init__(self, times: int = 5) -> None:
        self.times = times
        self.seen: dict[str, list[datetime]] = {}

    def __call__(self, request: Request) -> None:
        now = datetime.now(UTC)
        address = request.client.host if request.client else ""
        recent = [one for one in self.seen.get(address, []) if now - one < timedelta(minutes=1)]
        if len(recent) >= self.times:
            raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS)
        self.seen[address] = [*recent, now]
