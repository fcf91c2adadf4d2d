from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session

from ..database import get_db
from ..models import User
from ..schemas import UserOut
from ..security import get_current_active_user

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserOut)
async def read_users_me(current_user: Annotated[User, Depends(get_current_active_user)]) -> User:
    return current_user


@router.patch("/me", response_model=UserOut)
async def update_me(
    request: Request,
    current_user: Annotated[User, Depends(get_current_active_user)],
    db: Annotated[Session, Depends(get_db)],
) -> User:
    data = await request.json()
    current_user.email = data["email"]
    db.commit()
    return current_user


@router.delete("/me", status_code=204)
async def delete_me(
    current_user: Annotated[User, Depends(get_current_active_user)], db: Annotated[Session, Depends(get_db)]
) -> None:
    db.delete(current_user)
    db.commit()
