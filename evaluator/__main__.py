"""The command `evaluator`, also as `python -m evaluator`."""

import sys


def main() -> int:
    """Run a command and give its exit code; an interrupt while it is loaded is one like any other."""
    try:
        from evaluator.cli import main

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
