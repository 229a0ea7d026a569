"""/clients/{id}/comments (contract section 2.6)."""

import orjson

from counterfoil_simulators.robaws import bodies, pages
from counterfoil_simulators.robaws.clients import find_client
from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse


def list_comments(call: RobawsCall, client_id: str) -> WireResponse:
    """GET: the comments, oldest first. That this route exists is inferred."""
    with call.tenant.store.lock:
        record = find_client(call.tenant.store.live, client_id)
        comments = call.tenant.store.comments.get(record.id, [])
    window = pages.parse_window(call.request.query, call.tenant.switches)
    items = comments[window.start : window.start + window.size]
    return pages.render_envelope(pages.RobawsPage(window, items, [], len(comments)))


def create_comment(call: RobawsCall, client_id: str) -> WireResponse:
    """POST `{"content": "..."}`: 201 and the comment."""
    tenant = call.tenant
    body = bodies.parse_json(call.request)
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, str) or not content:
        raise bad_request("content must not be blank", "content")
    with tenant.store.lock:
        record = find_client(tenant.store.live, client_id)
        number = str(tenant.store.next_id("comments"))
        comment = orjson.dumps({"id": number, "content": content, "createdAt": tenant.timestamp()})
        tenant.store.comments.setdefault(record.id, []).append(comment)
    return WireResponse(201, comment)
