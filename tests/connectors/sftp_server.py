"""A real OpenSSH server on the loopback for one test session: its own port, keys and folders, no account but the present one.

A `Wire` stands between: it counts connections and cuts the line after so many bytes from the server.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_ed25519
HostKey {folder}/host_rsa
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
PubkeyAuthentication yes
PasswordAuthentication yes
PermitRootLogin yes
StrictModes no
UsePAM no
LogLevel VERBOSE
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass
class Server:
    """`folder` is what the clearinghouse offers; a file that is put there looks an hour old."""

    base: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    seconds: int = 0

    @property
    def folder(self) -> Path:
        return self.base / "outgoing"

    @property
    def user_key(self) -> Path:
        return self.base / "user_ed25519"

    def fingerprint(self, kind: str = "ed25519") -> str:
        """As `ssh-keygen -l` says it: not by the code under test."""
        line = subprocess.run(
            ["ssh-keygen", "-l", "-E", "sha256", "-f", str(self.base / f"host_{kind}.pub")], capture_output=True, check=True, text=True
        ).stdout
        return line.split()[1]

    def key_line(self, kind: str = "ed25519") -> str:
        return (self.base / f"host_{kind}.pub").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return (self.base / "sshd.log").read_text(encoding="utf-8", errors="replace")

    def put(self, name: str | bytes, content: str | bytes, age: int = 3600) -> Path:
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.folder), os.fsencode(name))))
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.seconds += 1
        moment = int(time.time()) - age + self.seconds
        os.utime(path, (moment, moment))
        return path

    def settings(self, port: int | None = None, **more: object) -> dict[str, object]:
        """The table [source.settings.sftp] of an office that may sign in."""
        usual: dict[str, object] = {
            "host": "127.0.0.1", "port": port or self.port, "user": getpass.getuser(), "key_file": str(self.user_key),
            "host_key": self.fingerprint(), "folders": [str(self.folder)], "settle_seconds": 0, "timeout_seconds": 5,
        }  # fmt: skip
        return {key: value for key, value in {**usual, **more}.items() if value is not None}

    def empty(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


def start_server(base: Path) -> Server:
    """Skips with the reason where there is no sshd; fails where CI demands one."""
    program = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None or os.name == "nt":
        reason = "no sshd on this machine (Debian: openssh-server)"
        if os.environ.get("HUB_REQUIRE_SERVICES"):
            pytest.fail(reason)
        pytest.skip(reason)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(base, port)
    server.folder.mkdir()
    for name, kind in (("host_ed25519", "ed25519"), ("host_rsa", "rsa"), ("user_ed25519", "ed25519")):
        command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(base / name)]
        subprocess.run(command + (["-b", "2048"] if kind == "rsa" else []), check=True, timeout=60)
    shutil.copy(base / "user_ed25519.pub", base / "authorized_keys")
    config = base / "sshd_config"
    config.write_text(_CONFIG.format(port=port, folder=base), encoding="utf-8")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd locks itself in before anybody signed in
    server.process = subprocess.Popen([program, "-D", "-f", str(config), "-E", str(base / "sshd.log")])
    _wait_for(server)
    return server


def _wait_for(server: Server) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", server.port), 1).close()
            return
        except OSError:
            assert server.process is not None and server.process.poll() is None, server.log
            time.sleep(0.05)
    raise AssertionError(server.log)


@dataclass
class Wire:
    """A proxy before the server. `cut_after`: so many bytes of the server come through, then both ends are hung up."""

    server: Server
    cut_after: int | None = None
    connections: int = 0
    silent: bool = False
    port: int = 0
    _listener: socket.socket | None = None
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Wire:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listener is not None
        _hang_up(self._listener)  # wakes the thread that accepts, so that nothing is opened after this
        self._threads[0].join(10)
        for each in self._open:
            _hang_up(each)
        for thread in self._threads:
            thread.join(10)
        for each in (self._listener, *self._open):
            each.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(near)
            if self.silent:
                continue
            far = socket.create_connection(("127.0.0.1", self.server.port))
            self._open.append(far)
            self._start(self._copy, near, far, None)
            self._start(self._copy, far, near, self.cut_after)

    def _copy(self, source: socket.socket, target: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while block := source.recv(16_384):
                if left is not None:
                    block, left = block[:left], left - len(block)
                target.sendall(block)
                if left is not None and left <= 0:
                    break
        for each in (source, target):
            _hang_up(each)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
