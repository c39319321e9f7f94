"""The Jupyter server's part in the live labs: what a kernel says goes to the browser at once."""

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's websocket without Nagle's algorithm.

    A kernel answers a slider with several small messages. With that algorithm (RFC 896, 1984) the
    second waits until the browser has acknowledged the first, and a browser in the middle of a drag
    puts that off for 40 ms: a lab then follows the hand 15 times a second instead of 50. Jupyter
    Server leaves the algorithm on. `start.py` sets this class as
    `ServerApp.kernel_websocket_connection_class` in the course's own environment.
    """

    def connect(self) -> Any:
        self.websocket_handler.set_nodelay(True)
        return super().connect()
