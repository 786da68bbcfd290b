"""Writes a Keras network as ONNX: all layers of the lab's networks, and of the allow-list for imported ones.

Tensors stay channels-last, as in Keras. Operators that need channels first stand between two transpositions.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from onnx import TensorProto

from digitlab.worker.onnx_graph import OnnxGraph

Layer = Any  # of Keras
Shape = tuple[int, ...]


def write(model: keras.Model, path: Path) -> None:
    """Write a network as an ONNX file; `ValueError` or `KeyError` if one of its layers cannot be written."""
    writer = _Writer()
    writer.save(model.name, writer.network(model, "pixels"), path)


class _Writer(OnnxGraph):
    """The graph of one Keras network. Methods write something, and return the name of its output."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[keras.KerasTensor, str] = {}  # of the layers' outputs

    def network(self, model: keras.Model, source: str) -> str:
        flat, trace = keras.Model(model.inputs, model.outputs), functools.partial(self.trace, source)
        traced = keras.models.clone_model(flat, clone_function=lambda layer: layer, call_function=trace)
        return self._names[traced.outputs[0]]

    def trace(self, source: str, layer: Layer, *args: Any, **kwargs: Any) -> Any:
        """Call a layer as Keras does, and write it; `source` is the name of the network's input."""
        output, inputs, kind = layer(*args, **kwargs), keras.tree.flatten(args), type(layer).__name__
        names, shapes = (
            [self._names.get(tensor, source) for tensor in inputs],
            [tensor.shape for tensor in inputs],
        )
        if kind == "Concatenate":
            written = self.add("Concat", *names, axis=layer.axis)
        elif kind in _MERGES:
            wide = [[1] * (len(output.shape) - len(shape)) + list(shape[1:]) for shape in shapes]
            names = list(map(self.reshape, names, wide)) if len({*map(len, shapes)}) > 1 else names
            add = functools.partial(self.add, _MERGES[kind])
            written = functools.reduce(add, names) if kind == "Multiply" else add(*names)
        else:
            written = self.layer(layer, names[0], shapes[0], output.shape)
        self._names[output] = written
        return output

    def layer(self, layer: Layer, x: str, shape: Shape, output: Shape) -> str:
        if isinstance(layer, keras.Model):
            return self.network(layer, x)
        write_layer = _LAYERS.get(type(layer).__name__.removesuffix("1D").removesuffix("2D"))
        if write_layer is None or getattr(layer, "data_format", "channels_last") != "channels_last":
            raise ValueError(f"{type(layer).__name__} cannot be written as ONNX.")
        return write_layer(self, layer, x, shape, output)

    def activate(self, x: str, activation: Any, shape: Shape) -> str:
        write_function = _ACTIVATIONS.get(getattr(activation, "__name__", ""))
        return write_function(self, x) if write_function else self.layer(activation, x, shape, shape)

    def end(self, layer: Layer, x: str, output: Shape) -> str:
        x = self.add("Add", x, self.constant(layer.bias)) if layer.use_bias else x
        return self.activate(x, layer.activation, output)

    def convolve(self, layer: Layer, x: str, kernel: Any, operator: str = "Conv", **window: Any) -> str:
        """Write a convolution, its kernel (..., in / group, out), or a transposed one, its kernel (..., out, in)."""
        weights = self.constant(np.moveaxis(np.asarray(kernel), (-1, -2), (0, 1)))
        window |= {"strides": layer.strides, "dilations": layer.dilation_rate}
        return self.channels_first(operator, x, kernel.ndim, weights, **window)

    def convolve_each(self, layer: Layer, x: str, shape: Shape, kernel: Any) -> str:
        *size, channels, multiplier = kernel.shape
        kernel = np.reshape(kernel, (*size, 1, channels * multiplier))
        return self.convolve(layer, x, kernel, group=channels, pads=_pads(layer, shape, layer.kernel_size))

    def batch_normalize(self, layer: Layer, x: str, shape: Shape) -> str:
        scale, offset = _learned(layer, shape, layer.axis)
        mean, variance = (np.reshape(part, scale.shape) for part in (layer.moving_mean, layer.moving_variance))
        scale = scale / np.sqrt(variance + layer.epsilon)
        return self.affine(x, scale, offset - scale * mean)

    def layer_normalize(self, layer: Layer, x: str, shape: Shape) -> str:
        axes = self.integers(np.ravel(layer.axis))
        centred = self.add("Sub", x, self.add("ReduceMean", x, axes))
        variance = self.add("ReduceMean", self.add("Mul", centred, centred), axes)
        deviation = self.add("Sqrt", self.add("Add", variance, self.constant(layer.epsilon)))
        return self.affine(self.add("Div", centred, deviation), *_learned(layer, shape, layer.axis))

    def normalize(self, layer: Layer, x: str) -> str:
        mean, deviation = np.asarray(layer.mean), np.maximum(np.sqrt(layer.variance), keras.config.epsilon())
        scale = deviation if layer.invert else 1 / deviation
        return self.affine(x, scale, mean if layer.invert else -mean * scale)

    def resize(self, layer: Layer, x: str, shape: Shape, output: Shape) -> str:
        if layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio or layer.antialias:
            raise ValueError("A Resizing layer that crops, pads or blurs cannot be written as ONNX.")
        mode = {"nearest": "nearest", "bilinear": "linear"}[layer.interpolation]
        # Keras rounds the nearest pixel's place down.
        rounding = {"nearest_mode": "round_prefer_ceil"} if mode == "nearest" else {}
        sides = self.integers(output[1:3])
        return self.channels_first("Resize", x, len(shape), "", "", sides, axes=[2, 3], mode=mode, **rounding)

    def rectify(self, layer: Layer, x: str) -> str:
        slope, start = float(layer.negative_slope), float(layer.threshold)
        x = self.add("Where", self.add("Less", x, self.constant(start)), self.affine(x, slope, -slope * start), x)
        return x if layer.max_value is None else self.add("Min", x, self.constant(layer.max_value))


