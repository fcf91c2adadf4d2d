from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware

from .config import get_settings
from .database import Base, engine
from .middleware import ProcessTimeMiddleware
from .routers import admin, auth, chat, items, orders, payments, users


@asynccontextmanager
async def lifespan(app: FastAPI):
    Base.metadata.create_all(bind=engine)
    yield


app = FastAPI(title="Shop", lifespan=lifespan)

app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.add_middleware(SessionMiddleware, secret_key=get_settings().secret_key, same_site="none")
app.add_middleware(ProcessTimeMiddleware)

app.include_router(auth.router)
app.include_router(users.router)
app.include_router(items.router)
app.include_router(orders.router)
app.include_router(admin.router)
app.include_router(payments.router)
app.include_router(chat.router)


@app.get("/")
async def root():
    return {"message": "Hello Bigger Applications!"}


@app.get("/healthz")
async def health():
    return {"status": "ok"}
