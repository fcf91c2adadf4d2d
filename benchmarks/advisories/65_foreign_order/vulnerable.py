from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from .auth import get_current_user
from .database import get_session
from .models import Order, User

router = APIRouter(prefix="/orders")


@router.get("/")
def own_orders(user: User = Depends(get_current_user), db: Session = Depends(get_session)):
    return db.query(Order).filter(Order.user_id == user.id).all()


@router.delete("/{order_id}")
def cancel(order_id: int, user: User = Depends(get_current_user), db: Session = Depends(get_session)):
    order = db.query(Order).filter(Order.id == order_id).first()
    db.delete(order)
    db.commit()
    return {"cancelled": order_id}
