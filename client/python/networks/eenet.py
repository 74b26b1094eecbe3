"""ResNet with exits that a learned scheduler takes."""

from networks import classic
from networks.builder import Network

PAPER = ('F. Ilhan et al., "Adaptive Deep Neural Network Inference '
         'Optimization with EENet", WACV 2024')
CLASSES = 10


def _classifier(net, x, channels):
    """Three 3 x 3 convolutions, global average, fully connected."""
    for index in range(1, 4):
        x = net.conv_relu(f"conv{index}", x, channels, 3, padding=1)
    return net.classifier("head", x, CLASSES)


def _schedule(net, probabilities, scores):
    """The scheduler's score of one exit: a weighted sum of the class
    probabilities, their maximum, their entropy and the scores of the exits
    before. Returns the score and, behind the probabilities, what the host
    reads."""
    maximum = net.reduce("maximum", probabilities, "max")
    # Per class: logarithm, product, sum.
    entropy = net.opaque("entropy", probabilities, "entropy", 3 * CLASSES,
                         shape=[1])
    features = net.concat("features", [maximum, entropy, *scores])
    score = net.add("sum", [
        net.linear("of_classes", probabilities, 1, bias=False),
        net.linear("of_features", features, 1, bias=False)])
    score = net.elementwise("score", score, "clip")
    return score, net.concat("result", [probabilities, score])


def eenet_resnet56():
    """The three exits of EENet's CIFAR-10 network."""
    net = Network("eenet_resnet56",
                  f"{PAPER}: CIFAR-10, three exits, as in the authors' release "
                  "(bottleneck blocks, nine in each of three stages); an exit "
                  "delivers the class probabilities and its score",
                  image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 16, 3, padding=1)
    inputs, scores = 16, []
    for stage, channels in enumerate([64, 128, 256], 1):
        for block in range(1, 10):
            stride = 2 if stage > 1 and block == 1 else 1
            with net.scope(f"stage{stage}_block{block}"):
                x = classic.bottleneck(net, x, inputs, channels, stride)
            inputs = channels
        if stage < 3:
            with net.scope(f"exit{stage}"):
                y = _classifier(net, x, channels // 4)
                score, y = _schedule(net, y, scores)
            scores = [*scores, score]
            net.exit(f"exit{stage}", y, "0.9", "score")
        else:
            net.exit("exit3", net.classifier("head", x, CLASSES),
                     signal="score")
    net.exit_rates(f"{PAPER}: the authors' release, ResNet-56 on CIFAR-10 with "
                   "a budget of 2.5 ms per sample; the thresholds are not "
                   "released: 0.9 is assumed",
                   {"exit1": "0.88235", "exit2": "0.09172",
                    "exit3": "0.02593"})
    return net


NETWORKS = [eenet_resnet56]
