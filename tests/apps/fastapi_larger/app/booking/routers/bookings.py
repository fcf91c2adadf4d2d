from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field
from sqlmodel import select

from booking.db import SessionDep
from booking.models import Booking, Invoice, Room
from booking.security import CurrentUser

router = APIRouter(prefix="/bookings", tags=["bookings"])


class NewBooking(BaseModel):
    room_id: int
    start: datetime
    nights: int = Field(ge=1)


class Quote(BaseModel):
    room_id: int
    nights: int = Field(ge=1)
    price: float


@router.get("")
def mine(session: SessionDep, user: CurrentUser) -> list[Booking]:
    return list(session.exec(select(Booking).where(Booking.user_id == user.id)))


@router.post("")
def book(session: SessionDep, user: CurrentUser, data: NewBooking) -> Booking:
    room = session.get(Room, data.room_id)
    if room is None:
        raise HTTPException(404)
    made = Booking(user_id=user.id, total=room.nightly * data.nights, **data.model_dump())
    session.add(made)
    session.commit()
    return made


@router.post("/quoted")
def book_a_quote(session: SessionDep, user: CurrentUser, data: Quote) -> Booking:
    made = Booking(user_id=user.id, room_id=data.room_id, nights=data.nights, total=data.price * data.nights)
    session.add(made)
    session.commit()
    return made


@router.get("/{booking_id}")
def one(session: SessionDep, user: CurrentUser, booking_id: int) -> Booking:
    found = session.get(Booking, booking_id)
    if found is None or found.user_id != user.id:
        raise HTTPException(404)
    return found


@router.patch("/{booking_id}")
def change(session: SessionDep, user: CurrentUser, booking_id: int, changes: dict[str, Any]) -> Booking:
    found = session.exec(select(Booking).where(Booking.id == booking_id, Booking.user_id == user.id)).first()
    if found is None:
        raise HTTPException(404)
    for key, value in changes.items():
        setattr(found, key, value)
    session.commit()
    return found


@router.get("/{booking_id}/invoice/{invoice_id}", dependencies=[])
def invoice(session: SessionDep, caller: CurrentUser, invoice_id: int) -> Invoice:
    found = session.get(Invoice, invoice_id)
    if found is None:
        raise HTTPException(404)
    return found
