from fastapi import APIRouter, Request

from booking.db import SessionDep
from booking.models import Booking

router = APIRouter(prefix="/payments", tags=["payments"])


@router.post("/webhook")
async def payment_webhook(request: Request, session: SessionDep) -> dict[str, bool]:
    event = await request.json()
    if event["type"] == "payment.succeeded":
        booking = session.get(Booking, event["data"]["booking"])
        booking.paid = True
        session.commit()
    return {"received": True}
