import ast

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

bearer = HTTPBearer()
router = APIRouter(prefix="/validate", dependencies=[Depends(bearer)])


class Code(BaseModel):
    code: str


@router.post("/code")
def post_validate_code(code: Code) -> dict[str, list[str]]:
    try:
        ast.parse(code.code)
    except SyntaxError as error:
        return {"errors": [str(error)]}
    return {"errors": []}


app = FastAPI()
app.include_router(router)
