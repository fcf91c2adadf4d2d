from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import select

from booking.db import SessionDep
from booking.models import Room
from booking.security import require_admin

router = APIRouter(prefix="/rooms", tags=["rooms"])


@router.get("")
def rooms(session: SessionDep) -> list[Room]:
    return list(session.exec(select(Room)))


@router.get("/{room_id}")
def room(session: SessionDep, room_id: int) -> Room:
    found = session.get(Room, room_id)
    if found is None:
        raise HTTPException(404)
    return found


@router.post("", dependencies=[Depends(require_admin)])
def add_room(session: SessionDep, room: Room) -> Room:
    session.add(room)
    session.commit()
    return room


@router.put("/{room_id}", dependencies=[Depends(require_admin)])
def change_room(session: SessionDep, room_id: int, name: str, nightly: float) -> Room:
    found = session.get(Room, room_id)
    if found is None:
        raise HTTPException(404)
    found.name, found.nightly = name, nightly
    session.commit()
    return found


@router.patch("/{room_id}/photo", dependencies=[Depends(require_admin)])
def change_photo(session: SessionDep, room_id: int, url: str) -> None:
    found = session.get(Room, room_id)
    if found is None:
        raise HTTPException(404)
    found.photo = url
    session.commit()


@router.delete("/{room_id}")
def remove_room(session: SessionDep, room_id: int) -> None:
    found = session.get(Room, room_id)
    if found is None:
        raise HTTPException(404)
    session.delete(found)
    session.commit()
