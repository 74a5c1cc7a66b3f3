"""FastAPI on uvicorn: the body from Request, so that nothing parses it first; JSON errors."""

from events import apply, ledger
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from signature import is_genuine

app = FastAPI()


@app.post("/api/webhooks/kwikpaisa")
async def webhook(request: Request, x_signature: str = Header(), x_timestamp: str = Header()) -> dict[str, str]:
    body = await request.body()
    if not is_genuine(body, x_timestamp, x_signature):
        raise HTTPException(401, "invalid signature")
    if not await run_in_threadpool(apply, body):
        raise HTTPException(400, "not an event")
    return {"status": "ok"}


@app.get("/ledger/{order}")
def books(order: str) -> dict[str, object]:
    return ledger(order)
