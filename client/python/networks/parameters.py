"""Dynamic parameters: kernels mixed for every image (CondConv), channels
weighed for every image (SE). The graph is static.
"""

from networks import classic
from networks.builder import Network
from networks.mobilenet import V1_BLOCKS, conv_act
from networks.routing import squeeze_excite

KERNELS, FIRST = 8, 6


def condconv_mobilenet_v1():
    """MobileNetV1 whose later kernels are weighted sums of eight."""
    net = Network("condconv_mobilenet_v1",
                  'B. Yang et al., "CondConv: Conditionally Parameterized '
                  'Convolutions for Efficient Inference", NeurIPS 2019: '
                  "MobileNetV1 (1.0x), 8 kernels in the separable blocks from "
                  "the sixth on, one routing for both layers of a block, and "
                  "in the last layer", image=[3, 224, 224])

    def routing(x):
        y = net.reshape("route_flatten", net.global_pool("route_pool", x))
        return net.elementwise("route", net.linear("route_fc", y, KERNELS),
                               "sigmoid")

    def mixed(name, x, route, out, shape, **fields):
        weights = net.mix_weights(f"{name}_weights", route, KERNELS, shape)
        return conv_act(net, name, [x, weights], out, shape[-1], "relu",
                        **fields)
    x = conv_act(net, "conv1", "image", 32, 3, "relu", stride=2, padding=1)
    before = 32
    for block, (out, stride) in enumerate(V1_BLOCKS, 1):
        with net.scope(f"block{block}"):
            strided = {"stride": stride, "padding": 1, "groups": before}
            if block < FIRST:
                x = conv_act(net, "depthwise", x, before, 3, "relu", **strided)
                x = conv_act(net, "pointwise", x, out, 1, "relu")
            else:
                route = routing(x)
                x = mixed("depthwise", x, route, before, [before, 1, 3, 3],
                          **strided)
                x = mixed("pointwise", x, route, out, [out, before, 1, 1])
        before = out
    with net.scope("head"):
        x = net.global_pool("pool", x)
        weights = net.mix_weights("weights", routing(x), KERNELS,
                                  [1000, 1024, 1, 1])
        x = net.conv("logits", [x, weights], 1000, 1)
        net.output(net.softmax("softmax", net.reshape("flatten", x)))
    return net


def _se_bottleneck(net, x, inputs, channels, stride):
    y = net.conv_relu("conv1", x, channels // 4, 1)
    y = net.conv_relu("conv2", y, channels // 4, 3, stride=stride, padding=1)
    y = net.conv("conv3", y, channels, 1)
    y = squeeze_excite(net, y, channels, channels // 16)
    if stride > 1 or inputs != channels:
        x = net.conv("shortcut", x, channels, 1, stride=stride)
    return net.relu("relu", net.add("add", [x, y]))


def se_resnet50():
    """ResNet-50 with squeeze and excitation in every block."""
    net = Network("se_resnet50",
                  'J. Hu, L. Shen, G. Sun, "Squeeze-and-Excitation Networks", '
                  "CVPR 2018: SE-ResNet-50, reduction 16; strides in the "
                  "3 x 3 convolutions, as in torchvision", image=[3, 224, 224])
    net.output(classic.resnet_body(net, "image", _se_bottleneck,
                                   [256, 512, 1024, 2048], [3, 4, 6, 3]))
    return net


NETWORKS = [condconv_mobilenet_v1, se_resnet50]
