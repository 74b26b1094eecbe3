"""Static networks for ImageNet: AlexNet, VGG, SqueezeNet, ResNet."""

from networks.builder import Network

CLASSES = 1000


def _classifier(net, x):
    """AlexNet's and VGG's three fully connected layers."""
    x = net.reshape("flatten", x)
    x = net.relu("fc1_relu", net.linear("fc1", x, 4096))
    x = net.relu("fc2_relu", net.linear("fc2", x, 4096))
    return net.softmax("softmax", net.linear("fc3", x, CLASSES))


def alexnet():
    """AlexNet in one column, without response normalisation."""
    net = Network("alexnet",
                  'A. Krizhevsky, "One weird trick for parallelizing '
                  'convolutional neural networks", arXiv:1404.5997, 2014: one '
                  "column, as in torchvision", image=[3, 224, 224])
    x = net.conv_relu("conv1", "image", 64, 11, stride=4, padding=2)
    x = net.pool("pool1", x, "max", 3, stride=2)
    x = net.conv_relu("conv2", x, 192, 5, padding=2)
    x = net.pool("pool2", x, "max", 3, stride=2)
    x = net.conv_relu("conv3", x, 384, 3, padding=1)
    x = net.conv_relu("conv4", x, 256, 3, padding=1)
    x = net.conv_relu("conv5", x, 256, 3, padding=1)
    net.output(_classifier(net, net.pool("pool5", x, "max", 3, stride=2)))
    return net


def alexnet_grouped():
    """AlexNet of 2012: two groups, response normalisation, 227 x 227."""
    net = Network("alexnet_grouped",
                  'A. Krizhevsky et al., "ImageNet Classification with Deep '
                  'Convolutional Neural Networks", NIPS 2012: two columns as '
                  "groups, response normalisation over five channels",
                  image=[3, 227, 227])
    x = net.conv_relu("conv1", "image", 96, 11, stride=4)
    x = net.norm("norm1", x, "local_response", size=5)
    x = net.pool("pool1", x, "max", 3, stride=2)
    x = net.conv_relu("conv2", x, 256, 5, padding=2, groups=2)
    x = net.norm("norm2", x, "local_response", size=5)
    x = net.pool("pool2", x, "max", 3, stride=2)
    x = net.conv_relu("conv3", x, 384, 3, padding=1)
    x = net.conv_relu("conv4", x, 384, 3, padding=1, groups=2)
    x = net.conv_relu("conv5", x, 256, 3, padding=1, groups=2)
    net.output(_classifier(net, net.pool("pool5", x, "max", 3, stride=2)))
    return net


def _vgg(name, configuration, layers):
    """`layers`: convolutions of each of the five stages."""
    net = Network(name,
                  'K. Simonyan, A. Zisserman, "Very Deep Convolutional '
                  'Networks for Large-Scale Image Recognition", ICLR 2015: '
                  f"configuration {configuration}", image=[3, 224, 224])
    x = "image"
    widths = [64, 128, 256, 512, 512]
    for stage, (channels, count) in enumerate(zip(widths, layers), 1):
        for layer in range(1, count + 1):
            x = net.conv_relu(f"conv{stage}_{layer}", x, channels, 3,
                              padding=1)
        x = net.pool(f"pool{stage}", x, "max", 2)
    net.output(_classifier(net, x))
    return net


def vgg11():
    """VGG-11: configuration A."""
    return _vgg("vgg11", "A", [1, 1, 2, 2, 2])


def vgg13():
    """VGG-13: configuration B."""
    return _vgg("vgg13", "B", [2, 2, 2, 2, 2])


def vgg16():
    """VGG-16: configuration D."""
    return _vgg("vgg16", "D", [2, 2, 3, 3, 3])


def _fire(net, x, squeeze, expand):
    x = net.conv_relu("squeeze", x, squeeze, 1)
    return net.concat("concat", [
        net.conv_relu("expand1x1", x, expand, 1),
        net.conv_relu("expand3x3", x, expand, 3, padding=1)])


