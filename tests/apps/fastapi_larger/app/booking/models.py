from datetime import datetime

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    password_hash: str
    role: str = "guest"


class Room(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    nightly: float


class Booking(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    room_id: int = Field(foreign_key="room.id")
    start: datetime
    nights: int
    total: float
    paid: bool = False


class Invoice(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    booking_id: int = Field(foreign_key="booking.id")
    amount: float


class Review(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    author_id: int = Field(foreign_key="user.id")
    room_id: int = Field(foreign_key="room.id")
    text: str
