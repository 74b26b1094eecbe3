"""The four reference models of MLPerf Tiny, as deployed: batch norm folded,
SAME padding.
"""

from networks import mobilenet
from networks.builder import Network, same

PAPER = 'C. Banbury et al., "MLPerf Tiny Benchmark", NeurIPS 2021'


def ds_cnn_kws():
    """Keyword spotting: a convolution over the spectrogram, then four
    depthwise separable ones."""
    net = Network("ds_cnn_kws", f"{PAPER}: keyword spotting, DS-CNN",
                  spectrogram=[1, 49, 10])
    x = net.conv_relu("conv1", "spectrogram", 64, (10, 4), stride=2,
                      padding=same((49, 10), (10, 4), 2))
    for block in range(1, 5):
        with net.scope(f"block{block}"):
            x = net.conv_relu("depthwise", x, 64, 3, padding=1, groups=64)
            x = net.conv_relu("pointwise", x, 64, 1)
    net.output(net.classifier("head", x, 12))
    return net


def mobilenet_v1_025_vww():
    """Visual wake words: MobileNetV1 of width 0.25 on 96 x 96 pixels."""
    net = Network("mobilenet_v1_025_vww",
                  f"{PAPER}: visual wake words, MobileNetV1 0.25",
                  image=[3, 96, 96])
    x = mobilenet.v1_features(net, "image", 96, lambda channels: channels // 4,
                              "relu")
    net.output(net.classifier("head", x, 2))
    return net


def resnet8_ic():
    """Image classification on CIFAR-10: three residual stages of one block."""
    net = Network("resnet8_ic", f"{PAPER}: image classification, ResNet-8",
                  image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 16, 3, padding=1)
    size = 32
    for stage, channels in enumerate([16, 32, 64], 1):
        stride = 1 if stage == 1 else 2
        with net.scope(f"stage{stage}"):
            y = net.conv_relu("conv1", x, channels, 3, stride=stride,
                              padding=same(size, 3, stride))
            y = net.conv("conv2", y, channels, 3, padding=1)
            if stride > 1:
                x = net.conv("shortcut", x, channels, 1, stride=stride)
            x = net.relu("relu", net.add("add", [x, y]))
        size //= stride
    net.output(net.classifier("head", x, 10))
    return net


def autoencoder_ad():
    """Anomaly detection: a fully connected autoencoder, the result of which is
    the reconstruction."""
    net = Network("autoencoder_ad", f"{PAPER}: anomaly detection, autoencoder",
                  features=[640])
    x = "features"
    widths = [128, 128, 128, 128, 8, 128, 128, 128, 128]
    for layer, width in enumerate(widths, 1):
        x = net.relu(f"fc{layer}_relu", net.linear(f"fc{layer}", x, width))
    net.output(net.linear("fc10", x, 640))
    return net


NETWORKS = [ds_cnn_kws, mobilenet_v1_025_vww, resnet8_ic, autoencoder_ad]
