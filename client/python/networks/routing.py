"""Routing: branches by a classifier (ClassSR), a path through a supernet
(OFA), a tree of classifiers.
"""

from networks.builder import Network, case

CLASSSR = ('X. Kong et al., "ClassSR: A General Framework to Accelerate '
           'Super-Resolution Networks by Data Characteristic", CVPR 2021')
# Channels of FSRCNN's first and last layers, by branch.
BRANCHES = {"simple": 16, "medium": 36, "hard": 56}


def _act(net, name, x, kind, out, kernel, **fields):
    return net.elementwise(f"{name}_{kind}",
                           net.conv(name, x, out, kernel, **fields), kind)


def _fsrcnn(net, x, channels):
    """FSRCNN(channels, 12, 4), four times larger."""
    x = _act(net, "feature", x, "prelu", channels, 5, padding=2)
    x = _act(net, "shrink", x, "prelu", 12, 1)
    for layer in range(1, 5):
        x = net.conv(f"map{layer}", x, 12, 3, padding=1)
    x = net.elementwise("map_prelu", x, "prelu")
    x = _act(net, "expand", x, "prelu", channels, 1)
    return net.conv_transpose("deconv", x, 3, 9, stride=4, padding=4,
                              output_padding=3)


def classsr_fsrcnn():
    """A patch goes to one of three networks, by how hard it looks."""
    net = Network("classsr_fsrcnn",
                  f"{CLASSSR}: ClassSR-FSRCNN, patches of 32 x 32, four times "
                  "larger", patch=[3, 32, 32])
    with net.scope("class"):
        x = _act(net, "conv1", "patch", "leaky_relu", 128, 4, stride=4)
        for layer in range(2, 5):
            x = _act(net, f"conv{layer}", x, "leaky_relu", 128, 1)
        x = net.conv("conv5", x, 32, 1)
        x = net.reshape("flatten", net.global_pool("pool", x))
        x = net.softmax("softmax", net.linear("fc", x, len(BRANCHES)))
    net.branch("route", list(BRANCHES), x)
    outputs = []
    for branch, channels in BRANCHES.items():
        with net.scope(branch), net.when(f"route == {branch}"):
            outputs.append(_fsrcnn(net, "patch", channels))
    net.output(net.merge("image", outputs))
    net.distribution(
        f"{CLASSSR}: ClassSR-FSRCNN takes 238 MFLOPs for a patch of Test8K on "
        "average; assumed: the shares of the branches, of which this is the "
        "mean",
        [case("0.61", route="simple"), case("0.23", route="medium"),
         case("0.16", route="hard")])
    return net


OFA = ('H. Cai et al., "Once-for-All: Train One Network and Specialize it for '
       'Efficient Deployment", ICLR 2020')
# Output channels, stride, activation, squeeze and excitation.
STAGES = [(24, 2, "relu", False), (40, 2, "relu", True),
          (80, 2, "hard_swish", False), (112, 1, "hard_swish", True),
          (160, 2, "hard_swish", True)]


def squeeze_excite(net, x, channels, reduced, gate="sigmoid"):
    """Channels weighed by what all of the image says. `channels`, `reduced`:
    numbers or expressions."""
    with net.scope("se"):
        y = net.reshape("flatten", net.global_pool("pool", x))
        y = net.relu("relu", net.linear("fc1", y, reduced))
        y = net.elementwise("gate", net.linear("fc2", y, channels), gate)
        return net.mul("scale", [x, net.reshape("by_channel", y,
                                                [channels, 1, 1])])


