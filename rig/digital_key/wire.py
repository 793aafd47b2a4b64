"""The bottom layer: APDU bytes out and in, each exchange stamped and kept for the trace."""

from __future__ import annotations

from collections.abc import Callable

from rig.digital_key.apdu import Command, Response, Send, decode_response

Transceive = Callable[[bytes], bytes]
Keep = Callable[[int, int, bytes, bytes, str], None]
"""Called after each exchange: sent_ns, received_ns, command, response, error."""


def wire(transceive: Transceive, keep: Keep, now_ns: Callable[[], int]) -> Send:
    """Carry commands over a card link. What the link raises passes through, after being kept.

    The two stamps stand directly around the driver call: their difference is device time.
    """

    def exchange(command: Command) -> Response:
        apdu = command.encode()
        sent = now_ns()
        try:
            answer = transceive(apdu)
        except Exception as exc:
            keep(sent, now_ns(), apdu, b"", str(exc))
            raise
        keep(sent, now_ns(), apdu, answer, "")
        return decode_response(answer)

    return exchange
