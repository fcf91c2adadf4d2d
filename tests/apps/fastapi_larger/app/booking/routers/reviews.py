from fastapi import APIRouter, HTTPException
from sqlmodel import select

from booking.db import SessionDep
from booking.models import Review
from booking.security import CurrentUser

router = APIRouter(prefix="/reviews", tags=["reviews"])


@router.get("/of/{room_id}")
def of_a_room(session: SessionDep, room_id: int) -> list[Review]:
    return list(session.exec(select(Review).where(Review.room_id == room_id)))


@router.post("/of/{room_id}")
def write(session: SessionDep, user: CurrentUser, room_id: int, text: str) -> Review:
    made = Review(author_id=user.id, room_id=room_id, text=text)
    session.add(made)
    session.commit()
    return made


@router.delete("/{review_id}")
def withdraw(session: SessionDep, user: CurrentUser, review_id: int) -> None:
    found = session.get(Review, review_id)
    if found is None or found.author_id != user.id:
        raise HTTPException(404)
    session.delete(found)
    session.commit()
