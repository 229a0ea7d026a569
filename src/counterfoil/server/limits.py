"""What one client may take of the server: time, memory, threads, connections."""

from dataclasses import dataclass

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Seconds, bytes and counts. Tests pass smaller ones."""

    head_seconds: float = 10.0
    """From the connection, or from the first byte of a later request, to the end of its headers."""
    body_seconds: float = 20.0
    """From the end of the headers to the end of the body."""
    idle_seconds: int = 15
    """Between two requests of a connection."""
    stall_seconds: float = 20.0
    """In which a client must take `stall_bytes` more of what waits for it."""
    stall_bytes: int = 16 * KIBIBYTE
    send_buffer: int = 256 * KIBIBYTE
    """The system's own, per connection. A larger one would hide for longer whether a client takes anything."""
    answer_seconds: float = 900.0
    """In which a client must have taken a whole answer of more than 64 KiB."""
    head_bytes: int = 64 * KIBIBYTE
    small_bytes: int = MEBIBYTE
    """Bodies of a webhook up to here are read before anything else is known of it."""
    body_bytes: int = 16 * MEBIBYTE
    """Larger bodies are not read."""
    bodies_bytes: int = 96 * MEBIBYTE
    """In the memory at once, of all bodies together."""
    whole_bytes: int = 4 * MEBIBYTE
    """Answers up to here are made whole, so that their thread is free while they are sent."""
    connections: int = 1_000
    connections_per_address: int = 250
    pipelined: int = 20
    """Requests that a client may send ahead, before the first is answered."""
    people_threads: int = 8
    people_wait: float = 10.0
    """For a free thread; then the answer is 503."""
    webhook_threads: int = 4
    webhook_wait: float = 0.8
    """For a free thread; then the answer is 503. Robaws waits two seconds for an answer."""
    waiting: int = 500
    """Requests of one kind that wait for a thread."""
    stop_seconds: int = 5
    """For answers under way when the server is stopped."""
