"""One connection to an SFTP server: its key is compared before anything is said about who we are.

What paramiko leaves to its caller and a run must not depend on: a timeout for every step (a silent server would be waited
for up to an hour), names that are not UTF-8 (one of them would hide the whole folder), and reading one block at a time (its
read-ahead leaves threads behind when a connection breaks, and makes some servers hang up).
"""

from __future__ import annotations

import logging
import socket
import stat
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from connectors.clearinghouse.transports.sftp_settings import SftpSettings, fingerprint_of, fingerprints
from hub.errors import AuthError, HubError, SettingsError, Unavailable

# A server may hold a key of each family; it shows one, of the family that we ask for.
_FAMILIES = (
    ("ssh-ed25519",), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"), ("rsa-sha2-512", "rsa-sha2-256"),
)  # fmt: skip
_BLOCK = 256 * 1024


class Moving(Exception):
    """A file that was not the same from its listing to its last byte."""


class Refused(Exception):
    """The server does not give this one thing; the connection stands. The text is the kind of error."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server lists it; `name` may hold what is no text, `path` is what the server calls it."""

    path: bytes
    name: str
    size: int
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A key that the server proved to have."""

    kind: str
    fingerprint: str


def load_paramiko() -> ModuleType:
    """The library, kept from writing to the log: it names files there. Raises SettingsError when it is not installed."""
    try:
        import paramiko
    except ImportError:
        raise SettingsError(
            "HUB-X30", 'transport = "sftp" needs the package paramiko: pip install "practice-hub[sftp]"'
        ) from None
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    module: ModuleType = paramiko
    return module


def connect(own: SftpSettings, base_dir: Path) -> Connection:
    """Sign in to the server whose key is pinned.

    Raises AuthError (another key, refused), Unavailable (not reached, silent) or SettingsError (no pin, key file).
    """
    paramiko, key, pins = load_paramiko(), _private_key(own, base_dir), fingerprints(own.host_key)
    if not pins:
        raise SettingsError(
            "HUB-X31", "[source.settings.sftp] host_key is missing: hub check shows what the server offers;"
            " compare it with what the clearinghouse says"
        )  # fmt: skip
    shown = []
    with closing(_greetings(paramiko, own)) as greetings:
        for transport, offered in greetings:
            if offered.fingerprint in pins:
                return _signed_in(paramiko, transport, own, key)
            shown.append(f"{offered.kind} {offered.fingerprint}")
    raise AuthError(
        "HUB-X32", f"{own.host} is not the server of host_key: it offers {', '.join(shown)}; nothing was sent to it;"
        " ask the clearinghouse whether its key changed before you change the setting",
    )  # fmt: skip


def offered_keys(own: SftpSettings) -> list[Offered]:
    """Every key that the server has, without signing in. Raises Unavailable."""
    return [offered for _, offered in _greetings(load_paramiko(), own)]


def _greetings(paramiko: Any, own: SftpSettings) -> Generator[tuple[Any, Offered], None, None]:
    """A connection per family of keys that the server has; each is closed when the next one is asked for, unless signed in."""
    shown: set[str] = set()
    for family in (None, *_FAMILIES):
        if family is not None and shown.intersection(family):
            continue
        transport = _greet(paramiko, own, family)
        if transport is None:
            continue
        key = transport.get_remote_server_key()
        shown.update(next((each for each in _FAMILIES if _names(key.get_name(), each)), ()))
        try:
            yield transport, Offered(key.get_name(), fingerprint_of(key.asbytes()))
        finally:
            if not transport.is_authenticated():
                transport.close()


def _names(kind: str, family: Sequence[str]) -> bool:
    return kind in family or (kind == "ssh-rsa" and "rsa-sha2-256" in family)


def _greet(paramiko: Any, own: SftpSettings, family: tuple[str, ...] | None) -> Any:
    """A connection on which keys were exchanged and the server proved its own; None when it has none of the family."""
    transport = None
    try:
        transport = paramiko.Transport(socket.create_connection((own.host, own.port), own.timeout_seconds))
        transport.banner_timeout = transport.handshake_timeout = own.timeout_seconds
        transport.auth_timeout = transport.channel_timeout = own.timeout_seconds
        if family is not None:
            transport.get_security_options().key_types = family
        transport.start_client(timeout=own.timeout_seconds)
        transport.get_remote_server_key()  # start_client returns in silence when its time is over; this does not
        return transport
    except paramiko.SSHException as error:
        if transport is not None:
            transport.close()
        if family is not None and isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            return None
        raise _unreachable(own, error) from None
    except (OSError, EOFError) as error:
        if transport is not None:
            transport.close()
        raise _unreachable(own, error) from None


def _signed_in(paramiko: Any, transport: Any, own: SftpSettings, key: Any) -> Connection:
    try:
        with _deadline(transport, 3 * own.timeout_seconds):
            _authenticate(paramiko, transport, own, key)
            channel = transport.open_session(timeout=own.timeout_seconds)
            channel.settimeout(own.timeout_seconds)
            channel.invoke_subsystem("sftp")
            return Connection(paramiko, transport, paramiko.SFTPClient(channel), own)
    except paramiko.AuthenticationException as error:
        transport.close()
        if "timeout" in str(error).lower():
            raise _unreachable(own, error) from None
        allowed = ", ".join(getattr(error, "allowed_types", ()))
        raise AuthError(
            "HUB-X33", f"{own.host} refuses user {own.user}" + (f" (it allows only: {allowed})" if allowed else "")
            + "; check user, password and key_file; it is tried once a run, because accounts lock",
        ) from None  # fmt: skip
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        raise _unreachable(own, error) from None
    except HubError:
        transport.close()
        raise


def _authenticate(paramiko: Any, transport: Any, own: SftpSettings, key: Any) -> None:
    """The key, and the password where the server wants that too or there is no key."""
    more = transport.auth_publickey(own.user, key) if key is not None else ["password"]
    if more and own.password is not None:
        more = transport.auth_password(own.user, own.password.get_secret_value())
    if more:
        raise paramiko.BadAuthenticationType("more is asked for", more)


def _private_key(own: SftpSettings, base_dir: Path) -> Any:
    if own.key_file is None:
        return None
    paramiko = load_paramiko()
    secret = own.key_passphrase.get_secret_value() if own.key_passphrase is not None else None
    try:
        return paramiko.PKey.from_path(base_dir / own.key_file, secret)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as error:
        raise SettingsError(
            "HUB-X34", f"[source.settings.sftp] key_file cannot be used ({type(error).__name__}):"
            " check its path, its rights, and key_passphrase",
        ) from None  # fmt: skip


@contextmanager
def _deadline(transport: Any, seconds: int) -> Iterator[None]:
    """Some of paramiko's waits have no end of their own: hang up when the time is over. Raises TimeoutError then."""
    over = threading.Event()

    def hang_up() -> None:
        over.set()
        transport.close()

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


