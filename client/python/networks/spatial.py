"""Space: active pixels (DynConv), active tiles (SBNet), regions (glance and
focus), resolution (DRNet).
"""

from networks import classic
from networks.builder import Network, case, previous
from networks.skipping import shortcut

RESNET50 = ([256, 512, 1024, 2048], [3, 4, 6, 3])
DYNCONV = ('T. Verelst, T. Tuytelaars, "Dynamic Convolutions: Exploiting '
           'Spatial Sparsity for Faster Inference", CVPR 2020')


def dynconv_resnet32():
    """A mask in front of every block says which pixels it computes."""
    net = Network("dynconv_resnet32",
                  f"{DYNCONV}: residual blocks behind a mask of one 3 x 3 "
                  "convolution, on the ResNet-32 of K. He et al., CVPR 2016; "
                  "the first convolution is computed at the dilated mask, "
                  "taken as 1.5 times the pixels (assumed)",
                  image=[3, 32, 32])
    x = net.conv_relu("conv1", "image", 16, 3, padding=1)
    before = 16
    for block in range(1, 16):
        channels, size = [(16, 32), (32, 16), (64, 8)][(block - 1) // 5]
        grows, all_pixels = channels > before, size * size
        stride, pixels = 2 if grows else 1, f"pixels{block}"
        with net.scope(f"block{block}"):
            mask = net.conv("mask_conv", x, 1, 3, stride=stride, padding=1)
            mask = net.elementwise("mask", mask, "compare")
            net.active(pixels, all_pixels, mask)
            kept = shortcut(net, x, channels, size) if grows else x
            y = net.conv("conv1", x, channels, 3, stride=stride, padding=1,
                         positions=f"min({all_pixels}, ceil(1.5 * {pixels}))")
            y = net.conv("conv2", net.relu("conv1_relu", y), channels, 3,
                         padding=1, positions=pixels)
            x = net.relu("relu", net.add("add", [kept, y]))
        before = channels
    net.output(net.classifier("head", x, 10))

    def marginal(block):
        pixels = [1024, 256, 64][(block - 1) // 5]
        return {str(pixels // 4): "0.25", str(pixels // 2): "0.5",
                str(pixels * 3 // 4): "0.25"}
    net.distribution("assumed: half of the pixels are active on average, in "
                     "every block alike and independent of the others",
                     independent={f"pixels{block}": marginal(block)
                                  for block in range(1, 16)})
    return net


CHANNELS, ROWS, COLUMNS, TILE = 64, 400, 704, 16
TILES = ROWS * COLUMNS // TILE ** 2


def sbnet_road():
    """Only tiles that the map marks as road are gathered, computed and
    scattered back."""
    net = Network("sbnet_road",
                  'M. Ren et al., "SBNet: Sparse Blocks Network for Fast '
                  'Inference", CVPR 2018: residual units on gathered tiles of '
                  "a bird's view, the mask from a road map; the layers are "
                  "ours, tiles do not overlap", view=[32, ROWS, COLUMNS])
    pixels = ROWS * COLUMNS
    net.active("tiles", TILES)
    x = net.conv_relu("conv1", "view", CHANNELS, 3, padding=1)
    for unit in (1, 2):
        with net.scope(f"unit{unit}"):
            flat = net.reshape("flat", x, [CHANNELS, pixels])
            y = net.gather("gather", flat, f"{TILE ** 2} * tiles", axis=1)
            kept = net.reshape("tiles", y, [CHANNELS, f"{TILE} * tiles", TILE])
            y = net.conv_relu("conv1", kept, CHANNELS // 2, 1)
            y = net.conv_relu("conv2", y, CHANNELS // 2, 3, padding=1)
            y = net.conv("conv3", y, CHANNELS, 1)
            y = net.relu("relu", net.add("add", [kept, y]))
            y = net.reshape("flat_tiles", y,
                            [CHANNELS, f"{TILE ** 2} * tiles"])
            y = net.scatter("scatter", [y, flat], pixels, axis=1)
            x = net.reshape("view", y, [CHANNELS, ROWS, COLUMNS])
    net.output(net.conv("score", x, 1, 1))
    net.distribution("assumed: shares of the view that are road",
                     [case("0.3", tiles="110"), case("0.5", tiles="165"),
                      case("0.2", tiles="275")])
    return net


FOCUS, PATCH, UNITS = 4, 96, 1024
GFNET = ('Y. Wang et al., "Glance and Focus: a Dynamic Approach to Reducing '
         'Spatial Redundancy in Image Classification", NeurIPS 2020')


def _recognise(net, features, state):
    """Classifier with memory: [1024] and its probabilities."""
    x = net.reshape("flatten", net.global_pool("pool", features))
    memory = net.rnn_cell("memory", [x, *state], "gru", UNITS)
    return memory, net.softmax("softmax", net.linear("fc", memory, 1000))


def gfnet_resnet50():
    """A glance at the small image; then, if that is not enough, up to four
    looks at a part of the large one."""
    net = Network("gfnet_resnet50",
                  f"{GFNET}: ResNet-50, patches of 96 x 96, T = 5; encoders "
                  "for glance and focus, the sizes of policy and classifier "
                  "are assumed", image=[3, 224, 224])
    with net.scope("glance"):
        x = net.resize("small", "image", PATCH, PATCH)
        seen = classic.resnet_features(net, x, classic.bottleneck, *RESNET50)
        memory, probabilities = _recognise(net, seen, [])
    net.exit("glance", probabilities, "0.8")
    with net.scope("focus"), net.times("focus"):
        # Where to look: from what was seen last.
        x = net.merge("seen", [seen, previous("focus_stage4_block3_relu")])
        x = net.relu("encode_relu", net.conv("encode", x, 32, 1))
        x = net.linear("encode_fc", net.reshape("encode_flatten", x), 256)
        x = net.rnn_cell("policy", [x, previous("focus_policy")], "gru", 256)
        x = net.elementwise("place", net.linear("policy_fc", x, 2), "sigmoid")
        x = net.opaque("patch", ["image", x], "crop", 0,
                       shape=[3, PATCH, PATCH])
        x = classic.resnet_features(net, x, classic.bottleneck, *RESNET50)
        state = net.merge("state", [memory, previous("focus_memory")])
        memory, probabilities = _recognise(net, x, [state])
    net.repeat("focus", FOCUS, probabilities)
    net.exit("last", probabilities)
    net.distribution(
        "assumed: how many looks an image takes; the paper draws accuracy over "
        "work, it gives no table",
        # Behind an exit that is taken, what a decision says does not matter.
        [case("0.5", focus="1", exit="glance"),
         case("0.2", focus="1", exit="last"),
         case("0.1", focus="2", exit="last"),
         case("0.05", focus="3", exit="last"),
         case("0.15", focus="4", exit="last")])
    return net


DRNET = 'M. Zhu et al., "Dynamic Resolution Network", NeurIPS 2021'


def drnet_resnet50():
    """A small network says at which of three resolutions the large one sees
    the image."""
    net = Network("drnet_resnet50",
                  f"{DRNET}: ResNet-50 at 112, 168 or 224; the predictor, four "
                  "stages of one residual block at 128 x 128, with the widths "
                  "of ResNet-18 (assumed); the batch norm per resolution is "
                  "not told apart", image=[3, 224, 224])
    with net.scope("predictor"):
        x = net.resize("small", "image", 128, 128)
        x = classic.resnet_features(net, x, classic.basic_block,
                                    [64, 128, 256, 512], [1, 1, 1, 1])
        x = net.classifier("head", x, 3)
    net.resolution("resolution", ["112", "168", "224"], x)
    with net.when("resolution < 224"):
        x = net.resize("resized", "image", "resolution", "resolution")
    x = net.merge("seen", [x, "image"])
    net.output(classic.resnet_body(net, x, classic.bottleneck, *RESNET50))
    net.distribution(
        f"{DRNET}, abstract: 34 % less computation than ResNet-50 at its "
        "accuracy; assumed: the shares of the resolutions, which give this",
        [case("0.34", resolution="112"), case("0.42", resolution="168"),
         case("0.24", resolution="224")])
    return net


NETWORKS = [dynconv_resnet32, sbnet_road, gfnet_resnet50, drnet_resnet50]
