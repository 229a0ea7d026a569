"""The ASGI application: reads a request whole, has a thread answer it, and sends the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from wsgiref.types import WSGIApplication

import structlog

from counterfoil.server import plain_pages
from counterfoil.server.bodies import Body, BodyMemory, ClientGone, NoMemory, RequestTooLarge
from counterfoil.server.exchange import Exchange
from counterfoil.server.limits import ServerLimits
from counterfoil.server.thread_pool import PoolFull, ThreadPool
from counterfoil.server.wsgi import Answer, UnreadBody, call, environ

log = structlog.get_logger()


class Application:
    """Webhooks have threads of their own, so that neither they nor people wait for the other."""

    def __init__(self, application: WSGIApplication, webhooks: str, limits: ServerLimits) -> None:
        """Make the threads. `webhooks` is what the addresses of webhooks begin with."""
        self._application, self._prefix, self._limits = application, webhooks, limits
        self._memory = BodyMemory(limits.bodies_bytes)
        self._people = ThreadPool("people", limits.people_threads, limits.people_wait, limits.waiting)
        self._webhooks = ThreadPool("webhook", limits.webhook_threads, limits.webhook_wait, limits.waiting)

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send)
        try:
            with self._memory.body() as body:
                answer = await self._answer(exchange, body)
            if answer.rest is None:
                await exchange.send_whole(answer)
        except ClientGone:
            return
        except asyncio.CancelledError:  # the server stops, and does not wait any longer
            if not exchange.has_begun:
                await exchange.send_whole(plain_pages.busy())
        except Exception:
            log.exception("answer broken off")
            raise  # the server closes the connection, so that it does not pass for a whole one

    async def _answer(self, exchange: Exchange, body: Body) -> Answer:
        is_webhook = exchange.path.startswith(self._prefix)
        try:
            if is_webhook:
                return await self._answer_webhook(exchange, body)
            if exchange.announced_length() > self._limits.body_bytes:
                return plain_pages.too_large()
            return await self._read_and_work(exchange, body)
        except (PoolFull, NoMemory):
            return plain_pages.webhook_busy() if is_webhook else plain_pages.busy()
        except RequestTooLarge:
            return plain_pages.too_large()

    async def _answer_webhook(self, exchange: Exchange, body: Body) -> Answer:
        """Answer a webhook. The application may refuse a large one by its headers, before its body is read."""
        length = exchange.announced_length()
        if length > self._limits.small_bytes:
            unread = UnreadBody()
            answer = await self._work(self._webhooks, exchange, unread, length)
            if not unread.was_wanted:
                return answer
        try:
            return await self._read_and_work(exchange, body)
        except RequestTooLarge:
            return await self._work(self._webhooks, exchange, UnreadBody(), body.size)

    async def _read_and_work(self, exchange: Exchange, body: Body) -> Answer:
        content = await exchange.read(body, self._limits.body_bytes)
        pool = self._webhooks if exchange.path.startswith(self._prefix) else self._people
        return await self._work(pool, exchange, content, len(content))

    async def _work(self, pool: ThreadPool, exchange: Exchange, body: bytes | UnreadBody, length: int) -> Answer:
        send_rest = partial(exchange.send_from_thread, asyncio.get_running_loop())
        made = environ(exchange.scope, body, length)
        try:
            return await pool.run(partial(call, self._application, made, self._limits.whole_bytes, send_rest))
        except (PoolFull, ClientGone):
            raise
        except Exception:
            if isinstance(body, UnreadBody) and body.was_wanted:
                return plain_pages.failed()  # it is called again with the body
            if exchange.has_begun:
                raise
            log.exception("request failed")
            return plain_pages.failed()
