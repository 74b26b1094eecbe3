"""MobileNetV1 and V2, with TensorFlow's SAME padding and 1001 classes, as in
the authors' release, and the detector on V1 of MLPerf Inference.
"""

from networks.builder import Network, same

# Output channels and stride of the 13 separable blocks of V1.
V1_BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
             (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2),
             (1024, 1)]

# Expansion, output channels, blocks, first stride of V2's seven groups.
V2_GROUPS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
             (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]

CLASSES = 1001


def conv_act(net, name, inputs, out, kernel, act, **fields):
    """A convolution and the activation `act` behind it."""
    x = net.conv(name, inputs, out, kernel, **fields)
    return net.elementwise(f"{name}_{act}", x, act)


def _v1_blocks(net, x, size, channels, act, before, blocks):
    """Separable blocks of V1, `blocks` as (number, (out, stride))."""
    for block, (out, stride) in blocks:
        with net.scope(f"block{block}"):
            x = conv_act(net, "depthwise", x, channels(before), 3, act,
                         stride=stride, padding=same(size, 3, stride),
                         groups=channels(before))
            x = conv_act(net, "pointwise", x, channels(out), 1, act)
        size = -(-size // stride)
        before = out
    return x, size


def v1_features(net, inputs, size, channels, act):
    """V1 up to its last feature map. `size`: pixels of a side; `channels`:
    output channels by those of width 1 (a number or an expression)."""
    x = conv_act(net, "conv1", inputs, channels(32), 3, act, stride=2,
                 padding=same(size, 3, 2))
    blocks = list(enumerate(V1_BLOCKS, 1))
    return _v1_blocks(net, x, -(-size // 2), channels, act, 32, blocks)[0]


def logits(net, x, classes=CLASSES):
    """Global average pool, 1 x 1 convolution to the classes, softmax."""
    x = net.global_pool("head_pool", x)
    x = net.conv("head_logits", x, classes, 1)
    return net.softmax("head_softmax", net.reshape("head_flatten", x))


def mobilenet_v1():
    """MobileNetV1 1.0 at 224 x 224."""
    net = Network("mobilenet_v1",
                  'A. Howard et al., "MobileNets: Efficient Convolutional '
                  'Neural Networks for Mobile Vision Applications", '
                  "arXiv:1704.04861, 2017, Table 1: width 1.0, 224 x 224",
                  image=[3, 224, 224])
    x = v1_features(net, "image", 224, lambda channels: channels, "relu6")
    net.output(logits(net, x))
    return net


def inverted_residual(net, x, size, channels, expansion, out, stride):
    """A block of V2; an expansion of 1 has no convolution of its own."""
    inner = channels * expansion
    y = x
    if expansion > 1:
        y = conv_act(net, "expand", y, inner, 1, "relu6")
    y = conv_act(net, "depthwise", y, inner, 3, "relu6", stride=stride,
                 padding=same(size, 3, stride), groups=inner)
    y = net.conv("project", y, out, 1)
    return net.add("add", [x, y]) if stride == 1 and channels == out else y


def v2_features(net, x, size):
    """V2 up to its last feature map. `size`: pixels of a side."""
    x = conv_act(net, "conv1", x, 32, 3, "relu6", stride=2,
                 padding=same(size, 3, 2))
    size, channels, block = -(-size // 2), 32, 0
    for expansion, out, count, first in V2_GROUPS:
        for stride in [first] + [1] * (count - 1):
            block += 1
            with net.scope(f"block{block}"):
                x = inverted_residual(net, x, size, channels, expansion, out,
                                      stride)
            size, channels = -(-size // stride), out
    return conv_act(net, "conv_last", x, 1280, 1, "relu6")


def mobilenet_v2():
    """MobileNetV2 1.0 at 224 x 224."""
    net = Network("mobilenet_v2",
                  'M. Sandler et al., "MobileNetV2: Inverted Residuals and '
                  'Linear Bottlenecks", CVPR 2018, Table 2: width 1.0, '
                  "224 x 224", image=[3, 224, 224])
    net.output(logits(net, v2_features(net, "image", 224)))
    return net


def _ssd_head(net, x, anchors, classes):
    """Boxes (four numbers) and classes of every anchor of a feature map."""
    boxes = net.conv("boxes", x, anchors * 4, 1)
    scores = net.conv("scores", x, anchors * classes, 1)
    return [net.reshape("boxes_flatten", boxes),
            net.reshape("scores_flatten", scores)]


def ssd_mobilenet_v1():
    """SSD on MobileNetV1, 300 x 300, 91 classes, without suppression."""
    net = Network("ssd_mobilenet_v1",
                  'A. Howard et al., "MobileNets", arXiv:1704.04861, 2017, '
                  "Table 13: SSD 300; layers as in TensorFlow's "
                  "ssd_mobilenet_v1_coco and MLPerf Inference: 91 classes, "
                  "before non-maximum suppression", image=[3, 300, 300])
    size = 150
    x = conv_act(net, "conv1", "image", 32, 3, "relu6", stride=2,
                 padding=same(300, 3, 2))
    blocks = list(enumerate(V1_BLOCKS, 1))

    def features(x, size, before, part):
        return _v1_blocks(net, x, size, lambda c: c, "relu6", before, part)

    x, size = features(x, size, 32, blocks[:11])
    with net.scope("map1"):
        heads = _ssd_head(net, x, 3, 91)
    x, size = features(x, size, 512, blocks[11:])
    for number, widths in enumerate(
            [None, (256, 512), (128, 256), (128, 256), (64, 128)], 2):
        with net.scope(f"map{number}"):
            if widths is not None:
                x = conv_act(net, "squeeze", x, widths[0], 1, "relu6")
                x = conv_act(net, "halve", x, widths[1], 3, "relu6", stride=2,
                             padding=same(size, 3, 2))
                size = -(-size // 2)
            heads += _ssd_head(net, x, 6, 91)
    net.output(net.concat("detections", heads))
    return net


NETWORKS = [mobilenet_v1, mobilenet_v2, ssd_mobilenet_v1]