def _unreachable(own: SftpSettings, error: BaseException) -> Unavailable:
    return Unavailable(
        "HUB-X35", f"{own.host} port {own.port} cannot be reached, or the connection broke ({type(error).__name__});"
        " the next run goes on where this one stopped",
    )  # fmt: skip


class Connection:
    """A session that is signed in. Every method raises Unavailable when the connection is gone, Refused for one thing."""

    def __init__(self, paramiko: Any, transport: Any, client: Any, own: SftpSettings) -> None:
        self._paramiko = paramiko
        self._transport = transport
        self._client = client
        self._own = own

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._transport.close()

    def files(self, folder: str) -> list[RemoteFile]:
        """The plain files directly in a folder; no links, nothing below."""
        with self._asking():
            return list(self._listed(folder.encode("utf-8", "surrogateescape")))

    def blocks(self, file: RemoteFile) -> Iterator[bytes]:
        """The file's bytes. Raises Moving when they are not what was listed, or the file changed meanwhile."""
        with self._asking(), self._client.open(file.path, "rb") as remote:
            received = 0
            while block := remote.read(_BLOCK):
                received += len(block)
                if received > file.size:
                    raise Moving
                yield block
            if received != file.size or _changed(remote, file):
                raise Moving

    def remove(self, file: RemoteFile) -> None:
        with self._asking():
            self._client.remove(file.path)

    def _listed(self, folder: bytes) -> Iterator[RemoteFile]:
        """As `SFTPClient.listdir_attr`, which gives up the folder at the first name that is not UTF-8."""
        sftp = self._paramiko.sftp
        kind, answer = self._client._request(sftp.CMD_OPENDIR, folder)
        if kind != sftp.CMD_HANDLE:
            raise self._paramiko.SFTPError("a handle was expected")
        handle = answer.get_string()
        while True:
            try:
                kind, answer = self._client._request(sftp.CMD_READDIR, handle)
            except EOFError:
                break
            if kind != sftp.CMD_NAME:
                raise self._paramiko.SFTPError("names were expected")
            for _ in range(answer.get_int()):
                name, long_name = answer.get_string(), answer.get_string()
                attributes = self._paramiko.SFTPAttributes._from_msg(answer, "", "")
                if _is_plain(attributes.st_mode, long_name) and attributes.st_size is not None and b"/" not in name:
                    yield _remote(folder, name, attributes.st_size, attributes.st_mtime)
        self._client._request(sftp.CMD_CLOSE, handle)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Tell a broken connection from a single thing that the server refuses."""
        try:
            yield
        except (self._paramiko.SSHException, EOFError, TimeoutError) as error:
            raise _unreachable(self._own, error) from None
        except OSError as error:
            if not self._answers():
                raise _unreachable(self._own, error) from None
            raise Refused(type(error).__name__) from None

    def _answers(self) -> bool:
        try:
            self._client.normalize(".")
        except (self._paramiko.SSHException, OSError, EOFError):
            return False
        return True


def _is_plain(mode: int | None, long_name: bytes) -> bool:
    """A file and nothing else; a server that tells no mode shows it in the line that `ls -l` would print."""
    return stat.S_ISREG(mode) if mode is not None else long_name.startswith(b"-")


def _remote(folder: bytes, name: bytes, size: int, modified: int | None) -> RemoteFile:
    told = name.decode("utf-8", "surrogateescape")
    return RemoteFile(
        folder + b"/" + name, told, size, None if modified is None else datetime.fromtimestamp(modified, UTC)
    )


def _changed(remote: Any, file: RemoteFile) -> bool:
    """By the open file, not by its name: some servers take a file away once it was read."""
    try:
        now = remote.stat()
    except OSError:
        return False  # this server does not say; the number of bytes was right
    told = None if now.st_mtime is None else datetime.fromtimestamp(now.st_mtime, UTC)
    return now.st_size not in (None, file.size) or (None not in (told, file.modified_at) and told != file.modified_at)