def _learned(layer: Layer, shape: Shape, axes: Any) -> Any:
    """Return a normalization's scale and offset, of which it may lack either, in a shape that meets its input's."""
    wide = [size if axis in np.ravel(axes) % len(shape) else 1 for axis, size in enumerate(shape)][1:]
    parts = (layer.gamma, np.ones(wide)), (layer.beta, np.zeros(wide))
    return [other if part is None else np.reshape(part, wide) for part, other in parts]


def _pads(layer: Layer, shape: Shape, window: Shape) -> list[int]:
    """Return how many zeros come before each spatial axis, and then how many after each."""
    dilations = getattr(layer, "dilation_rate", [1] * len(window))
    spans = [(size - 1) * dilation + 1 for size, dilation in zip(window, dilations, strict=True)]
    if layer.padding != "same":
        return [spans[0] - 1, 0] if layer.padding == "causal" else [0] * 2 * len(spans)
    axes = zip(shape[1:-1], layer.strides, spans, strict=True)
    totals = [max((-(-length // stride) - 1) * stride + span - length, 0) for length, stride, span in axes]
    return [total // 2 for total in totals] + [total - total // 2 for total in totals]


# Layers that imported networks may have, but ONNX files do not: most take several operators and a loop.
NOT_WRITTEN = {"LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed", "MultiHeadAttention"}
_MERGES = {"Add": "Sum", "Average": "Mean", "Multiply": "Mul", "Subtract": "Sub", "Maximum": "Max", "Minimum": "Min"}
_ACTIVATIONS: dict[str, Callable[..., str]] = {  # of the writer and the name of the input
    **{name.lower(): lambda w, x, name=name: w.add(name, x) for name in (
        "Relu", "Elu", "Selu", "Celu", "Gelu", "Mish", "Softplus", "Softsign", "Tanh", "Sigmoid", "Softmax")},
    "linear": lambda w, x: x, "silu": lambda w, x: w.add("Mul", x, w.add("Sigmoid", x)),
    "log_softmax": lambda w, x: w.add("LogSoftmax", x), "leaky_relu": lambda w, x: w.add("LeakyRelu", x, alpha=0.2),
    "hard_silu": lambda w, x: w.add("HardSwish", x), "exponential": lambda w, x: w.add("Exp", x),
    "hard_sigmoid": lambda w, x: w.add("HardSigmoid", x, alpha=1 / 6),
    "relu6": lambda w, x: w.add("Clip", x, w.constant(0), w.constant(6)),
}  # fmt: skip
# By kind, for one dimension or two: (w)riter, (k)eras' layer, its input's name x and (s)hape, its (o)utput's shape.
_LAYERS: dict[str, Callable[..., str]] = {
    **dict.fromkeys(("Dropout", "SpatialDropout", "GaussianNoise", "GaussianDropout", "ActivityRegularization"),
                    lambda w, k, x, s, o: x),
    **dict.fromkeys(("Flatten", "Reshape"), lambda w, k, x, s, o: w.reshape(x, o[1:])),
    "Permute": lambda w, k, x, s, o: w.add("Transpose", x, perm=[0, *k.dims]),
    "RepeatVector": lambda w, k, x, s, o: w.add("Tile", w.reshape(x, (1, s[1])), w.integers((1, k.n, 1))),
    "Rescaling": lambda w, k, x, s, o: w.affine(w.add("Cast", x, to=TensorProto.FLOAT), k.scale, k.offset),
    "Dense": lambda w, k, x, s, o: w.end(k, w.add("MatMul", x, w.constant(k.kernel)), o),
    "Conv": lambda w, k, x, s, o: w.end(
        k, w.convolve(k, x, k.kernel, group=k.groups, pads=_pads(k, s, k.kernel_size)), o),
    "DepthwiseConv": lambda w, k, x, s, o: w.end(k, w.convolve_each(k, x, s, k.kernel), o),
    "SeparableConv": lambda w, k, x, s, o: w.end(k, w.add("MatMul", w.convolve_each(k, x, s, k.depthwise_kernel),
        w.constant(np.reshape(k.pointwise_kernel, k.pointwise_kernel.shape[-2:]))), o),
    "Conv2DTranspose": lambda w, k, x, s, o: w.end(
        k, w.convolve(k, x, k.kernel, "ConvTranspose", output_shape=o[1:-1], auto_pad="SAME_UPPER"), o),
    **{f"{name}Pooling": lambda w, k, x, s, o, name=name: w.channels_first(
        f"{name}Pool", x, len(s), kernel_shape=k.pool_size, strides=k.strides, pads=_pads(k, s, k.pool_size))
       for name in ("Max", "Average")},
    **{f"Global{name}Pooling": lambda w, k, x, s, o, operator=operator: w.add(
        operator, x, w.integers(range(1, len(s) - 1)), keepdims=int(k.keepdims))
       for name, operator in (("Max", "ReduceMax"), ("Average", "ReduceMean"))},
    "Cropping": lambda w, k, x, s, o: w.pad(x, k.cropping, -1),
    "ZeroPadding": lambda w, k, x, s, o: w.pad(x, k.padding, 1),
    "UpSampling": lambda w, k, x, s, o: w.channels_first("Resize", x, len(s), "", w.constant([1, 1, *np.ravel(k.size)]),
        mode={"nearest": "nearest", "bilinear": "linear"}[getattr(k, "interpolation", "nearest")]),
    "Activation": lambda w, k, x, s, o: w.activate(x, k.activation, o),
    "ReLU": lambda w, k, x, s, o: w.rectify(k, x),
    "LeakyReLU": lambda w, k, x, s, o: w.add("LeakyRelu", x, alpha=float(k.negative_slope)),
    "PReLU": lambda w, k, x, s, o: w.add("PRelu", x, w.constant(k.alpha)),
    "ELU": lambda w, k, x, s, o: w.add("Elu", x, alpha=float(k.alpha)),
    "Softmax": lambda w, k, x, s, o: w.add("Softmax", x, axis=k.axis) if isinstance(k.axis, int) else w.add(
        "Exp", w.add("Sub", x, w.add("ReduceLogSumExp", x, w.integers(k.axis)))),
    "BatchNormalization": lambda w, k, x, s, o: w.batch_normalize(k, x, s),
    "LayerNormalization": lambda w, k, x, s, o: w.layer_normalize(k, x, s),
    "GroupNormalization": lambda w, k, x, s, o: w.channels_first("GroupNormalization", x, len(s),
        *(w.constant(np.ravel(part)) for part in _learned(k, s, -1)), num_groups=k.groups, epsilon=k.epsilon),
    "Identity": lambda w, k, x, s, o: x,
    "Normalization": lambda w, k, x, s, o: w.normalize(k, x),
    "Resizing": lambda w, k, x, s, o: w.resize(k, x, s, o),
    "UnitNormalization": lambda w, k, x, s, o: w.add(
        "Div", x, w.add("Max", w.add("ReduceL2", x, w.integers(np.ravel(k.axis))), w.constant(1e-12))),
}  # fmt: skip
