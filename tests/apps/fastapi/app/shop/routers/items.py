from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from ..database import get_db
from ..models import Item, Review, User
from ..schemas import ItemCreate, ReviewCreate
from ..security import get_current_active_user, require_admin

router = APIRouter(prefix="/items", tags=["items"], responses={404: {"description": "Not found"}})


@router.get("/")
async def read_items(db: Annotated[Session, Depends(get_db)], skip: int = 0, limit: int = 100):
    return db.query(Item).offset(skip).limit(limit).all()


@router.get("/{item_id}")
async def read_item(item_id: int, db: Annotated[Session, Depends(get_db)]):
    item = db.get(Item, item_id)
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    return item


@router.post("/", dependencies=[Depends(require_admin)])
async def create_item(data: ItemCreate, db: Annotated[Session, Depends(get_db)]):
    item = Item(**data.model_dump())
    db.add(item)
    db.commit()
    return item


@router.put("/{item_id}", dependencies=[Depends(require_admin)])
async def update_item(item_id: int, data: ItemCreate, db: Annotated[Session, Depends(get_db)]):
    item = db.get(Item, item_id)
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    for key, value in data.model_dump().items():
        setattr(item, key, value)
    db.commit()
    return item


@router.delete("/{item_id}", status_code=204)
async def delete_item(item_id: int, db: Annotated[Session, Depends(get_db)]):
    item = db.get(Item, item_id)
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    db.delete(item)
    db.commit()


@router.post("/reviews")
async def create_review(
    data: ReviewCreate,
    current_user: Annotated[User, Depends(get_current_active_user)],
    db: Annotated[Session, Depends(get_db)],
):
    review = Review(author_id=current_user.id, item_id=data.item_id, text=data.text)
    db.add(review)
    db.commit()
    return review
