from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response, status
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr

from booking.db import SessionDep
from booking.models import User
from booking.security import authenticate, make_token, passwords

router = APIRouter(prefix="/auth", tags=["auth"])


class Registration(BaseModel):
    email: EmailStr
    password: str
    role: str = "guest"


@router.post("/token")
def token(session: SessionDep, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    user = authenticate(session, form.username, form.password)
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return {"access_token": make_token(user), "token_type": "bearer"}


@router.post("/register", status_code=201)
def register(session: SessionDep, data: Registration) -> dict[str, int | None]:
    user = User(email=data.email, password_hash=passwords.hash(data.password), role=data.role)
    session.add(user)
    session.commit()
    return {"id": user.id}


@router.post("/logout")
def logout(response: Response) -> None:
    response.delete_cookie("session")
