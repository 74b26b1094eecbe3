"""The four reference models of MLPerf Tiny (C. Banbury et al., "MLPerf Tiny
Benchmark", NeurIPS 2021), as deployed: batch norm folded, SAME padding.
"""

from networks.builder import Network, same

PAPER = 'C. Banbury et al., "MLPerf Tiny Benchmark", NeurIPS 2021'


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


NETWORKS = [resnet8_ic]
