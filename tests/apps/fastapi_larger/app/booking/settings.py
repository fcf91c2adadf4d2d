from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "sqlite:///booking.db"
    jwt_secret: str
    payment_secret: str
    allowed_origins: list[str] = ["https://booking.example"]


settings = Settings()
