"""Which program this is: its version, and a digest of every file of it as installed."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("classifiers", "gateway", "models", "quarantine")
_NOT_BUILT = ("__pycache__", "release-tests.toml")  # the results of tests come after the build


@cache
def build_digest() -> str:
    """SHA-256 over the names and digests of the program's files."""
    known = sha256()
    for package in _PACKAGES:
        spec = find_spec(package)
        root = Path(spec.origin or "").parent if spec else Path()
        for path in sorted(root.rglob("*"), key=lambda each: each.relative_to(root).as_posix()):
            if path.is_file() and not any(part in _NOT_BUILT for part in path.parts):
                name = f"{package}/{path.relative_to(root).as_posix()}"
                known.update(f"{sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return known.hexdigest()


def program_name() -> str:
    """Version and build, as a verdict records them: "0.1.0+4f2a90c1d3e8"."""
    return f"{version('porthor')}+{build_digest()[:12]}"
