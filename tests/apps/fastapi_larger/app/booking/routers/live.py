from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from booking.db import SessionDep
from booking.models import Booking

router = APIRouter()


@router.websocket("/live/bookings")
async def live_bookings(websocket: WebSocket, session: SessionDep) -> None:
    await websocket.accept()
    try:
        while True:
            number = await websocket.receive_json()
            found = session.get(Booking, number["booking"])
            await websocket.send_json(found.model_dump())
    except WebSocketDisconnect:
        return
