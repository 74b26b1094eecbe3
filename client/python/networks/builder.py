"""Builds a network and writes it in the schema of dynarch/v1/network.proto.

    net = Network("tiny", "A. Author, 'Title', Venue 2020", image=[3, 32, 32])
    x = net.conv("conv1", "image", 16, 3, padding=1)
    x = net.relu("relu1", x)
    net.exit("exit1", net.classifier("exit1", x, 10), threshold="0.9")
    with net.when("gate"):
        y = net.conv("conv2", x, 16, 3, padding=1)
    x = net.add("add2", [x, y])          # Where `gate` skips, it is x.
    net.exit("exit2", net.classifier("exit2", x, 10))
    net.skip("gate", x)                  # Decisions in the order reached.
    print(net.yaml())

Operators
    Every operator is a method with the name of its field in the schema (conv
    is conv2d): net.OPERATOR(name, inputs, fields...) adds an actor and returns
    its full name, which is what other operators take as input. Inputs are a
    name, a list of names, or previous(name) for the token of an earlier
    inference. Nothing is checked here; `dynarch behavior` and the tests of the
    catalogue check the file.

    Extents (out, count, height, ...) are integers or expressions over
    outcomes as text: "ceil(64 * width)". Kernel, stride and dilation are one
    number or (height, width); padding one number, (height, width) or (top,
    left, bottom, right); same(...) is TensorFlow's.

    Convolutions have a bias unless bias=False: batch norm behind a convolution
    is folded into it (weights scaled, shift as bias), in all networks of the
    catalogue. A batch norm that nothing precedes to fold into is a norm().

Scopes
    with net.scope("block3"): names of actors get the prefix `block3_`.
    with net.when("gate3"):   actors fire only where the condition holds;
                              nested: both must hold.
    with net.times("depth"):  actors fire so many times an inference.

Decisions, in the order in which they are reached
    exit(name, from_, threshold=, signal=), skip, branch, experts, width,
    resolution, active, repeat, frame: see the methods.

Sources of outcomes
    distribution(source, cases=[case(...)], independent={...}, accuracy=)
    exit_rates(source, {exit: probability}, accuracy={exit: share})
    markov_chain(source, initial, {state: state(...)})

Decimals are text ("0.25") or decimal.Decimal, never float: files are exact.
"""

import contextlib

from networks import yaml_text

COMMENT = "# Made by: client/python/networks/make_networks.py {name}\n"


def pair(value):
    """One number or (height, width) as [height, width]."""
    return list(value) if isinstance(value, (list, tuple)) else [value, value]


def sides(value):
    """Padding as [top, left, bottom, right]."""
    if not isinstance(value, (list, tuple)):
        return [value] * 4
    return list(value) if len(value) == 4 else [*value, *value]


