"""ONNX Runtime: the network as an ONNX model, or the model that the spec names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from evaluator.diagnostics import SubjectError, Unsupported, UsageError, clip
from evaluator.model import Model
from evaluator.onnxfile import MAX_BYTES
from evaluator.subjects.translated import TranslatedAnswers, framework

if TYPE_CHECKING:
    from onnx import ModelProto

    from evaluator.network import Array, Network
    from evaluator.subjects.subject import Run

onnx = framework("onnx", "onnx")
onnxruntime = framework("onnxruntime", "onnx")
states = framework("onnxruntime.capi.onnxruntime_pybind11_state", "onnx")

#: Up to so many bytes of a model one thread is faster than several.
SMALL: Final = 1 << 20


class OnnxRuntime:
    """Evaluates networks in ONNX Runtime, on the processor."""

    @contextmanager
    def prepare(self, network: Network) -> Iterator[Run]:
        """Translate the network and load it; a model that the spec names is loaded as it is."""
        if isinstance(network, Model):
            from evaluator.subjects.onnx import LoadedFile

            yield LoadedFile(network.file, network)
        else:
            yield Loaded(network)


class Loaded:
    """A network as ONNX Runtime has it."""

    def __init__(self, network: Network) -> None:
        from evaluator.convert.to_onnx import translate

        self.network = network
        self.translation = translate(network)
        self._session = session(self.translation.model)
        self._traced: Any = None

    def __call__(self, inputs: Array) -> TranslatedAnswers:
        """Get the outputs; what lies on the way there takes another session, if it is asked for."""

        def block(names: Sequence[str], number: int) -> Array:
            return self._trace(names[number], inputs) if number else inputs

        (outputs,) = self._session.run(None, {self.translation.blocks[0]: inputs})
        _, sums, blocks = self.translation
        return TranslatedAnswers(
            self.network, lambda n: block(blocks, n), lambda n: block(sums, n), outputs
        )

    def _trace(self, name: str, inputs: Array) -> Array:
        """Get one tensor, from a session that fuses nothing, so that every one is there."""
        if self._traced is None:
            _, sums, blocks = self.translation
            self._traced = session(self.translation.model, [*sums[1:], *blocks[1:]])
        found: Array = self._traced.run([name], {self.translation.blocks[0]: inputs})[0]
        return found


def session(model: ModelProto, tensors: Sequence[str] = ()) -> Any:
    """Load a model, with more of its tensors as outputs.

    Raises Unsupported where ONNX Runtime has no such operator for these types, SubjectError where
    it refuses the model.
    """
    if tensors:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        known = {output.name for output in copy.graph.output}
        added = [name for name in dict.fromkeys(tensors) if name not in known]
        copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in added)
        model = copy
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what is wrong is raised as well
    size = model.ByteSize()
    if size > MAX_BYTES:
        raise Unsupported(
            f"the model has {size:,} bytes, and one can be loaded up to {MAX_BYTES:,}"
        )
    if size <= SMALL:
        options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except states.NotImplemented as fault:
        raise Unsupported(f"ONNX Runtime cannot do this: {said(fault)}") from None
    except Exception as fault:  # it has some twenty kinds of them
        raise SubjectError(f"ONNX Runtime cannot load the model: {said(fault)}") from None


def said(fault: Exception) -> str:
    """Give what ONNX Runtime says, without its codes."""
    return clip(str(fault).rpartition(" : ")[2].strip(), 300)


def subject(argument: str) -> OnnxRuntime:
    """Make the subject; raises UsageError for an argument, which it does not take."""
    if argument:
        raise UsageError(f"`onnxruntime` takes no argument, and `{clip(argument)}` is one",
                         f"for an ONNX file it is `onnx:{clip(argument)}`")  # fmt: skip
    return OnnxRuntime()
