"""Time: skipped updates of a state (SkipRNN), a policy for every frame
(AR-Net), an early stop on a stream, features kept across frames (Deep Feature
Flow).
"""

from networks import classic
from networks.builder import Network, case, previous, state
from networks.mobilenet import v2_features

SKIPRNN = ('V. Campos et al., "Skip RNN: Learning to Skip State Updates in '
           'Recurrent Neural Networks", ICLR 2018')
UNITS = 110


def skiprnn_mnist():
    """One pixel an inference; the state is updated, or stays. Whether the
    next pixel is looked at is known when this one is done: the result is the
    state and that bit."""
    net = Network("skiprnn_mnist",
                  f"{SKIPRNN}: Skip GRU, 110 units, sequential MNIST, one "
                  "pixel an inference", pixel=[1])
    net.skip("update", threshold="0.5")
    with net.when("update"):
        x = net.rnn_cell("cell", ["pixel", previous("state")], "gru", UNITS)
        increment = net.elementwise("increment", net.linear(
            "increment_fc", x, 1), "sigmoid")
    kept = net.merge("state", [x, previous("state")])
    # What is added for every pixel is that of the last update.
    step = net.merge("step", [increment, previous("step")])
    total = net.add("total", [step, previous("total")])
    gate = net.elementwise("gate", total, "compare")
    net.output(net.concat("result", [kept, gate]))
    net.markov_chain(
        f"{SKIPRNN}, sequential MNIST: 392.62 of 784 pixels are used (50.08 %), "
        "accuracy of the sequence 97.6 %; assumed: how updates follow each "
        "other, with this rate", "updates",
        {"updates": state({"updates": "0.1028", "skips": "0.8972"},
                          update="execute"),
         "skips": state({"updates": "0.9", "skips": "0.1"}, update="skip")})
    return net


ARNET = ('Y. Meng et al., "AR-Net: Adaptive Frame Resolution for Efficient '
         'Action Recognition", ECCV 2020')
ACTIONS = 200
RESNETS = {224: (classic.bottleneck, [256, 512, 1024, 2048], [3, 4, 6, 3]),
           168: (classic.basic_block, [64, 128, 256, 512], [3, 4, 6, 3]),
           112: (classic.basic_block, [64, 128, 256, 512], [2, 2, 2, 2])}


def arnet_video():
    """For every frame: jump over it, or look at it small and choose at which
    resolution it is recognised. Predictions are averaged over the frames."""
    net = Network("arnet_video",
                  f"{ARNET}: policy MobileNetV2 and LSTM of 512 units at 84 x "
                  "84, whose features serve that resolution, ResNet-18 at 112, "
                  "ResNet-34 at 168, ResNet-50 at 224, 200 actions",
                  image=[3, 224, 224])
    net.frame("frame")
    scores = []
    with net.when("frame == process"):
        with net.scope("policy"):
            x = net.resize("small", "image", 84, 84)
            x = v2_features(net, x, 84)
            features = net.reshape("flatten", net.global_pool("pool", x))
            x = net.rnn_cell("lstm", [features, previous("policy_lstm")],
                             "lstm", 512)
            x = net.softmax("softmax", net.linear("fc", x, 4))
        net.resolution("look", ["84", "112", "168", "224"], x)
    with net.when("look == 84"):
        scores.append(net.linear("look84_fc", features, ACTIONS))
    for pixels, body in RESNETS.items():
        name = f"look{pixels}"
        with net.scope(name), net.when(f"look == {pixels}"):
            x = "image" if pixels == 224 else net.resize(
                "resized", "image", pixels, pixels)
            x = classic.resnet_features(net, x, *body)
            x = net.reshape("flatten", net.global_pool("pool", x))
            scores.append(net.linear("fc", x, ACTIONS))
    with net.when("frame == process"):
        x = net.softmax("softmax", net.merge("scores", scores))
        x = net.add("sum", [x, previous("average")])
        x = net.elementwise("mean", x, "scale")
    net.output(net.merge("average", [x, previous("average")]))

    def frames(look84, look112, look168, look224, jump):
        return {"look84": look84, "look112": look112, "look168": look168,
                "look224": look224, "jump": jump}
    looks = frames("0.09", "0.13", "0.24", "0.34", "0.2")
    jumps = frames("0.05", "0.1", "0.2", "0.45", "0.2")
    states = {f"look{pixels}": state(looks, frame="process", look=str(pixels))
              for pixels in (84, 112, 168, 224)}
    states["jump"] = state(jumps, frame="skip")
    net.markov_chain(
        f"{ARNET}: mAP 73.8 on ActivityNet at 33.5 GFLOPs for a video "
        "of 16 frames; assumed: how the choices follow each other, with about "
        "this work", "look224", states)
    return net


FRAMES, FEATURES, CHUNK, WORDS = 49, 10, 7, 12


