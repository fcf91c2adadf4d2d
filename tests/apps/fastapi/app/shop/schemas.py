from pydantic import BaseModel, EmailStr, Field


class Token(BaseModel):
    access_token: str
    token_type: str


class UserCreate(BaseModel):
    email: EmailStr
    password: str


class UserOut(BaseModel):
    id: int
    email: EmailStr
    role: str


class ItemCreate(BaseModel):
    title: str
    description: str
    price: int = Field(ge=0)


class OrderCreate(BaseModel):
    item_id: int
    quantity: int = Field(ge=1)
    price: int


class ReviewCreate(BaseModel):
    item_id: int
    text: str = Field(max_length=2000)


class PasswordReset(BaseModel):
    email: EmailStr