def same(size, kernel, stride=1):
    """TensorFlow's SAME padding of `size` pixels: [top, left, bottom, right].

    All three are one number or (height, width).
    """
    before, after = [], []
    for extent, window, step in zip(pair(size), pair(kernel), pair(stride)):
        outputs = -(-extent // step)
        total = max((outputs - 1) * step + window - extent, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return [*before, *after]


def previous(actor, tokens=1):
    """The output of `actor` so many inferences ago."""
    return {"from": actor, "initial_tokens": tokens}


def case(probability, outcomes=None, accuracy=None, **more):
    """A joint case: case("0.6", exit="exit1") or case("0.6", {"b.3": "skip"}).

    Outcomes are text; those of experts a list of tokens.
    """
    return _known(probability=probability,
                  outcomes={**(outcomes or {}), **more}, accuracy=accuracy)


def state(next_, outcomes=None, accuracy=None, **more):
    """A state of a Markov chain; `next_` is {state: probability}."""
    return _known(outcomes={**(outcomes or {}), **more}, accuracy=accuracy,
                  next=next_)


def _known(**fields):
    return {key: value for key, value in fields.items() if value is not None}


def _unless(default, **fields):
    return {key: value for key, value in fields.items() if value != default}


class Network:
    """A network under construction; see the module."""

    def __init__(self, name, source, **inputs):
        """`inputs`: extents by name, e.g. image=[3, 224, 224]."""
        self.name = name
        self._head = {"name": name, "source": source}
        self._inputs = {key: list(shape) for key, shape in inputs.items()}
        self._actors = {}
        self._decisions = {}
        self._tail = {}
        self._prefix = []
        self._when = []
        self._times = None

    # Scopes.

    @contextlib.contextmanager
    def scope(self, prefix):
        """Names of actors added inside begin with `prefix` and `_`."""
        self._prefix.append(prefix)
        yield
        self._prefix.pop()

    @contextlib.contextmanager
    def when(self, condition):
        """Actors added inside fire only where `condition` holds."""
        self._when.append(condition)
        yield
        self._when.pop()

    @contextlib.contextmanager
    def times(self, expression):
        """Actors added inside fire `expression` times an inference."""
        self._times = str(expression)
        yield
        self._times = None

    # Actors.

    def actor(self, name, inputs, operator, fields):
        """Adds any operator by its name in the schema; returns its name."""
        full = "_".join([*self._prefix, name])
        if full in self._actors or full in self._inputs:
            raise ValueError(f"{self.name}: {full} is there already")
        if isinstance(inputs, (str, dict)):
            inputs = [inputs]
        actor = {"inputs": list(inputs)}
        if self._when:
            actor["when"] = " and ".join(
                f"({text})" if " or " in text else text for text in self._when)
        if self._times is not None:
            actor["times"] = self._times
        actor[operator] = fields
        self._actors[full] = actor
        return full

    def conv(self, name, inputs, out, kernel, stride=1, padding=0, dilation=1,
             groups=1, bias=True, positions=None):
        return self.actor(name, inputs, "conv2d", {
            "out_channels": out, "kernel": pair(kernel),
            **_unless([1, 1], stride=pair(stride)),
            **_unless([0, 0, 0, 0], padding=sides(padding)),
            **_unless([1, 1], dilation=pair(dilation)),
            **_unless(1, groups=groups), **_unless(False, bias=bias),
            **_known(positions=positions)})

    def conv_transpose(self, name, inputs, out, kernel, stride=1, padding=0,
                       output_padding=0, groups=1, bias=True):
        return self.actor(name, inputs, "conv_transpose2d", {
            "out_channels": out, "kernel": pair(kernel),
            **_unless([1, 1], stride=pair(stride)),
            **_unless([0, 0, 0, 0], padding=sides(padding)),
            **_unless([0, 0], output_padding=pair(output_padding)),
            **_unless(1, groups=groups), **_unless(False, bias=bias)})

    def linear(self, name, inputs, out, bias=True):
        return self.actor(name, inputs, "linear", {
            "out_features": out, **_unless(False, bias=bias)})

    def pool(self, name, inputs, kind, kernel, stride=None, padding=0,
             ceil_mode=False):
        """`kind`: max or average."""
        strides = {} if stride is None else {"stride": pair(stride)}
        return self.actor(name, inputs, "pool", {
            "kind": kind, "kernel": pair(kernel), **strides,
            **_unless([0, 0, 0, 0], padding=sides(padding)),
            **_unless(False, ceil_mode=ceil_mode)})

    def global_pool(self, name, inputs, kind="global_average"):
        return self.actor(name, inputs, "pool", {"kind": kind})

    def elementwise(self, name, inputs, kind):
        return self.actor(name, inputs, "elementwise", kind)

    def relu(self, name, inputs):
        return self.elementwise(name, inputs, "relu")

    def add(self, name, inputs):
        return self.elementwise(name, inputs, "add")

    def mul(self, name, inputs):
        return self.elementwise(name, inputs, "mul")

    def norm(self, name, inputs, kind="batch", size=None):
        return self.actor(name, inputs, "norm",
                          {"kind": kind, **_known(size=size)})

    def softmax(self, name, inputs):
        return self.actor(name, inputs, "softmax", {})

    def reshape(self, name, inputs, shape=None):
        """Without a shape: flattens."""
        return self.actor(name, inputs, "reshape", _known(shape=shape))

    def concat(self, name, inputs, axis=0):
        return self.actor(name, inputs, "concat", _unless(0, axis=axis))

    def matmul(self, name, left, right, transpose_right=False):
        return self.actor(name, [left, right], "matmul",
                          _unless(False, transpose_right=transpose_right))

    def transpose(self, name, inputs, order):
        return self.actor(name, inputs, "transpose", {"order": list(order)})

    def slice(self, name, inputs, length, begin=0, axis=0):
        return self.actor(name, inputs, "slice", {
            **_unless(0, axis=axis), **_unless(0, begin=begin),
            "length": length})

    def pad(self, name, inputs, padding):
        return self.actor(name, inputs, "pad", {"padding": sides(padding)})

    def resize(self, name, inputs, height, width, kind="bilinear"):
        return self.actor(name, inputs, "resize",
                          {"kind": kind, "height": height, "width": width})

    def depth_to_space(self, name, inputs, block):
        return self.actor(name, inputs, "depth_to_space", {"block": block})

    def embedding(self, name, inputs, entries, features):
        return self.actor(name, inputs, "embedding",
                          {"entries": entries, "features": features})

    def rnn_cell(self, name, inputs, kind, hidden, bias=True,
                 bidirectional=False):
        """`kind`: lstm, gru or simple."""
        return self.actor(name, inputs, "rnn_cell", {
            "kind": kind, "hidden": hidden, **_unless(False, bias=bias),
            **_unless(False, bidirectional=bidirectional)})

    def gather(self, name, inputs, count, axis=0):
        return self.actor(name, inputs, "gather",
                          {"count": count, **_unless(0, axis=axis)})

    def scatter(self, name, inputs, count, axis=0):
        return self.actor(name, inputs, "scatter",
                          {"count": count, **_unless(0, axis=axis)})

    def reduce(self, name, inputs, kind, axes=None, keep=False, k=None):
        return self.actor(name, inputs, "reduce", {
            "kind": kind, **_known(axes=axes, k=k),
            **_unless(False, keep=keep)})

    def mix_weights(self, name, inputs, kernels, shape):
        return self.actor(name, inputs, "mix_weights",
                          {"kernels": kernels, "shape": list(shape)})

    def merge(self, name, inputs):
        return self.actor(name, inputs, "merge", {})

    def opaque(self, name, inputs, operator, ops, weight_elements=0,
               shape=None):
        return self.actor(name, inputs, "opaque", {
            "name": operator, **_known(shape=shape), "ops": ops,
            **_unless(0, weight_elements=weight_elements)})

    # Pieces that most networks need.

    def conv_relu(self, name, inputs, out, kernel, **fields):
        """conv NAME, then relu NAME_relu."""
        return self.relu(f"{name}_relu",
                         self.conv(name, inputs, out, kernel, **fields))

    def classifier(self, name, inputs, classes, pool=True):
        """NAME_pool (global average), NAME_flatten, NAME_fc, NAME_softmax."""
        if pool:
            inputs = self.global_pool(f"{name}_pool", inputs)
        x = self.reshape(f"{name}_flatten", inputs)
        x = self.linear(f"{name}_fc", x, classes)
        return self.softmax(f"{name}_softmax", x)

    # Decisions.

    def decision(self, name, kind, fields, threshold=None, signal=None):
        """Adds any decision by its kind's name in the schema."""
        if name in self._decisions:
            raise ValueError(f"{self.name}: decision {name} is there already")
        self._decisions[name] = {
            kind: fields, **_known(signal=signal, threshold=threshold)}
        return name

    def exit(self, name, from_, threshold=None, signal=None):
        """`signal`: max_probability (default), entropy, margin, score."""
        return self.decision(name, "exit", from_, threshold, signal)

    def skip(self, name, from_=None, threshold=None):
        return self.decision(name, "skip", {} if from_ is None else from_,
                             threshold)

    def branch(self, name, options, from_=None, threshold=None):
        return self.decision(name, "branch", {
            **_known(**{"from": from_}), "options": options}, threshold)

    def experts(self, name, experts, top_k, tokens, from_=None,
                capacity_factor=None):
        return self.decision(name, "experts", {
            **_known(**{"from": from_}), "experts": experts, "top_k": top_k,
            "tokens": tokens, **_known(capacity_factor=capacity_factor)})

    def width(self, name, options, from_=None, value=None):
        return self.decision(name, "width", {
            **_known(**{"from": from_}), "options": options,
            **_known(value=value)})

    def resolution(self, name, options, from_=None, value=None):
        return self.decision(name, "resolution", {
            **_known(**{"from": from_}), "options": options,
            **_known(value=value)})

    def active(self, name, of, from_=None, keep=None, threshold=None):
        return self.decision(name, "active", {
            **_known(**{"from": from_}), "of": of, **_known(keep=keep)},
            threshold)

    def repeat(self, name, max_, from_=None, value=None, threshold=None):
        return self.decision(name, "repeat", {
            **_known(**{"from": from_}), "max": max_, **_known(value=value)},
            threshold)

    def frame(self, name, from_=None, threshold=None):
        return self.decision(name, "frame", {} if from_ is None else from_,
                             threshold)

    # The rest of the file.

    def output(self, actor):
        """The result, of a network whose last decision is no exit."""
        self._tail["output"] = actor

    def patience(self, exits):
        self._tail["exit_rule"] = {"patience": exits}

    def predicted(self, at, bounds):
        """See PredictedExit in the schema."""
        self._tail["exit_rule"] = {"predicted": {"at": at, "bounds": bounds}}

    def distribution(self, source, cases=None, independent=None, accuracy=None):
        """`independent`: {decision: {outcome: probability}}."""
        self._tail["distribution"] = _known(
            source=source, cases=cases, independent=independent,
            accuracy=accuracy)

    def exit_rates(self, source, rates, accuracy=None, overall=None):
        """`rates`: {exit: probability}; `accuracy`: {exit: share right}."""
        self.distribution(source, [
            case(rate, accuracy=(accuracy or {}).get(name), exit=name)
            for name, rate in rates.items()], accuracy=overall)

    def markov_chain(self, source, initial, states):
        """`states`: {name: state(...)}."""
        self._tail["markov_chain"] = {
            "source": source, "states": states, "initial": initial}

    def outcome_sources(self):
        """What `distribution` and `markov_chain` were given, by that name."""
        return {key: value for key, value in self._tail.items()
                if key in ("distribution", "markov_chain")}

    def yaml(self):
        """The file as text."""
        body = {**self._head, "inputs": self._inputs,
                "actors": yaml_text.blocks(self._actors)}
        if self._decisions:
            body["decisions"] = yaml_text.blocks(self._decisions)
        return COMMENT.format(name=self.name) + yaml_text.document(
            {**body, **self._tail})
