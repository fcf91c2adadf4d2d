from fastapi import APIRouter, Depends

from booking.db import SessionDep
from booking.models import Room
from booking.security import require_admin

router = APIRouter(prefix="/housekeeping", dependencies=[Depends(require_admin)])


@router.post("/{room_id}/cleaned")
def cleaned(session: SessionDep, room_id: int) -> None:
    session.get(Room, room_id)
    session.commit()


@router.post("/{room_id}/closed")
def closed(session: SessionDep, room_id: int) -> None:
    session.get(Room, room_id)
    session.commit()
