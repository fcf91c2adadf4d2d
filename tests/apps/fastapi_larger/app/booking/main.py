from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from booking.routers import auth, bookings, live, payments, reviews, rooms
from booking.settings import settings

app = FastAPI(title="Booking")
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.allowed_origins,
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
for part in (auth.router, rooms.router, bookings.router):
    app.include_router(part)
app.include_router(reviews.router)
app.include_router(payments.router)
app.include_router(live.router)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
