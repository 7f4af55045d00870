"""Writes a bundle down: a BagIt bag (RFC 8493), signed, time-stamped, and checked before it leaves.

The lists are written here, sorted, so that the same contents give the same bytes: `bagit`, which
reads every bag back, writes them only by changing the working directory of the whole process, and
in the format before the RFC. What no list can hold (the signature, the time stamp and the tag
manifests themselves) stands in a last list of its own, so that no byte is outside all lists.
"""

import logging
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import new
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import bagit
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from models.errors import SettingInvalid, Tampered, Unavailable
from quarantine.evidence import verifier
from quarantine.evidence.contents import BundleContents, BundleRequest
from quarantine.evidence.manifest import copies, payload
from quarantine.evidence.pdf import write_pdf
from quarantine.evidence.signing import Signer, encrypt, fingerprint
from quarantine.evidence.timestamp import stamp
from quarantine.evidence.words import LANGUAGES, readme, say

_BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How bundles are signed, and by whom their time is witnessed; no URL is no time stamp."""

    signer: Signer
    timestamp_url: str = ""
    authority: tuple[Certificate, ...] = field(default=(), repr=False)


def make_bundle(
    contents: BundleContents,
    folder: Path,
    sealing: Sealing,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write a bundle into a new folder; return it. Nothing is left behind if it fails.

    `progress` is told each file. Raises SettingInvalid if a part is missing (L48), the folder is
    there or the certificate has run out, Tampered if what is to be evidence is not as recorded,
    Unavailable.
    """
    sealing.signer.check_valid(contents.request.at)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise SettingInvalid(f"{folder} exists; a bundle is never written over another") from None
    try:
        _write(contents, folder, sealing, progress)
        _check(folder)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    return folder


def _write(
    contents: BundleContents, folder: Path, sealing: Sealing, progress: Callable[[str], None]
) -> None:
    pdfs, told = _pdfs(contents)
    files = payload(contents, time_stamp=bool(sealing.timestamp_url), pdf=told) | pdfs
    files |= _tag_files(contents.request, files, sealing)
    for path, content in files.items():
        _put(folder, path, content)
        progress(path)
    lists = [_put_lists(folder, files, "manifest", payload=True)]
    lists.append(_put_lists(folder, {**files, **lists[0]}, "tagmanifest", payload=False))
    signature = sealing.signer.sign(lists[1][verifier.SIGNED])
    sealed = {**lists[1], verifier.SIGNATURE: signature}
    progress(verifier.SIGNATURE)
    if sealing.timestamp_url:
        sealed[verifier.STAMP] = stamp(signature, sealing.timestamp_url, sealing.authority)
        _put(folder, verifier.STAMP, sealed[verifier.STAMP])
        progress(verifier.STAMP)
    _put(folder, verifier.SIGNATURE, signature)
    _put(folder, verifier.SEAL, _list(sealed, "sha256"))


def _pdfs(contents: BundleContents) -> tuple[dict[str, bytes], str]:
    """The PDFs, and what became of them: where they cannot be made the pages stand alone."""
    pages = copies(contents)
    try:
        return {
            path: write_pdf(
                page,
                identifier=new("sha256", page.encode()).hexdigest(),
                at=contents.request.at,
            )
            for path, page in pages.items()
        }, "made" if pages else "not asked for"
    except Unavailable as error:
        return {}, f"not made: {error}"


def _tag_files(
    request: BundleRequest, files: dict[str, bytes], sealing: Sealing
) -> dict[str, bytes]:
    """What stands beside the data."""
    octets = sum(map(len, files.values()))
    info = {
        "Bag-Software-Agent": f"porthor {version('porthor')}",
        "Bagging-Date": request.at.date().isoformat(),
        "External-Identifier": request.case,
        "Payload-Oxum": f"{octets}.{len(files)}",
        "Source-Organization": f"{request.body.name_cy} / {request.body.name_en}",
    }
    lines = [f"{key}: {' '.join(value.split())}\n" for key, value in info.items()]
    tags = {
        "bagit.txt": _BAGIT.encode(),
        "bag-info.txt": "".join(lines).encode(),
        "verifier.py": Path(verifier.__file__).read_bytes(),
        verifier.CERTIFICATE: sealing.signer.pem,
    }
    for language in LANGUAGES:
        tags[f"README.{language}.txt"] = _readme(request, language, sealing).encode()
    if sealing.authority:
        tags[verifier.AUTHORITY] = b"".join(
            each.public_bytes(Encoding.PEM) for each in sealing.authority
        )
    return tags


