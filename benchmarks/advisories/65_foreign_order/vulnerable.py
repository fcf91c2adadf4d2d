from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from .auth import get_current_user
from .database import get_session

router = APIRouter(prefix="/orders")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


@router.get("/")
def own_orders(user: User = Depends(get_current_user), db: Session = Depends(get_session)):
    return db.query(Order).filter(Order.user_id == user.id).all()


@router.delete("/{order_id}")
def cancel(order_id: int, user: User = Depends(get_current_user), db: Session = Depends(get_session)):
    order = db.query(Order).filter(Order.id == order_id).first()
    db.delete(order)
    db.commit()
    return {"cancelled": order_id}


app = FastAPI()
app.include_router(router)
