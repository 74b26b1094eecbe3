"""Width: slimmable channels, channels chosen by their saliency, experts,
neurons.
"""

from networks.builder import Network, case
from networks.mobilenet import V1_BLOCKS
from networks.transformer import attention

WIDTHS = ["0.25", "0.5", "0.75", "1"]
SLIMMABLE = 'J. Yu et al., "Slimmable Neural Networks", ICLR 2019'


def _switched(net, name, x):
    """Batch norm with statistics of its own for every width, then ReLU."""
    norms = []
    for width in WIDTHS:
        with net.when(f"width == {width}"):
            suffix = width.replace(".", "")
            norms.append(net.norm(f"{name}_norm{suffix}", x))
    return net.relu(f"{name}_relu", net.merge(f"{name}_norm", norms))


def slimmable_mobilenet_v1():
    """MobileNetV1 at four widths, with switchable batch norm."""
    net = Network("slimmable_mobilenet_v1",
                  f"{SLIMMABLE}: S-MobileNet v1 [0.25, 0.5, 0.75, 1.0]x, "
                  "224 x 224", image=[3, 224, 224])

    def conv(name, x, out, kernel, **fields):
        return _switched(net, name, net.conv(name, x, out, kernel, bias=False,
                                             **fields))
    x = conv("conv1", "image", "32 * width", 3, stride=2, padding=1)
    before = 32
    for block, (out, stride) in enumerate(V1_BLOCKS, 1):
        with net.scope(f"block{block}"):
            x = conv("depthwise", x, f"{before} * width", 3, stride=stride,
                     padding=1, groups=f"{before} * width")
            x = conv("pointwise", x, f"{out} * width", 1)
        before = out
    net.output(net.classifier("head", x, 1000))
    net.width("width", WIDTHS)
    net.distribution(
        f"{SLIMMABLE}, authors' release: top-1 errors 46.9, "
        "35.2, 30.5 and 28.5 %; assumed: every width a quarter of the time",
        [case("0.25", accuracy=accuracy, width=width) for width, accuracy in
         zip(WIDTHS, ["0.531", "0.648", "0.695", "0.715"])])
    return net


FBS = ('X. Gao et al., "Dynamic Channel Pruning: Feature Boosting and '
       'Suppression", ICLR 2019')
# Output channels, stride, padding.
CIFARNET = [(64, 1, 0), (64, 1, 1), (128, 2, 1), (128, 1, 1), (128, 1, 1),
            (192, 2, 1), (192, 1, 1), (192, 1, 1)]


def fbs_cifarnet():
    """A predictor in front of every convolution says which of its channels
    matter; the others are neither computed nor read by the next."""
    net = Network("fbs_cifarnet",
                  f"{FBS}: M-CifarNet, density 0.5 in every layer",
                  image=[3, 32, 32])
    x = "image"
    for layer, (out, stride, padding) in enumerate(CIFARNET):
        with net.scope(f"layer{layer}"):
            y = net.reshape("flatten", net.global_pool("pool", x))
            y = net.relu("saliency", net.linear("predictor", y, out))
            net.active(f"channels{layer}", out, y, keep="0.5")
            kept = f"channels{layer}"
            boost = net.reshape("boost", net.gather("kept", y, kept),
                                [kept, 1, 1])
            x = net.conv("conv", x, kept, 3, stride=stride, padding=padding)
            x = net.relu("relu", net.mul("boosted", [x, boost]))
    net.output(net.classifier("head", x, 10))
    return net


TOKENS, MODEL, EXPERTS = 197, 384, 8
# Tokens of each expert, most first; each sums to twice 197.
LOADS = {"0.6": [50, 50, 49, 49, 49, 49, 49, 49],
         "0.3": [98, 80, 60, 48, 40, 32, 24, 12],
         "0.1": [197, 120, 77, 0, 0, 0, 0, 0]}


def moe_transformer_block():
    """A transformer block with eight experts, two for each token."""
    net = Network("moe_transformer_block",
                  "a block of DeiT-S (H. Touvron et al., ICML 2021: 197 tokens "
                  "of 384, 6 heads, 1536 hidden) with eight feed-forward "
                  "experts; top-2 routing with capacity as in D. Lepikhin et "
                  'al., "GShard: Scaling Giant Models with Conditional '
                  'Computation and Automatic Sharding", ICLR 2021',
                  tokens=[TOKENS, MODEL])
    y = attention(net, net.norm("norm1", "tokens", "layer"), TOKENS, MODEL, 6)
    x = net.add("add1", ["tokens", y])
    y = net.norm("norm2", x, "layer")
    router = net.softmax("router_softmax", net.linear("router", y, EXPERTS,
                                                      bias=False))
    net.experts("moe", EXPERTS, 2, TOKENS, router)
    outputs = []
    for expert in range(EXPERTS):
        load = f"moe.e{expert}"
        with net.scope(f"expert{expert}"), net.when(f"{load} > 0"):
            z = net.linear("fc1", net.gather("gather", y, load), 4 * MODEL)
            z = net.linear("fc2", net.elementwise("gelu", z, "gelu"), MODEL)
            outputs.append(z)
    y = net.concat("rows", outputs)
    # Each row times its router weight, added at its token's place.
    y = net.opaque("combine", [y, router], "weighted_scatter_add",
                   2 * 2 * TOKENS * MODEL, shape=[TOKENS, MODEL])
    net.output(net.add("add2", [x, y]))
    net.distribution("assumed: loads that are even, skewed and collapsed", [
        case(share, moe=[str(load) for load in [*loads, 0]])
        for share, loads in LOADS.items()])
    return net


def conditional_neurons_ffn():
    """A feed-forward layer of which a predictor names the neurons that will
    not be zero."""
    net = Network("conditional_neurons_ffn",
                  "the feed-forward layer of T5-Base (C. Raffel et al., JMLR "
                  "21, 2020: 768, 3072 hidden, ReLU) for one token, with a "
                  'predictor of active neurons as in Z. Liu et al., "Deja Vu: '
                  'Contextual Sparsity for Efficient LLMs at Inference Time", '
                  "ICML 2023; its rank of 128 is ours", token=[768])
    x = net.norm("norm", "token", "rms")
    y = net.linear("predictor1", x, 128, bias=False)
    y = net.linear("predictor2", y, 3072, bias=False)
    net.active("neurons", 3072, net.elementwise("predicted", y, "compare"))
    y = net.relu("relu", net.linear("fc1", x, "neurons", bias=False))
    y = net.linear("fc2", y, 768, bias=False)
    net.output(net.add("add", ["token", y]))
    net.distribution(
        'Z. Li et al., "The Lazy Neuron Phenomenon: On Emergence of Activation '
        'Sparsity in Transformers", ICLR 2023: 3.0 % of the neurons of '
        "T5-Base are not zero (92 of 3072); assumed: the spread around this "
        "mean",
        [case("0.25", neurons="46"), case("0.5", neurons="92"),
         case("0.25", neurons="138")])
    return net


NETWORKS = [slimmable_mobilenet_v1, fbs_cifarnet, moe_transformer_block,
            conditional_neurons_ffn]
