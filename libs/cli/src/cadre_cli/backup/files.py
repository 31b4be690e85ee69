"""Large files of services: what never changes under its name, and so is good whenever it is copied."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from cadre_cli.backup import manifest
from cadre_cli.backup.manifest import BackupError, File
from servicekit.files.store import Store

FOLDER = "files"


def save(service: str, source: Path, backup: Path, before: Path) -> list[File]:
    """Copy the files of a *service* from *source* into *backup*; those that a backup in *before* has are linked.

    What its owner removes meanwhile was named by nothing at the moment of the backup.
    """
    store, saved = Store(source, 0), []
    for name in store.names():
        target = backup / FOLDER / service / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if not _linked(before, service, name, target):
                shutil.copyfile(store.path(name), target)
            saved.append(manifest.describe(backup, target))
            if saved[-1].sha256 != name:
                raise BackupError(f"The file {name} in {source} is damaged: its content has another digest.")
    return saved


def restore(service: str, target: Path, backup: Path, files: list[File]) -> None:
    """Bring the files of a *service* back into *target*, and remove those of later moments."""
    store, wanted = Store(target, 0), {Path(file.path).name for file in files}
    try:
        target.mkdir(0o755, parents=True, exist_ok=True)
        owner = target.stat()
        for name in set(store.names()) - wanted:
            store.remove(name)
        for file in files:
            path = store.path(Path(file.path).name)
            part = path.with_suffix(".part")
            path.parent.mkdir(0o755, exist_ok=True)
            shutil.copyfile(backup / file.path, part)
            part.chmod(0o644)
            part.replace(path)
            if os.geteuid() == 0:
                for made in (path.parent, path):
                    os.chown(made, owner.st_uid, owner.st_gid)
    except OSError as error:
        message = (
            f"The files of {service} cannot be brought back into {target}: {error.strerror}. The rest is there; give "
            "this account that folder, and restore again with --replace. In containers that is the account root."
        )
        raise BackupError(message) from error


def _linked(before: Path, service: str, name: str, target: Path) -> bool:
    """Link *target* to the same file of an earlier backup, if one is there and whole: it takes no room twice."""
    for earlier in before.glob(f"[!.]*/{FOLDER}/{service}/{name}"):
        with suppress(OSError):
            if manifest.describe(before, earlier).sha256 == name:
                os.link(earlier, target)
                return True
    return False