def _ofa_block(net, x, stage, inputs, out, stride, act, excites):
    inner = f"{inputs} * expand{stage}"
    y = _act(net, "expand", x, act, inner, 1)
    depthwise = []
    for kernel in (3, 5, 7):
        with net.when(f"kernel{stage} == {kernel}"):
            depthwise.append(net.conv(
                f"depthwise{kernel}", y, inner, kernel, stride=stride,
                padding=kernel // 2, groups=inner))
    y = net.elementwise(f"depthwise_{act}", net.merge("depthwise", depthwise),
                        act)
    if excites:
        y = squeeze_excite(net, y, inner, f"8 * ceil({inner} / 32)",
                           "hard_sigmoid")
    y = net.conv("project", y, out, 1)
    return net.add("add", [x, y]) if stride == 1 and inputs == out else y


def ofa_mobilenet_v3():
    """A supernet: blocks, expansion and kernel of every stage, and the
    resolution, are settings."""
    net = Network("ofa_mobilenet_v3",
                  f"{OFA}: MobileNetV3 of width 1.0, depths 2 to 4, expansions "
                  "3, 4, 6, kernels 3, 5, 7, one choice for each stage; the "
                  "kernels of a layer share weights there, here they are "
                  "counted apart", image=[3, "resolution", "resolution"])
    net.resolution("resolution", ["128", "160", "192", "224"])
    x = _act(net, "conv1", "image", "hard_swish", 16, 3, stride=2, padding=1)
    with net.scope("first"):
        y = _act(net, "depthwise", x, "relu", 16, 3, padding=1, groups=16)
        x = net.add("add", [x, net.conv("project", y, 16, 1)])
    before = 16
    for stage, (out, stride, act, excites) in enumerate(STAGES, 1):
        net.width(f"depth{stage}", ["2", "3", "4"])
        net.width(f"expand{stage}", ["3", "4", "6"])
        net.width(f"kernel{stage}", ["3", "5", "7"])
        for block in range(1, 5):
            first = block == 1
            with net.scope(f"stage{stage}_block{block}"):
                args = (stage, before if first else out, out,
                        stride if first else 1, act, excites)
                if block <= 2:
                    x = _ofa_block(net, x, *args)
                    continue
                with net.when(f"depth{stage} >= {block}"):
                    y = _ofa_block(net, x, *args)
                x = net.merge("out", [y, x])
        before = out
    x = _act(net, "conv_last", x, "hard_swish", 960, 1)
    x = _act(net, "feature_mix", net.global_pool("pool", x), "hard_swish",
             1280, 1, bias=False)
    x = net.linear("fc", net.reshape("flatten", x), 1000)
    net.output(net.softmax("softmax", x))

    def path(share, resolution, depth, expand, kernel):
        stages = range(1, 6)
        return case(share, {
            "resolution": resolution, **{f"depth{s}": depth for s in stages},
            **{f"expand{s}": expand for s in stages},
            **{f"kernel{s}": kernel for s in stages}})
    net.distribution("assumed: how often each of three paths is asked for", [
        path("0.5", "160", "2", "3", "3"), path("0.3", "192", "3", "4", "5"),
        path("0.2", "224", "4", "6", "7")])
    return net


def _leaf(net, name, x, channels, classes):
    with net.scope(name):
        x = net.conv_relu("conv1", x, channels, 3, padding=1)
        x = net.conv_relu("conv2", x, channels, 3, padding=1)
        return net.classifier("head", x, classes)


def _router(net, name, x, options):
    with net.scope(name):
        y = net.classifier("router", x, len(options))
    net.branch(name, options, y)


def tree_cnn_cifar10():
    """A tree of classifiers: vehicles or animals, then cats and dogs or the
    other animals, then the class."""
    net = Network("tree_cnn_cifar10",
                  'D. Roy, P. Panda, K. Roy, "Tree-CNN: A Hierarchical Deep '
                  'Convolutional Neural Network for Incremental Learning", '
                  "Neural Networks 121, 2020, for the tree; the layers are "
                  "ours", image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 32, 3, padding=1)
    x = net.pool("pool1", x, "max", 2)
    _router(net, "kind", x, ["vehicle", "animal"])
    with net.when("kind == vehicle"):
        vehicle = _leaf(net, "vehicle", x, 32, 4)
    with net.when("kind == animal"):
        y = net.conv_relu("animal_conv", x, 64, 3, padding=1)
        y = net.pool("animal_pool", y, "max", 2)
        _router(net, "species", y, ["pet", "wild"])
        with net.when("species == pet"):
            pet = _leaf(net, "pet", y, 96, 2)
        with net.when("species == wild"):
            wild = _leaf(net, "wild", y, 64, 4)
    # Scores of the ten classes; those of other leaves are zero.
    leaves = []
    for name, leaf, condition in [
            ("vehicle", vehicle, "kind == vehicle"),
            ("pet", pet, "species == pet"), ("wild", wild, "species == wild")]:
        with net.when(condition):
            leaves.append(net.scatter(f"{name}_classes", leaf, 10))
    net.output(net.merge("classes", leaves))
    net.distribution(
        "assumed: routers that are always right, so that the shares are those "
        "of the classes in CIFAR-10's test set: 4 vehicles, 2 pets and 4 other "
        "animals of 10",
        [case("0.4", kind="vehicle"),
         case("0.2", kind="animal", species="pet"),
         case("0.4", kind="animal", species="wild")])
    return net


NETWORKS = [classsr_fsrcnn, ofa_mobilenet_v3, tree_cnn_cifar10]
