import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.post("/imports/{name}")
async def start_import(name: str, rows: list[str]) -> dict[str, int]:
    connection = await asyncpg.connect()
    async with connection.transaction():
        await connection.execute(f"SAVEPOINT {name}")
        for row in rows:
            await connection.execute("INSERT INTO line (body) VALUES ($1)", row)
        await connection.execute(f"RELEASE SAVEPOINT {name}")
    return {"rows": len(rows)}
