"""Serves stand-in providers to any number of Terraform processes.

Deals with: gRPC, and the variable by which Terraform finds a running provider.
Does not deal with: what is answered (``provider.py``).

Terraform opens one connection for each provider configuration, so that a
connection's address tells aliases and parallel runs apart.
"""

from __future__ import annotations

import json
import os
from concurrent import futures

import grpc

from .provider import Provider

PROTOCOL = 5
SERVICE = "tfplugin5.Provider"


class Handler(grpc.GenericRpcHandler):
    """Answers the calls of one provider; whatever else is called is unimplemented."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def service(self, handler_call_details):
        _, service, method = handler_call_details.method.split("/")
        if service == SERVICE and self.provider.knows(method):
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: self.provider.call(method, request, context.peer())
            )
        if service == "plugin.GRPCController" and method == "Shutdown":
            return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")
        if service == "plugin.GRPCStdio":
            return grpc.unary_stream_rpc_method_handler(lambda _request, _context: iter(()))
        return None


class Served:
    """Running providers. They stop when this is closed."""

    def __init__(self, providers: dict[str, Provider]) -> None:
        self._servers = []
        self.reattach: dict[str, dict] = {}
        for address, provider in providers.items():
            server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
            server.add_generic_rpc_handlers((Handler(provider),))
            port = server.add_insecure_port("127.0.0.1:0")
            server.start()
            self._servers.append(server)
            self.reattach[address] = {
                "Protocol": "grpc",
                "ProtocolVersion": PROTOCOL,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
            }

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_error) -> None:
        for server in self._servers:
            server.stop(grace=None)

    def environment(self, scratch_rc: str) -> dict[str, str]:
        """What a Terraform process needs to find them, and to ask nobody else."""
        return {
            "TF_REATTACH_PROVIDERS": json.dumps(self.reattach),
            "TF_CLI_CONFIG_FILE": scratch_rc,
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
