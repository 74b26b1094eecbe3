"""Active tokens: DeiT-S that drops tokens at a fixed ratio (DynamicViT), or
as the image allows (A-ViT).
"""

from networks.builder import Network, case
from networks.transformer import encoder_layer

PATCHES, WIDTH, HEADS, HIDDEN, LAYERS, CLASSES = 196, 384, 6, 1536, 12, 1000
DEIT = ('H. Touvron et al., "Training data-efficient image transformers & '
        'distillation through attention", ICML 2021: DeiT-S, 224 x 224')
DYNAMICVIT = ('Y. Rao et al., "DynamicViT: Efficient Vision Transformers with '
              'Dynamic Token Sparsification", NeurIPS 2021')
AVIT = ('H. Yin et al., "A-ViT: Adaptive Tokens for Efficient Vision '
        'Transformer", CVPR 2022')


def _embedding(net):
    """[197, 384]: the class token, then a token for each patch."""
    x = net.conv("patches", "image", WIDTH, 16, stride=16)
    x = net.reshape("patches_flatten", x, [WIDTH, PATCHES])
    x = net.transpose("tokens", x, [1, 0])
    # Weights: the class token and a position for every token.
    return net.opaque("positions", x, "class_token_and_positions",
                      PATCHES * WIDTH, (PATCHES + 2) * WIDTH,
                      shape=[PATCHES + 1, WIDTH])


def _layer(net, layer, x, tokens):
    with net.scope(f"layer{layer}"):
        return encoder_layer(net, x, tokens, WIDTH, HEADS, HIDDEN,
                             norm_first=True)


def _classify(net, x):
    x = net.norm("head_norm", x, "layer")
    x = net.reshape("head_flatten", net.slice("head_token", x, 1))
    net.output(net.softmax("head_softmax", net.linear("head_fc", x, CLASSES)))


def _predictor(net, x, patches):
    """Keep or drop for each patch, from itself and the mean of all."""
    half = WIDTH // 2
    x = net.slice("patches", x, patches, begin=1)
    x = net.linear("fc1", net.norm("norm", x, "layer"), WIDTH)
    x = net.elementwise("gelu1", x, "gelu")
    local = net.slice("local", x, half, axis=1)
    mean = net.slice("global", x, half, begin=half, axis=1)
    mean = net.reduce("mean", mean, "mean", axes=[0], keep=True)
    mean = net.opaque("repeat", mean, "repeat", 0, shape=[patches, half])
    x = net.concat("concat", [local, mean], axis=1)
    x = net.elementwise("gelu2", net.linear("fc2", x, half), "gelu")
    x = net.elementwise("gelu3", net.linear("fc3", x, half // 2), "gelu")
    return net.softmax("softmax", net.linear("fc4", x, 2))


def dynamicvit_deit_s():
    """Three times on its way, 70 % of the tokens stay."""
    net = Network("dynamicvit_deit_s",
                  f"{DYNAMICVIT}: DynamicViT-DeiT-S, predictors behind layers "
                  f"3, 6 and 9, keep ratio 0.7; {DEIT}", image=[3, 224, 224])
    x = _embedding(net)
    tokens, patches, stage = PATCHES + 1, PATCHES, 0
    for layer in range(1, LAYERS + 1):
        if layer in (4, 7, 10):
            stage += 1
            with net.scope(f"prune{stage}"):
                scores = _predictor(net, x, patches)
                net.active(f"patches{stage}", patches, scores, keep="0.7")
                patches = f"patches{stage}"
                tokens = f"{patches} + 1"
                x = net.gather("keep", x, tokens)
        x = _layer(net, layer, x, tokens)
    _classify(net, x)
    net.distribution(f"{DYNAMICVIT}, authors' release: top-1 79.3 % at 2.9 "
                     "GFLOPs; the keep ratio fixes every outcome", [case("1", accuracy="0.793")])
    return net


# Patches left behind each of the first eleven layers, by share of the images.
TRAJECTORIES = {
    "0.22": [196, 196, 190, 170, 140, 112, 90, 72, 58, 46, 36],
    "0.46": [196, 196, 196, 188, 172, 154, 136, 118, 102, 88, 76],
    "0.32": [196, 196, 196, 196, 192, 186, 178, 168, 158, 148, 138]}


def avit_deit_s():
    """Each token goes on until it has halted; how many are left is the
    image's choice."""
    net = Network("avit_deit_s",
                  f"{AVIT}: A-ViT-S, halting by the first feature of each "
                  f"token, behind every layer but the last; {DEIT}",
                  image=[3, 224, 224])
    x = _embedding(net)
    tokens, patches, total = PATCHES + 1, PATCHES, None
    for layer in range(1, LAYERS + 1):
        x = _layer(net, layer, x, tokens)
        if layer == LAYERS:
            break
        with net.scope(f"halt{layer}"):
            y = net.slice("feature", x, 1, axis=1)
            y = net.elementwise("shift", y, "scale")
            y = net.elementwise("sigmoid", y, "sigmoid")
            if total is not None:
                y = net.add("total", [total, y])
            going = net.elementwise("going", y, "compare")
            net.active(f"patches{layer}", patches, going)
            patches = f"patches{layer}"
            tokens = f"{patches} + 1"
            x = net.gather("keep", x, tokens)
            if layer < LAYERS - 1:
                total = net.gather("keep_total", y, tokens)
    _classify(net, x)
    net.distribution(
        f"{AVIT}: top-1 78.6 % at 3.6 GFLOPs on average; assumed: the "
        "tokens left behind each layer, of which this is the mean",
        [case(share, {f"patches{layer}": str(left)
                      for layer, left in enumerate(patches, 1)})
         for share, patches in TRAJECTORIES.items()], accuracy="0.786")
    return net


NETWORKS = [dynamicvit_deit_s, avit_deit_s]
