from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from ..database import get_db
from ..models import Invoice, Item, Order, User
from ..schemas import OrderCreate
from ..security import get_current_active_user

router = APIRouter(prefix="/orders", tags=["orders"])
CurrentUser = Annotated[User, Depends(get_current_active_user)]
SessionDep = Annotated[Session, Depends(get_db)]


@router.get("/")
async def read_orders(current_user: CurrentUser, db: SessionDep):
    return db.query(Order).filter(Order.owner_id == current_user.id).all()


@router.get("/{order_id}")
async def read_order(order_id: int, current_user: CurrentUser, db: SessionDep):
    order = db.get(Order, order_id)
    if order is None or order.owner_id != current_user.id:
        raise HTTPException(status_code=404, detail="Order not found")
    return order


@router.get("/invoices/{invoice_id}")
async def read_invoice(invoice_id: int, current_user: CurrentUser, db: SessionDep):
    invoice = db.get(Invoice, invoice_id)
    if invoice is None or invoice.owner_id != current_user.id:
        raise HTTPException(status_code=404, detail="Invoice not found")
    return invoice


@router.post("/")
async def create_order(data: OrderCreate, current_user: CurrentUser, db: SessionDep):
    item = db.get(Item, data.item_id)
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    order = Order(
        owner_id=current_user.id,
        item_id=item.id,
        quantity=data.quantity,
        total=item.price * data.quantity,
    )
    db.add(order)
    db.commit()
    return order


@router.delete("/{order_id}", status_code=204)
async def cancel_order(order_id: int, current_user: CurrentUser, db: SessionDep):
    order = db.get(Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    if order.owner_id != current_user.id:
        raise HTTPException(status_code=403, detail="Not your order")
    db.delete(order)
    db.commit()
