"""Build hook: what protoc makes of ../../proto, so that generated code is never committed."""

import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent


def generate() -> None:
    """Write messages, stubs and their type stubs for every file of proto/ into src/cadre."""
    proto, out = HERE.parent.parent / "proto", HERE / "src"
    out.mkdir(exist_ok=True)
    files = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    if not files:
        raise FileNotFoundError(f"no .proto file under {proto}")
    # What a file of before left would still be found.
    for left in out.rglob("*_pb2*"):
        left.unlink()
    tools = Path(sys.prefix) / "bin"
    subprocess.run(
        [
            *(sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={proto}"),
            f"--plugin=protoc-gen-mypy={tools / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={tools / 'protoc-gen-mypy_grpc'}",
            *(f"--{kind}_out={out}" for kind in ("python", "mypy")),
            # Our servers and clients are synchronous: without the asynchronous overloads the stubs are plain.
            *(f"--grpc_python_out={out}", f"--mypy_grpc_out=only_sync:{out}"),
            *files,
        ],
        check=True,
    )


class ProtocHook(BuildHookInterface):
    """Runs when the wheel, or the editable install, is built."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Generate before the files are collected."""
        generate()


if __name__ == "__main__":
    generate()
