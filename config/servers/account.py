"""Under which account the private servers run, and where their data lie.

PostgreSQL refuses to run as root. So root's servers run as an account of their own, with their data
in /var/lib/mostrador; an ordinary user's servers run as that user, with their data in the home.
No folder that was there before changes its mode or owner.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.servers.errors import ServersError

NAME = "mostrador"
STATE = Path("/var/lib/mostrador")
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3


@dataclass(frozen=True)
class Account:
    """The account of the servers; `switch` tells whether it is another one than ours."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def popen_options(self) -> dict[str, Any]:
        """Arguments for subprocess that drop root's rights, extra groups included."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def private_folder(path: Path, account: Account) -> Path:
    """Make `path` a folder that only `account` may enter, if it is not there yet."""
    if not path.is_dir():
        path.mkdir(mode=0o700)
        account.own(path)
    return path


def open_folder(path: Path) -> Path:
    """Make `path` a folder that everybody may look into, whatever our umask; parents likewise."""
    if not path.is_dir():
        open_folder(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    return path


def data_folder(home: Path) -> Path:
    """Where the servers' data of `home` lie: inside it, or as root in /var/lib/mostrador/<hash>."""
    if os.geteuid() != 0:
        return home / "data"
    return open_folder(STATE) / _hashed(home)


def memory_folder(home: Path) -> Path | None:
    """A folder for passing data of `home` in the machine's memory, a fifth of the disk's time; None without room."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return MEMORY / f"mostrador-{os.geteuid()}-{_hashed(home)}"


def _hashed(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]


def servers_account(data: Path) -> Account:
    """The account that runs the servers of `data`; once there are data, their owner stays it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.is_dir() and (found := data.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid, switch=True)
    entry = _entry(NAME) or _created() or _entry("nobody")
    if entry is None:
        raise ServersError(
            "PostgreSQL does not run as root, and there is no other account to run it.\n"
            f"Create one (useradd --system {NAME}), or run this as an ordinary user."
        )
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _created() -> pwd.struct_passwd | None:
    """A new system account, if this machine lets us make one."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run([useradd, *options, "--shell", "/usr/sbin/nologin", NAME], capture_output=True, check=False)
    return _entry(NAME)
