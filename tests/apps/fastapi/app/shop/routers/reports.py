from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import func
from sqlalchemy.orm import Session

from ..database import get_db
from ..models import Order
from ..security import require_admin

router = APIRouter(prefix="/reports", tags=["reports"], dependencies=[Depends(require_admin)])


@router.get("/sales")
async def sales(db: Annotated[Session, Depends(get_db)]):
    return db.query(func.sum(Order.total)).scalar()
