"""LeNet, AlexNet and ResNet-110 with the exits of BranchyNet, as in the
authors' release: pooling rounds up; exits look at the entropy.
"""

from networks.builder import Network

PAPER = ('S. Teerapittayanon et al., "BranchyNet: Fast Inference via Early '
         'Exiting from Deep Neural Networks", ICPR 2016')
CLASSES = 10


def _pool(net, name, x, kernel):
    return net.pool(name, x, "max", kernel, stride=2, ceil_mode=True)


def _result(net, exit_, x):
    """Class probabilities of `x` (any shape)."""
    x = net.linear(f"{exit_}_fc", net.reshape(f"{exit_}_flatten", x), CLASSES)
    return net.softmax(f"{exit_}_softmax", x)


def branchynet_lenet():
    """B-LeNet on MNIST: one early exit."""
    net = Network("branchynet_lenet", f"{PAPER}: B-LeNet", image=[1, 28, 28])
    conv1 = net.conv("conv1", "image", 5, 5, padding=3)
    with net.scope("exit1"):
        x = net.relu("relu1", _pool(net, "pool1", conv1, 2))
        x = net.conv("conv", x, 10, 3, padding=1)
        x = net.relu("relu2", _pool(net, "pool2", x, 2))
    net.exit("exit1", _result(net, "exit1", x), "0.025", "entropy")
    x = net.relu("relu1", _pool(net, "pool1", conv1, 2))
    x = net.conv("conv2", x, 10, 5, padding=3)
    x = net.relu("relu2", _pool(net, "pool2", x, 2))
    x = net.conv("conv3", x, 20, 5, padding=3)
    x = net.relu("relu3", _pool(net, "pool3", x, 2))
    x = net.linear("fc", net.reshape("flatten", x), 84)
    net.exit("exit2", _result(net, "exit2", x), signal="entropy")
    net.exit_rates(f"{PAPER}, Table I: B-LeNet, T = 0.025: 94.3 %, and 5.63 % "
                   "taken as the rest; accuracy 99.25 %",
                   {"exit1": "0.943", "exit2": "0.057"}, overall="0.9925")
    return net


def _norm(net, x, pool):
    """ReLU, perhaps a pool, response normalisation: how exits begin."""
    x = net.relu("relu", x)
    if pool:
        x = _pool(net, "pool", x, 3)
    return net.norm("norm", x, "local_response", size=3)


def branchynet_alexnet():
    """B-AlexNet on CIFAR-10: two early exits."""
    net = Network("branchynet_alexnet",
                  f"{PAPER}: B-AlexNet, as in the authors' release (exits "
                  "behind the second and third convolution; the paper's text "
                  "says the first and second)", image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 32, 5, padding=2)
    x = net.norm("norm1", _pool(net, "pool1", x, 3), "local_response", size=3)
    conv2 = net.conv("conv2", x, 64, 5, padding=2)
    with net.scope("exit1"):
        x = _norm(net, conv2, pool=True)
        x = net.conv_relu("conv1", x, 32, 3, padding=1)
        x = net.conv_relu("conv2", x, 32, 3, padding=1)
        x = _pool(net, "pool2", x, 3)
    net.exit("exit1", _result(net, "exit1", x), "0.0001", "entropy")
    x = _pool(net, "pool2", net.relu("conv2_relu", conv2), 3)
    x = net.norm("norm2", x, "local_response", size=3)
    conv3 = net.conv("conv3", x, 96, 3, padding=1)
    with net.scope("exit2"):
        x = _norm(net, conv3, pool=True)
        x = net.conv_relu("conv", x, 32, 3, padding=1)
        x = _pool(net, "pool2", x, 3)
    net.exit("exit2", _result(net, "exit2", x), "0.05", "entropy")
    x = net.conv_relu("conv4", net.relu("conv3_relu", conv3), 96, 3, padding=1)
    x = net.conv_relu("conv5", x, 64, 3, padding=1)
    x = net.reshape("flatten", _pool(net, "pool5", x, 3))
    x = net.relu("fc1_relu", net.linear("fc1", x, 256))
    x = net.relu("fc2_relu", net.linear("fc2", x, 128))
    net.exit("exit3", _result(net, "exit3", x), signal="entropy")
    net.exit_rates(f"{PAPER}, Table I: B-AlexNet, T = 0.0001, 0.05; accuracy "
                   "79.19 %",
                   {"exit1": "0.656", "exit2": "0.252", "exit3": "0.092"},
                   overall="0.7919")
    return net


def _block(net, name, x, channels, size, grows):
    """Two 3 x 3 convolutions beside a shortcut; where the channels grow, the
    shortcut takes every other pixel and gets channels of zeros. `size`: of the
    output."""
    with net.scope(name):
        y = net.conv_relu("conv1", x, channels, 3, stride=2 if grows else 1,
                          padding=1)
        y = net.conv("conv2", y, channels, 3, padding=1)
        if grows:
            x = net.pool("shortcut", x, "average", 1, stride=2)
            x = net.opaque("pad", x, "pad_channels", 0,
                           shape=[channels, size, size])
        return net.relu("relu", net.add("add", [y, x]))


def branchynet_resnet110():
    """B-ResNet on CIFAR-10: two early exits."""
    net = Network("branchynet_resnet110",
                  f"{PAPER}: B-ResNet, as in the authors' release (the first "
                  "convolution is not padded; 111 convolutions, 109 in the "
                  "paper)", image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 16, 3)
    x = _block(net, "block1", x, 16, 30, False)
    with net.scope("exit1"):
        y = _norm(net, x, pool=False)
        y = net.conv_relu("conv1", y, 32, 3, padding=1)
        y = net.conv_relu("conv2", y, 32, 3, padding=1)
        y = net.reshape("flatten1", _pool(net, "pool", y, 3))
        y = net.linear("fc1", y, 3600)
    net.exit("exit1", _result(net, "exit1", y), "0.3", "entropy")
    for index in range(2, 20):
        x = _block(net, f"block{index}", x, 16, 30, False)
    y = _block(net, "exit2_block", x, 16, 30, False)
    net.exit("exit2", _result(net, "exit2", y), "0.2", "entropy")
    for index in range(20, 56):
        channels, size = (32, 15) if index < 38 else (64, 8)
        x = _block(net, f"block{index}", x, channels, size, index in (20, 38))
    x = net.pool("pool", x, "average", 6, stride=1)
    net.exit("exit3", _result(net, "exit3", x), signal="entropy")
    net.exit_rates(f"{PAPER}, Table I: B-ResNet, T = 0.3, 0.2; accuracy "
                   "79.17 %",
                   {"exit1": "0.415", "exit2": "0.138", "exit3": "0.447"},
                   overall="0.7917")
    return net


NETWORKS = [branchynet_lenet, branchynet_alexnet, branchynet_resnet110]
