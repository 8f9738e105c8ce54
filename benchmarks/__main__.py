"""python -m benchmarks NAME: one benchmark by its name, with its own arguments after it."""

import importlib
import sys

# The name on the command line, and the module whose main() measures it.
BENCHMARKS = {
    "care": "benchmarks.care",
    "choice": "benchmarks.choice",
    "clv": "benchmarks.clv",
    "digest": "benchmarks.digest",
    "drawing": "benchmarks.drawing",
    "import": "benchmarks.importing",
    "models": "benchmarks.models",
    "names": "benchmarks.names",
    "recognising": "benchmarks.recognising",
    "scoring": "benchmarks.scoring",
}


def main() -> None:
    """Run the benchmark that the first argument names, or list them."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in BENCHMARKS:
        sys.exit(f"Say which benchmark to run: python -m benchmarks NAME, where NAME is {' or '.join(BENCHMARKS)}.")
    sys.argv = [f"python -m benchmarks {name}", *sys.argv[2:]]
    importlib.import_module(BENCHMARKS[name]).main()


if __name__ == "__main__":
    main()
