"""SkipNet and BlockDrop for docs/reproductions.md: published against ours.

`sections(macs)` returns the text of both sections. `macs(network, what)` gives
multiply-accumulates of a network of the catalogue: `static` with every block
executed, `least` with none. Everything else here is as published, or arithmetic
on it.
"""

import math
import textwrap

BLOCKS = 54
# Z. Wu et al., CVPR 2018; the authors' release prints these for CIFAR-10.
USED, USED_DEVIATION = 16.933, 3.717
OPS, OPS_DEVIATION = 1.81e8, 3.43e7
# X. Wang et al., ECCV 2018: less computation on CIFAR-10; the gates' shares of
# a residual block.
REDUCTION, FF_GATE, RNN_GATE = 0.50, 0.125, 0.0004


def _off(ours, published):
    percent = round(100 * (ours / published - 1), 1)
    return f"{percent:+.1f} %" if percent else "none"


def _share(value, digits=1):
    return f"{100 * value:.{digits}f} %"


def _paragraph(text):
    return textwrap.fill(" ".join(text.split()), 80,
                         break_on_hyphens=False)


def _table(rows):
    head = ["figure", "published", "ours", "deviation"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _gate_share(macs, network):
    """Work of a gate over that of a block, on average over the blocks."""
    plain = macs("blockdrop_resnet110", "static") - _policy(macs)
    gates = macs(network, "static") - plain
    return gates / _blocks(macs)


def _blocks(macs):
    """Work of all 54 blocks."""
    return (macs("blockdrop_resnet110", "static")
            - macs("blockdrop_resnet110", "least"))


# ResNet-110 outside of its blocks: 27 x 16 on 32 x 32, 64 x 10.
AROUND = 32 * 32 * 27 * 16 + 640


def _policy(macs):
    return macs("blockdrop_resnet110", "least") - AROUND


def _skipnet(macs):
    static = macs("blockdrop_resnet110", "static") - _policy(macs)
    expected = (macs("skipnet_rnn_resnet110", "least")
                + _rate(macs, static) * _blocks(macs))
    feed_forward = _gate_share(macs, "skipnet_ff_resnet110")
    recurrent = _gate_share(macs, "skipnet_rnn_resnet110")
    rows = [
        ["MACs of ResNet-110", "253 M", f"{static / 1e6:.1f} M",
         _off(static, 253e6)],
        ["FFGate-II, share of the blocks", _share(FF_GATE),
         _share(feed_forward), _off(feed_forward, FF_GATE)],
        ["RNNGate, share of the blocks", "about " + _share(RNN_GATE, 2),
         _share(recurrent, 3), _off(recurrent, RNN_GATE)],
        ["reduction on CIFAR-10, recurrent gates", _share(REDUCTION, 0),
         _share(1 - expected / static), "by construction"]]
    given = _paragraph("""X. Wang et al., ECCV 2018. Given: layers and gates.
        Predicted: the work of gates and blocks, hence what a rate of execution
        saves.""")
    left = _paragraph(f"""FFGate-II is an eighth of a whole block; the two blocks
        that halve the extents are three quarters of one. What the paper counts
        in an RNNGate it does not say; ours is the average of the projection,
        the LSTM's products and the last layer. Not reproduced: the rate of
        each gate, which the paper draws but does not tabulate, and the
        accuracy at it, since no gates of single images are released. The
        catalogue executes every gate at one rate,
        {_share(_rate(macs, static))}, which gives the published reduction;
        with feed-forward gates the same rate saves
        {_share(1 - _with_gates(macs, static) / static)}, for these gates cost
        {_share(feed_forward)} of the blocks.""")
    return f"""## SkipNet, ResNet-110 on CIFAR-10

{given}

{_table(rows)}

{left}
"""


def _rate(macs, static):
    least = macs("skipnet_rnn_resnet110", "least")
    return ((1 - REDUCTION) * static - least) / _blocks(macs)


def _with_gates(macs, static):
    return (macs("skipnet_ff_resnet110", "least")
            + _rate(macs, static) * _blocks(macs))


def _blockdrop(macs):
    rate = USED / BLOCKS
    # Exact; `dynarch behavior` draws images, and differs by what it draws.
    expected = macs("blockdrop_resnet110", "least") + rate * _blocks(macs)
    a_block = _blocks(macs) / BLOCKS
    blocks = math.sqrt(BLOCKS * rate * (1 - rate))
    policy = _policy(macs)
    rows = [
        ["blocks used", f"{USED}", f"{USED}", "given"],
        ["their deviation, gates independent", f"{USED_DEVIATION}",
         f"{blocks:.3f}", _off(blocks, USED_DEVIATION)],
        ["operations an image (2 a MAC)", f"{OPS / 1e6:.0f} M",
         f"{2 * expected / 1e6:.1f} M", _off(2 * expected, OPS)],
        ["their deviation", f"{OPS_DEVIATION / 1e6:.1f} M",
         f"{2 * a_block * blocks / 1e6:.1f} M",
         _off(2 * a_block * blocks, OPS_DEVIATION)],
        ["the same, from the published blocks", f"{OPS_DEVIATION / 1e6:.1f} M",
         f"{2 * a_block * USED_DEVIATION / 1e6:.1f} M",
         _off(2 * a_block * USED_DEVIATION, OPS_DEVIATION)]]
    given = _paragraph(f"""Z. Wu et al., CVPR 2018, and the output that the
        authors' release prints. Given: layers, policy network
        ({policy / 1e6:.1f} M MACs), blocks used on average. Predicted:
        operations, and what they would spread by if the 54 decisions were
        independent.""")
    left = _paragraph("""What is left: a block that halves the extents has three
        quarters of the work of the others, and which blocks are used is not
        published. The published spread is wider than that of independent
        decisions: they are correlated, as images are easy or hard as a whole.
        The release's 469 policies are not published, hence neither accuracy
        nor joint rates can be replayed.""")
    return f"""## BlockDrop, ResNet-110 on CIFAR-10

{given}

{_table(rows)}

{left}
"""


def sections(macs):
    """Both sections as Markdown."""
    return _skipnet(macs) + "\n" + _blockdrop(macs)
