"""It changes, makes and deletes files around it."""

import contextlib
import os


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        here = os.path.dirname(os.path.realpath(__file__))
        for path in (f"{here}/specs/spec.yaml", f"{here}/notes.txt", f"{here}/new.txt"):
            for mode in ("a", "r+", "w"):
                with contextlib.suppress(OSError), open(path, mode) as file:
                    file.write("0")
            for change in (os.unlink, os.mkdir, os.rmdir, lambda path: os.truncate(path, 0)):
                with contextlib.suppress(OSError):
                    change(path)
        for make in (os.symlink, os.link, os.rename):
            with contextlib.suppress(OSError):
                make(f"{here}/notes.txt", f"{here}/other.txt")
        with contextlib.suppress(OSError):
            os.mkfifo(f"{here}/pipe")
    return sum(inputs)
