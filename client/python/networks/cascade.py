"""A cascade of two networks of their own: the small one sees a small image."""

from networks import classic, mobilenet
from networks.builder import Network

SMALL = 128


def cascade_mobilenet_resnet():
    """MobileNetV1 0.5 at 128 x 128, and ResNet-18 at 224 x 224 behind it."""
    net = Network("cascade_mobilenet_resnet",
                  'cascade as in T. Bolukbasi et al., "Adaptive Neural '
                  'Networks for Efficient Inference", ICML 2017, with '
                  "MobileNetV1 0.5 at 128 x 128 and ResNet-18 at 224 x 224",
                  image=[3, 224, 224])
    with net.scope("small"):
        x = net.resize("resize", "image", SMALL, SMALL)
        x = mobilenet.v1_features(net, x, SMALL,
                                  lambda channels: channels // 2, "relu6")
        net.exit("small", mobilenet.logits(net, x, classic.CLASSES), "0.7")
    with net.scope("large"):
        net.exit("large", classic.resnet_body(net, "image",
                                              classic.basic_block,
                                              [64, 128, 256, 512],
                                              [2, 2, 2, 2]))
    net.exit_rates("assumed: no exit rates are published for this pair of "
                   "networks; 0.6 and 0.4 are ours",
                   {"small": "0.6", "large": "0.4"})
    return net


NETWORKS = [cascade_mobilenet_resnet]
