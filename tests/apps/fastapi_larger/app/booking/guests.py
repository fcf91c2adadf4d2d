from fastapi import HTTPException

from booking.models import Booking, User


def cancel(session, booking_id: int, user: User | None) -> None:
    booking = session.get(Booking, booking_id)
    if user:
        if user.id != booking.user_id:
            raise HTTPException(status_code=403)
    session.delete(booking)
    session.commit()


def rename(session, email: str, user: User | None) -> None:
    if user is None:
        raise HTTPException(status_code=401)
    user.email = email
    session.commit()