def _readme(request: BundleRequest, language: str, sealing: Sealing) -> str:
    values = {
        "body": request.body.name(language),
        "case": request.case,
        "prepared": request.at.date().isoformat(),
        "by": request.prepared_by,
        "for": request.for_whom,
        "purpose": request.purpose,
        "form": say("form", request.form.value).in_language(language),
        "exhibits": say("exhibits", request.form.value).in_language(language),
        "fingerprint": fingerprint(sealing.signer.certificates[0]),
    }
    return readme(language, **{key: " ".join(value.split()) for key, value in values.items()})


def _put(folder: Path, path: str, content: bytes) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def _put_lists(
    folder: Path, files: dict[str, bytes], kind: str, *, payload: bool
) -> dict[str, bytes]:
    """Write the lists of a kind, of files under data/ or of all others; return them by name."""
    listed = {path: each for path, each in files.items() if path.startswith("data/") is payload}
    lists = {f"{kind}-{each}.txt": _list(listed, each) for each in verifier.ALGORITHMS}
    for name, content in lists.items():
        _put(folder, name, content)
    return lists


def _list(files: dict[str, bytes], algorithm: str) -> bytes:
    return verifier.listing(
        {path: new(algorithm, each).hexdigest() for path, each in files.items()}
    )


def _check(folder: Path) -> None:
    """Read the bundle back as its recipient will. Raises Tampered."""
    logging.getLogger("bagit").setLevel(logging.CRITICAL)  # it would log the name of every file
    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError:
        raise Tampered(f"{folder} does not read back as a bag (RFC 8493)") from None
    report = verifier.check(folder)
    if report.wrong:
        found = "; ".join(f"{file}: {words}" for file, _, words in report.problems)
        raise Tampered(f"{folder} does not read back as it was written: {found}")


def digest_of(folder: Path) -> str:
    """One SHA-256 that names a bundle, for receipts and the audit entry: of its seal."""
    return new("sha256", (folder / verifier.SEAL).read_bytes()).hexdigest()


def pack(folder: Path, at: datetime, archive: Path) -> Path:
    """Write a bundle into a new tar archive, the same for the same bundle and instant."""
    with tarfile.open(archive, "x", format=tarfile.PAX_FORMAT) as packed:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            info = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.size, info.mtime = path.stat().st_size, int(at.timestamp())
            with path.open("rb") as file:
                packed.addfile(info, file)
    return archive


def pack_for(folder: Path, at: datetime, recipient: Certificate, sealed: Path) -> Path:
    """Write the archive encrypted, so that the recipient's key alone opens it.

    It is in memory whole while that is done. Raises SettingInvalid.
    """
    with TemporaryDirectory(prefix="porthor-") as scratch:
        plain = pack(folder, at, Path(scratch) / "bundle.tar").read_bytes()
    with sealed.open("xb") as file:
        file.write(encrypt(plain, recipient))
    return sealed


def unpack(archive: Path, into: Path) -> Path:
    """Unpack an archive that came from anywhere; return the bundle's folder.

    It is as `pack` writes it, neither compressed nor with holes in it, so that it takes no more
    room than it had. Raises SettingInvalid if it is no archive of one bundle.
    """
    try:
        with tarfile.open(archive, "r:") as packed:
            packed.extractall(into, filter=_whole)  # noqa: S202 - the data filter, and stricter
    except (tarfile.TarError, OSError, EOFError):
        raise SettingInvalid(
            f"{archive} cannot be unpacked; expected a bundle's .tar (a .p7m is opened with"
            " `openssl cms -decrypt` first)"
        ) from None
    folders = list(into.iterdir())
    if len(folders) != 1 or not folders[0].is_dir():
        raise SettingInvalid(f"{archive} is no bundle; expected one folder in it")
    return folders[0]


def _whole(member: tarfile.TarInfo, into: str) -> tarfile.TarInfo:
    """Refuse what leaves the folder, as a data archive may not, and what is longer than it came."""
    if member.issparse():
        raise tarfile.ReadError("a file with holes in it")
    return tarfile.data_filter(member, into)
