import ast

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

router = APIRouter(prefix="/validate")


class Code(BaseModel):
    code: str


@router.post("/code")
def post_validate_code(code: Code) -> dict[str, list[str]]:
    errors = []
    for node in ast.parse(code.code).body:
        if isinstance(node, ast.FunctionDef):
            try:
                exec(compile(ast.Module(body=[node], type_ignores=[]), "<string>", "exec"))
            except Exception as error:
                errors.append(str(error))
    return {"errors": errors}


app = FastAPI()
app.include_router(router)