def _squeezenet(name, version, first, pooled):
    """`first`: channels and kernel of the first convolution; `pooled`: layers
    behind which a pool follows."""
    net = Network(name,
                  'F. Iandola et al., "SqueezeNet: AlexNet-level accuracy with '
                  '50x fewer parameters and <0.5MB model size", '
                  f"arXiv:1602.07360, 2016: version {version}, as in "
                  "torchvision", image=[3, 224, 224])
    x = net.conv_relu("conv1", "image", *first, stride=2)
    fires = [(16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192),
             (64, 256), (64, 256)]
    for layer in range(1, 10):
        if layer > 1:
            with net.scope(f"fire{layer}"):
                x = _fire(net, x, *fires[layer - 2])
        if layer in pooled:
            x = net.pool(f"pool{layer}", x, "max", 3, stride=2, ceil_mode=True)
    x = net.conv_relu("conv10", x, CLASSES, 1)
    x = net.reshape("flatten", net.global_pool("pool10", x))
    net.output(net.softmax("softmax", x))
    return net


def squeezenet1_0():
    """SqueezeNet 1.0."""
    return _squeezenet("squeezenet1_0", "1.0", (96, 7), [1, 4, 8])


def squeezenet1_1():
    """SqueezeNet 1.1: 2.4 times less work at the same accuracy."""
    return _squeezenet("squeezenet1_1", "1.1", (64, 3), [1, 3, 5])


def basic_block(net, x, inputs, channels, stride):
    """Two 3 x 3 convolutions beside a shortcut."""
    y = net.conv_relu("conv1", x, channels, 3, stride=stride, padding=1)
    y = net.conv("conv2", y, channels, 3, padding=1)
    if stride > 1 or inputs != channels:
        x = net.conv("shortcut", x, channels, 1, stride=stride)
    return net.relu("relu", net.add("add", [x, y]))


def bottleneck(net, x, inputs, channels, stride):
    """1 x 1, 3 x 3 (which has the stride), 1 x 1 beside a shortcut."""
    y = net.conv_relu("conv1", x, channels // 4, 1)
    y = net.conv_relu("conv2", y, channels // 4, 3, stride=stride, padding=1)
    y = net.conv("conv3", y, channels, 1)
    if stride > 1 or inputs != channels:
        x = net.conv("shortcut", x, channels, 1, stride=stride)
    return net.relu("relu", net.add("add", [x, y]))


def resnet_features(net, x, block, widths, blocks):
    """ResNet for ImageNet from the image to its last feature map."""
    x = net.conv_relu("conv1", x, 64, 7, stride=2, padding=3)
    x = net.pool("pool1", x, "max", 3, stride=2, padding=1)
    inputs = 64
    for stage, (channels, count) in enumerate(zip(widths, blocks), 1):
        for index in range(1, count + 1):
            stride = 2 if stage > 1 and index == 1 else 1
            with net.scope(f"stage{stage}_block{index}"):
                x = block(net, x, inputs, channels, stride)
            inputs = channels
    return x


def resnet_body(net, x, block, widths, blocks):
    """ResNet for ImageNet from the image to the class probabilities."""
    x = resnet_features(net, x, block, widths, blocks)
    return net.classifier("head", x, CLASSES)


def _resnet(name, depth, block, widths, blocks):
    net = Network(name,
                  'K. He et al., "Deep Residual Learning for Image '
                  f'Recognition", CVPR 2016, Table 1: {depth} layers, as in '
                  "torchvision", image=[3, 224, 224])
    net.output(resnet_body(net, "image", block, widths, blocks))
    return net


def resnet18():
    """ResNet-18."""
    return _resnet("resnet18", 18, basic_block, [64, 128, 256, 512],
                   [2, 2, 2, 2])


def resnet50():
    """ResNet-50, its strides in the 3 x 3 convolutions."""
    return _resnet("resnet50", 50, bottleneck, [256, 512, 1024, 2048],
                   [3, 4, 6, 3])


NETWORKS = [alexnet, alexnet_grouped, vgg11, vgg13, vgg16, squeezenet1_0,
            squeezenet1_1, resnet18, resnet50]
