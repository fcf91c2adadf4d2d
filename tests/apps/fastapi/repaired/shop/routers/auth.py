from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy.orm import Session

from ..database import get_db
from ..limits import RateLimiter
from ..mail import send_reset_mail
from ..models import User
from ..schemas import PasswordReset, Token, UserCreate, UserOut
from ..security import authenticate_user, create_access_token, password_hash

router = APIRouter(prefix="/auth", tags=["auth"])
few = RateLimiter(times=5, seconds=60)


@router.post("/token", dependencies=[Depends(few)])
async def login_for_access_token(
    form_data: Annotated[OAuth2PasswordRequestForm, Depends()], db: Annotated[Session, Depends(get_db)]
) -> Token:
    user = authenticate_user(db, form_data.username, form_data.password)
    if user is None:
        raise HTTPException(status_code=401, detail="Incorrect username or password")
    return Token(access_token=create_access_token(user.email), token_type="bearer")


@router.post("/register", response_model=UserOut)
async def register(data: UserCreate, db: Annotated[Session, Depends(get_db)]) -> User:
    user = User(email=data.email, hashed_password=password_hash.hash(data.password))
    db.add(user)
    db.commit()
    return user


@router.post("/reset-password", status_code=202, dependencies=[Depends(few)])
async def request_password_reset(data: PasswordReset, db: Annotated[Session, Depends(get_db)]) -> None:
    user = db.query(User).filter(User.email == data.email).first()
    if user is not None:
        send_reset_mail(user)
