"""``bin/fuzz``: every parser, or those named, so many files each, in a process whose memory is bounded."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from hypothesis.strategies import text

from tests.bench.figures import forget_peak, peak_mebibytes
from tests.fuzz.running import Finding, bound_memory, parsers, throw

RUNS = 100_000
SHORT = 1_000


def main(arguments: list[str]) -> int:
    """Run; 0 where nothing was found, 1 where a file was found that breaks a parser (it is kept beside)."""
    known = {parser.name: parser for parser in parsers()}
    asked = argparse.ArgumentParser(prog="bin/fuzz", description=__doc__)
    asked.add_argument("parser", nargs="*", help=f"one of {', '.join(sorted(known))}; all where none is named")
    asked.add_argument("--runs", type=int, default=RUNS, help="files for each parser (100000)")
    asked.add_argument("--seed", type=int, default=int(time.time()), help="the same seed damages the same files")
    asked.add_argument("--short", action="store_true", help="1,000 files each, fewer for slow parsers")
    options = asked.parse_args(arguments)
    unknown = sorted(set(options.parser) - set(known))
    if unknown:
        asked.error(f"there is no parser {', '.join(unknown)}")
    text().validate()  # hypothesis makes its tables of letters once in a folder: no memory of a parser's
    warnings.simplefilter("ignore")  # a library's remarks on damaged files would be kept, each in its own words
    bound_memory()
    for name in options.parser or sorted(known):
        begun = time.monotonic()
        forget_peak()
        try:
            runs = SHORT // known[name].cost if options.short else options.runs
            outcomes = Counter(throw(known[name], runs=runs, seed=options.seed))
        except Finding as finding:
            kept = Path(f"found-{finding.parser}.bin").resolve()
            kept.write_bytes(finding.data)
            sys.stdout.write(f"{finding}\nkept as {kept}; seed {options.seed}\n")
            return 1
        took = time.monotonic() - begun
        counts = f"{outcomes.total()} files, {outcomes[True]} read, {outcomes[False]} refused"
        sys.stdout.write(f"{name}: {counts}, {took:.1f} s, peak {peak_mebibytes():.0f} MiB\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
