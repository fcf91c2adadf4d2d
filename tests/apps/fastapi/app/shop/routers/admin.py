from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from ..database import get_db
from ..models import Order, User
from ..security import require_admin

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(require_admin)])


@router.get("/users")
async def list_users(db: Annotated[Session, Depends(get_db)]):
    return db.query(User).all()


@router.post("/users/{user_id}/deactivate")
async def deactivate(user_id: int, db: Annotated[Session, Depends(get_db)]):
    user = db.get(User, user_id)
    user.is_active = False
    db.commit()


@router.delete("/orders/{order_id}", status_code=204)
async def delete_order(order_id: int, db: Annotated[Session, Depends(get_db)]):
    db.delete(db.get(Order, order_id))
    db.commit()
