"""MSDNet: features of several scales in every layer, exits at the coarsest."""

import math

from networks.builder import Network

PAPER = ('G. Huang et al., "Multi-Scale Dense Networks for Resource Efficient '
         'Image Classification", ICLR 2018')

SCALES = 3
FACTORS = [1, 2, 4]  # Of channels and of bottlenecks, by scale.
FIRST, GROWTH = 16, 6  # Channels at factor 1.
EXIT_CHANNELS = 128


def _conv(net, name, x, inputs, out, stride, factor):
    """A bottleneck, if it saves anything, and a 3 x 3 convolution."""
    inner = min(inputs, factor * out)
    x = net.conv_relu(f"{name}_narrow", x, inner, 1)
    return net.conv_relu(name, x, out, 3, stride=stride, padding=1)


def _layer(net, features, channels, out_scales):
    """One layer; `features` by scale, None where none is kept any more."""
    first = SCALES - out_scales
    result = [None] * SCALES
    for scale in range(first, SCALES):
        factor = FACTORS[scale]
        inputs, out = channels * factor, GROWTH * factor
        finer = features[scale - 1] if scale > 0 else None
        with net.scope(f"scale{scale + 1}"):
            if finer is None:
                parts = [_conv(net, "conv", features[scale], inputs, out, 1,
                               factor)]
            else:
                coarser = channels * FACTORS[scale - 1]
                parts = [_conv(net, "down", finer, coarser, out // 2, 2,
                               FACTORS[scale - 1]),
                         _conv(net, "conv", features[scale], inputs, out // 2,
                               1, factor)]
            result[scale] = net.concat("concat", [features[scale], *parts])
    return result


def _classifier(net, x, classes):
    x = net.conv_relu("conv1", x, EXIT_CHANNELS, 3, stride=2, padding=1)
    x = net.conv_relu("conv2", x, EXIT_CHANNELS, 3, stride=2, padding=1)
    x = net.reshape("flatten", net.pool("pool", x, "average", 2))
    return net.softmax("softmax", net.linear("fc", x, classes))


def _features(net):
    """The first layer: each scale from the one before."""
    x, features = "image", []
    for scale in range(SCALES):
        x = net.conv_relu(f"layer0_scale{scale + 1}", x, FIRST * FACTORS[scale],
                          3, stride=1 if scale == 0 else 2, padding=1)
        features.append(x)
    return features


def build(net, spans, classes):
    """Adds the network: an exit behind every span of so many layers; returns
    the exits' probabilities."""
    layers = sum(spans)
    interval = math.ceil(layers / SCALES)
    features, channels, layer, exits = _features(net), FIRST, 0, []
    for index, span in enumerate(spans, 1):
        for _ in range(span):
            layer += 1
            before = SCALES - max(0, layer - 2) // interval
            after = SCALES - (layer - 1) // interval
            with net.scope(f"layer{layer}"):
                features = _layer(net, features, channels, after)
            channels += GROWTH
            if before > after:
                channels //= 2
                for scale in range(SCALES - after, SCALES):
                    features[scale] = net.conv_relu(
                        f"transition{layer}_scale{scale + 1}", features[scale],
                        channels * FACTORS[scale], 1)
        with net.scope(f"exit{index}"):
            exits.append(_classifier(net, features[-1], classes))
    return exits


def msdnet_cifar():
    """MSDNet on CIFAR-100 for budgeted batches: five exits."""
    net = Network("msdnet_cifar",
                  f"{PAPER}: CIFAR-100, budgeted batch classification, as in "
                  "the authors' release: 5 exits after 1, 3, 6, 10 and 15 "
                  "layers of 3 scales", image=[3, 32, 32])
    exits = build(net, [1, 2, 3, 4, 5], 100)
    for index, probabilities in enumerate(exits, 1):
        net.exit(f"exit{index}", probabilities,
                 None if index == len(exits) else "0.9")
    # 16/31, 8/31, 4/31, 2/31 and 1/31, to six digits.
    net.exit_rates("assumed: the paper draws exits from q (1 - q)^(k-1), "
                   "normalised, and publishes accuracies over q as a figure "
                   "only; these are the rates of q = 0.5",
                   {"exit1": "0.516129", "exit2": "0.258065",
                    "exit3": "0.129032", "exit4": "0.064516",
                    "exit5": "0.032258"})
    return net


NETWORKS = [msdnet_cifar]
