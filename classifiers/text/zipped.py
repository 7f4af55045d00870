"""One file of a zip: read within the budget, or why it cannot be."""

import zipfile
import zlib

from classifiers.text.extracting import Budget, Extracted, Member, Missing

ENCRYPTED = 0x1  # general purpose flag (APPNOTE 4.4.4)


def member_of(package: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Extracted:
    """Return the file as a Member, or what kept it from being read. Raises TooMuch."""
    if info.flag_bits & ENCRYPTED:
        return Missing("password", info.filename)
    try:
        with package.open(info) as stream:
            return Member(budget.read(stream), info.filename)
    except NotImplementedError:  # a compression that no library here knows
        return Missing("no-reader", info.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        return Missing("damage", info.filename)
