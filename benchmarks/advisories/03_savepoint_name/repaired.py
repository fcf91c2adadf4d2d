import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.post("/imports/{name}")
async def start_import(name: str, rows: list[str]) -> dict[str, int]:
    connection = await asyncpg.connect()
    async with connection.transaction():
        async with connection.transaction():
            for row in rows:
                await connection.execute("INSERT INTO line (batch, body) VALUES ($1, $2)", name, row)
    return {"rows": len(rows)}
