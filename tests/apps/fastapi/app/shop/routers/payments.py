import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.orm import Session

from ..config import get_settings
from ..database import get_db
from ..models import Order

router = APIRouter(prefix="/payments", tags=["payments"])


@router.post("/webhook")
async def payment_webhook(request: Request, db: Annotated[Session, Depends(get_db)]):
    event = await request.json()
    if event["type"] == "payment_intent.succeeded":
        order = db.get(Order, event["data"]["order_id"])
        order.status = "paid"
        db.commit()
    return {"received": True}


@router.post("/refund-webhook")
async def refund_webhook(request: Request, db: Annotated[Session, Depends(get_db)]):
    body = await request.body()
    expected = hmac.new(get_settings().webhook_key.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Signature", "")):
        raise HTTPException(status_code=400, detail="Bad signature")
    event = await request.json()
    order = db.get(Order, event["order_id"])
    order.status = "refunded"
    db.commit()
    return {"received": True}
