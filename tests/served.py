"""A portal on a real socket that a test may take away and bring back, as when a phone walks out of the Wi-Fi."""

import socket
from dataclasses import dataclass, field

from portal_rig import Here, portal_settings

from captive_portal.app import create_app
from captive_portal.serve import Serving, serve


@dataclass
class Served:
    """The pages of one hub at one address."""

    here: Here
    port: int = 0
    address: str = ""
    serving: Serving | None = None
    bound: list[socket.socket] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)

    def come(self) -> "Served":
        """Serve, at the same address as before if there was one."""
        self.bound = [socket.create_server(("127.0.0.1", self.port))]
        self.port = self.bound[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        settings = portal_settings(addresses=(self.address,), **self.settings)
        self.serving = serve(create_app(self.here.hub, portal=settings, clock=self.here.time), self.bound)
        return self

    def go(self) -> None:
        if self.serving is not None:
            self.serving.close()
        self.serving = None
        for one in self.bound:
            one.close()