def kws_early_stop():
    """A keyword is said as soon as enough of the second has been heard."""
    net = Network("kws_early_stop",
                  "a GRU over the 49 frames of 10 MFCC of one second, as in Y. "
                  'Zhang et al., "Hello Edge: Keyword Spotting on '
                  'Microcontrollers", arXiv:1711.07128, 2017, that may stop '
                  "after each chunk of 7 frames as in D. Dennis et al., "
                  '"Multiple Instance Learning for Efficient Sequential Data '
                  'Classification on Resource-constrained Devices", NeurIPS '
                  "2018; 128 units (ours)", speech=[FRAMES, FEATURES])
    with net.times("chunks"):
        # Every round another chunk, the state from the one before.
        x = net.slice("chunk", "speech", CHUNK)
        x = net.rnn_cell("gru", [x, previous("gru")], "gru", 128)
        x = net.reshape("flatten", net.slice("last", x, 1, begin=CHUNK - 1))
        x = net.softmax("softmax", net.linear("fc", x, WORDS))
    net.repeat("chunks", FRAMES // CHUNK, x)
    net.output(net.reduce("word", x, "arg_max"))
    rates = ["0.02", "0.08", "0.25", "0.25", "0.15", "0.1", "0.15"]
    net.distribution("assumed: after which chunk a word is known",
                     [case(rate, chunks=str(chunks))
                      for chunks, rate in enumerate(rates, 1)])
    return net


DFF = ('X. Zhu et al., "Deep Feature Flow for Video Recognition", CVPR 2017')
HEIGHT, WIDTH, CITY_CLASSES = 1024, 2048, 19
# FlowNet-S: output channels, kernel, stride.
FLOWNET = [(64, 7, 2), (128, 5, 2), (256, 5, 2), (256, 3, 1), (512, 3, 2),
           (512, 3, 1), (512, 3, 2), (512, 3, 1), (1024, 3, 2)]


def _bottleneck(net, x, inputs, channels, stride, dilation=1):
    y = net.conv_relu("conv1", x, channels // 4, 1)
    y = net.conv_relu("conv2", y, channels // 4, 3, stride=stride,
                      padding=dilation, dilation=dilation)
    y = net.conv("conv3", y, channels, 1)
    if inputs != channels:
        x = net.conv("shortcut", x, channels, 1, stride=stride)
    return net.relu("relu", net.add("add", [x, y]))


def _key_features(net, x):
    """ResNet-101 of stride 16, then 1024 channels."""
    x = net.conv_relu("conv1", x, 64, 7, stride=2, padding=3)
    x = net.pool("pool1", x, "max", 3, stride=2, padding=1)
    inputs = 64
    for stage, (channels, count, first, dilation) in enumerate(
            [(256, 3, 1, 1), (512, 4, 2, 1), (1024, 23, 2, 1),
             (2048, 3, 1, 2)], 1):
        for block in range(1, count + 1):
            with net.scope(f"stage{stage}_block{block}"):
                x = _bottleneck(net, x, inputs, channels,
                                first if block == 1 else 1, dilation)
            inputs = channels
    return net.conv_relu("features", x, 1024, 3, padding=6, dilation=6)


def _flow(net, x):
    """FlowNet-S: a flow of 2 channels at a quarter of its input's extents."""
    maps = []
    for layer, (out, kernel, stride) in enumerate(FLOWNET, 1):
        x = net.conv(f"conv{layer}", x, out, kernel, stride=stride,
                     padding=kernel // 2)
        x = net.elementwise(f"conv{layer}_act", x, "leaky_relu")
        maps.append(x)
    flow = net.conv("flow6", x, 2, 3, padding=1)
    for level, (beside, channels) in enumerate(
            [(maps[7], 512), (maps[5], 256), (maps[3], 128), (maps[1], 64)]):
        name = 5 - level
        up = net.conv_transpose(f"up{name}", flow, 2, 4, stride=2, padding=1)
        y = net.conv_transpose(f"deconv{name}", x, channels, 4, stride=2,
                               padding=1)
        y = net.elementwise(f"deconv{name}_act", y, "leaky_relu")
        x = net.concat(f"concat{name}", [beside, y, up])
        flow = net.conv(f"flow{name}", x, 2, 3, padding=1)
    return flow


def dff_cityscapes():
    """Features of a key frame are kept and moved along the flow of the frames
    behind it."""
    net = Network("dff_cityscapes",
                  f"{DFF}: segmentation of 1024 x 2048 pixels, ResNet-101 on "
                  "key frames, FlowNet on half the extents for the others",
                  image=[3, HEIGHT, WIDTH])
    net.frame("frame")
    half = net.resize("half", "image", HEIGHT // 2, WIDTH // 2)
    with net.when("frame == process"):
        with net.scope("key"):
            features = _key_features(net, "image")
            # The frame that the flow will start from.
            key = net.elementwise("half", half, "scale")
    with net.when("frame == reuse"), net.scope("flow"):
        x = net.concat("frames", [half, previous(key)])
        x = net.pool("pool", _flow(net, x), "average", 2)
        # Four neighbours of each place, weighed: 4 products, 3 sums.
        moved = net.opaque("warp", [previous(features), x], "warp",
                           7 * 1024 * HEIGHT * WIDTH // 256,
                           shape=[1024, HEIGHT // 16, WIDTH // 16])
    x = net.merge("features", [features, moved])
    x = net.conv("score", x, CITY_CLASSES, 1)
    x = net.resize("score_up", x, HEIGHT, WIDTH)
    net.output(net.reduce("label", x, "arg_max", axes=[0]))
    states = {"key": state({"flow1": "1"}, frame="process")}
    for after in range(1, 5):
        follows = f"flow{after + 1}" if after < 4 else "key"
        states[f"flow{after}"] = state({follows: "1"}, frame="reuse")
    net.markov_chain(f"{DFF}: every fifth frame of Cityscapes is a "
                     "key frame; mean IoU 69.2 % beside 71.1 % frame by frame",
                     "key", states)
    return net


NETWORKS = [skiprnn_mnist, arnet_video, kws_early_stop, dff_cityscapes]
