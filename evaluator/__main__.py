"""The command `evaluator`, also as `python -m evaluator`."""

import sys


def main() -> int:
    """Run a command and give its exit code; an interrupt while it is loaded is one like any other."""
    try:
        try:
            from evaluator import interrupts

            with interrupts.watched():
                from evaluator.cli import main

                return main()
        finally:
            # What is left for Python to do takes a moment, and would end with a traceback.
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
