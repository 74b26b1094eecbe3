"""Layer skipping: ResNet-110 with a gate per block (SkipNet), ResNet-110 with
one policy up front (BlockDrop), and a recurrent network that halts (ACT).
"""

from networks.builder import Network, case, previous

BLOCKS, CLASSES = 54, 10
RESNET = ('K. He et al., "Deep Residual Learning for Image Recognition", CVPR '
          "2016, Section 4.2: 110 layers, shortcuts without weights")
SKIPNET = ('X. Wang et al., "SkipNet: Learning Dynamic Routing in '
           'Convolutional Networks", ECCV 2018')
BLOCKDROP = ('Z. Wu et al., "BlockDrop: Dynamic Inference Paths in Residual '
             'Networks", CVPR 2018')


def shortcut(net, x, channels, size):
    """Every other pixel, and zeros for the channels that are new: [channels,
    size, size]."""
    x = net.pool("shortcut", x, "average", 1, stride=2)
    return net.opaque("shortcut_zeros", x, "pad_channels", 0,
                      shape=[channels, size, size])


def _residual(net, x, kept, channels, stride):
    """relu(kept + two convolutions of x)."""
    y = net.conv_relu("conv1", x, channels, 3, stride=stride, padding=1)
    y = net.conv("conv2", y, channels, 3, padding=1)
    return net.relu("relu", net.add("add", [kept, y]))


def _resnet110(net, gate):
    """The network, block K only where decision `gateK` says so. `gate(K, x,
    channels)` adds what decides; it may add nothing."""
    x = net.conv_relu("conv1", "image", 16, 3, padding=1)
    before = 16
    for block in range(1, BLOCKS + 1):
        channels, size = [(16, 32), (32, 16), (64, 8)][(block - 1) // 18]
        grows = channels > before
        with net.scope(f"block{block}"):
            gate(block, x, before)
            kept = shortcut(net, x, channels, size) if grows else x
            with net.when(f"gate{block}"):
                y = _residual(net, x, kept, channels, 2 if grows else 1)
            x = net.merge("out", [y, kept])
        before = channels
    net.output(net.classifier("head", x, CLASSES))


def _execute(rate, skipped):
    return {f"gate{block}": {"execute": rate, "skip": skipped}
            for block in range(1, BLOCKS + 1)}


def skipnet_ff_resnet110():
    """A feed-forward gate in front of every block."""
    net = Network("skipnet_ff_resnet110",
                  f"{SKIPNET}: FFGate-II, one 3 x 3 convolution of stride 2, "
                  f"average pool, linear; {RESNET}", image=[3, 32, 32])

    def gate(block, x, channels):
        with net.scope("gate"):
            y = net.conv_relu("conv", x, channels, 3, stride=2, padding=1)
            y = net.reshape("flatten", net.global_pool("pool", y))
            y = net.elementwise("sigmoid", net.linear("fc", y, 1), "sigmoid")
        net.skip(f"gate{block}", y, threshold="0.5")

    _resnet110(net, gate)
    net.distribution(
        "assumed: the paper publishes no rate per gate; every gate executes "
        "half of the time, independent of the others",
        independent=_execute("0.5", "0.5"))
    return net


def skipnet_rnn_resnet110():
    """A recurrent gate, which remembers what it saw in front of the blocks
    before."""
    net = Network("skipnet_rnn_resnet110",
                  f"{SKIPNET}: RNNGate, average pool, linear to 10, LSTM of 10 "
                  "units (one for all blocks: its weights are counted at each)"
                  f", linear to 1; {RESNET}", image=[3, 32, 32])
    state = []

    def gate(block, x, channels):
        with net.scope("gate"):
            y = net.reshape("flatten", net.global_pool("pool", x))
            y = net.linear("project", y, 10)
            y = net.rnn_cell("lstm", [y, *state], "lstm", 10)
            state[:] = [y]
            y = net.elementwise("sigmoid", net.linear("fc", y, 1), "sigmoid")
        net.skip(f"gate{block}", y, threshold="0.5")

    _resnet110(net, gate)
    net.distribution(
        f"assumed: {SKIPNET}, publishes no rate per gate, but a computation on "
        "CIFAR-10 that is 50 % lower; every gate executes at the one rate that "
        "gives this, independent of the others",
        independent=_execute("0.4989", "0.5011"))
    return net


def _policy_net(net):
    """ResNet-8: three stages of one block; one logit per block of the big
    network."""
    x = net.conv_relu("conv1", "image", 16, 3, padding=1)
    for stage, (channels, size) in enumerate([(16, 32), (32, 16), (64, 8)], 1):
        with net.scope(f"stage{stage}"):
            kept = shortcut(net, x, channels, size) if stage > 1 else x
            x = _residual(net, x, kept, channels, 2 if stage > 1 else 1)
    x = net.reshape("flatten", net.global_pool("pool", x))
    return net.elementwise("sigmoid", net.linear("fc", x, BLOCKS), "sigmoid")


def blockdrop_resnet110():
    """All 54 decisions by one policy network that sees the image first."""
    net = Network("blockdrop_resnet110",
                  f"{BLOCKDROP}: policy network ResNet-8; {RESNET}",
                  image=[3, 32, 32])
    with net.scope("policy"):
        policy = _policy_net(net)
    _resnet110(net, lambda block, x, channels: net.skip(
        f"gate{block}", policy, threshold="0.5"))
    net.distribution(
        f"{BLOCKDROP}, authors' release: 16.933 +- 3.717 of 54 blocks are "
        "used, accuracy 93.6 %; assumed: every block at the mean rate, "
        "independent of the others",
        independent=_execute("0.3136", "0.6864"), accuracy="0.936")
    return net


def act_parity():
    """A recurrent network that thinks as long as its halting unit wants."""
    net = Network("act_parity",
                  'A. Graves, "Adaptive Computation Time for Recurrent Neural '
                  'Networks", arXiv:1603.08983, 2016, Section 3.1: parity, 64 '
                  "inputs and a flag that marks the first step of an input, "
                  "128 tanh units, at most 100 steps", vector=[65])
    with net.times("ponder"), net.scope("step"):
        # The token of the step before.
        x = net.rnn_cell("cell", ["vector", previous("step_cell")], "simple",
                         128)
        halt = net.elementwise("halt", net.linear("halt_fc", x, 1), "sigmoid")
        mean = net.mul("weighted", [x, halt])
        mean = net.add("mean", [mean, previous("step_mean")])
        total = net.add("total", [halt, previous("step_total")])
        done = net.elementwise("done", total, "compare")
    net.repeat("ponder", 100, done)
    net.output(net.elementwise("answer", net.linear("fc", mean, 1), "sigmoid"))
    rates = {"1": "0.05", "2": "0.1", "3": "0.2", "4": "0.25", "5": "0.2",
             "6": "0.1", "8": "0.06", "12": "0.03", "25": "0.01"}
    net.distribution("assumed: the paper draws steps over difficulty, it gives "
                     "no table", [case(rate, ponder=steps)
                                  for steps, rate in rates.items()])
    return net


NETWORKS = [skipnet_ff_resnet110, skipnet_rnn_resnet110, blockdrop_resnet110,
            act_parity]
