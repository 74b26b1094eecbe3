"""Sections of docs/reproductions.md on early exits."""

import itertools

from reproductions_tools import deviation, shares, table

# S. Teerapittayanon et al., ICPR 2016, Table I: network, time without exits and
# with them (ms) on CPU and GPU.
BRANCHYNET = {
    "branchynet_lenet": ("B-LeNet", {"CPU": (3.37, 0.62),
                                     "GPU": (1.58, 0.34)}),
    "branchynet_alexnet": ("B-AlexNet", {"CPU": (9.56, 6.32),
                                         "GPU": (3.15, 1.30)}),
    "branchynet_resnet110": ("B-ResNet", {"CPU": (137.2, 73.5),
                                          "GPU": (70.9, 37.2)}),
}

# Times of the stages (ms), fitted to the published sweeps of thresholds by
# non-negative least squares; without exits; mean error of the fit (%).
STAGES = {
    "branchynet_lenet": ((0.396, 2.17), 2.79, 3.99),
    "branchynet_alexnet": ((2.785, 1.567, 2.418), 5.26, 1.81),
}

# F. Ilhan et al., WACV 2024, as released: network and data, budget (ms),
# probability of each exit, time to it (ms).
EENET = [
    ("BERT, AG News", 125, (0.17598, 0.26352, 0.12969, 0.43082),
     (51.04, 91.35, 148.13, 188.9)),
    ("BERT, SST-2", 125, (0.16380, 0.35019, 0.15347, 0.33254),
     (51.04, 91.35, 148.13, 188.9)),
    ("DenseNet-121, CIFAR-100", 6.5, (0.13767, 0.43928, 0.26330, 0.15975),
     (2.49, 5.3, 9.53, 10.2)),
    ("ResNet-56, CIFAR-10", 2.5, (0.88235, 0.09172, 0.02593),
     (2.31, 4.15, 4.93)),
]

# A check of the largest probability, of it and the label, and a random choice,
# on an MSP430: energy (uJ) and time (ms) of one.
MSP430 = {"max_prob": (6.0775, 13.8324), "label_max_prob": (6.3005, 14.3824),
          "random": (0.3603, 2.8325)}

THRESHOLDS = ["0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]


def _mean(rates, costs):
    return sum(rate * cost for rate, cost in zip(rates, costs))


def branchynet(build):
    """Table I: gains from rates and work, and from rates and stage times."""
    work, times = [], []
    for network, (name, published) in BRANCHYNET.items():
        behavior = build.behavior(network)
        gain = behavior["macs_static"] / behavior["macs_expected"]
        rates = ", ".join(f"{100 * rate:.1f} %" for rate in shares(behavior))
        for device, (without, with_) in published.items():
            work.append([name, device, rates, f"{without / with_:.2f}",
                         f"{gain:.2f}", deviation(gain, without / with_)])
        if network in STAGES:
            stages, without, error = STAGES[network]
            until = list(itertools.accumulate(stages))
            fitted = without / _mean(shares(behavior), until)
            paper = published["CPU"][0] / published["CPU"][1]
            times.append([name, ", ".join(map(str, stages)), without,
                          f"{paper:.2f}", f"{fitted:.2f}",
                          deviation(fitted, paper), f"{error} %"])
    head = ["network", "device", "exit rates", "gain, published",
            "gain, predicted", "deviation"]
    return "\n".join([
        "## BranchyNet, Table I", "",
        'S. Teerapittayanon et al., "BranchyNet: Fast Inference via Early '
        'Exiting from Deep Neural Networks", ICPR 2016. *Given:* layers of the '
        "authors' release, exit rates of the table. *Predicted:* work without "
        "exits over expected work, heads included.", "",
        table(head, work),
        "Work alone predicts the CPU gain of AlexNet. It does not predict that "
        "of ResNet, whose 111 small convolutions cost a framework time that "
        "their work does not show: the first exit leaves out 108 of them, but "
        "its own head, with a fully connected layer of 26 million weights, is "
        "a sixth of the network's work. Nor does it predict AlexNet's on the "
        "GPU, which a batch of one does not fill. Of LeNet see below. The "
        "release differs from the paper's text, which puts AlexNet's exits one "
        "convolution earlier; which of them the table measured is not said.",
        "",
        "*Given:* times of the stages, fitted to the published sweeps of "
        "thresholds, and the exit rates of the table, which the fit has not "
        "seen.", "",
        table(["network", "stages (ms)", "without exits (ms)",
               "CPU gain, published", "predicted", "deviation",
               "mean error of the fit"], times),
        "The stages of B-LeNet take 2.57 ms together, less than the 2.79 ms of "
        "LeNet without exits, which computes less: a tenth of the published "
        "gain does not come from exits. Against its own stages the gain is "
        f"{_own_gain(build, 'branchynet_lenet'):.2f}; work, heads included on "
        f"both sides, gives {_worst_gain(build, 'branchynet_lenet'):.2f}.", "",
        "Absolute times are not predicted: neither a 3.0 GHz desktop processor "
        "nor a GTX TITAN X is in the catalogue.", "",
        _on_platforms(build)])


def _own_gain(build, network):
    """All stages over their mean, by the fitted times."""
    until = list(itertools.accumulate(STAGES[network][0]))
    return until[-1] / _mean(shares(build.behavior(network)), until)


def _worst_gain(build, network):
    """All stages over their mean, by work."""
    behavior = build.behavior(network)
    return behavior["macs_worst_case"] / behavior["macs_expected"]


def _on_platforms(build):
    rows = []
    for network, (name, _) in BRANCHYNET.items():
        row = [name]
        for platform, element in (("raspberry_pi_4", "cpu"),
                                  ("jetson_xavier_nx", "gpu")):
            dynamic, static = build.evaluate(network, platform, element)
            row.append(f"{1e3 * static['latency_mean_s']:.3g} ms")
            gain = static["latency_mean_s"] / dynamic["latency_mean_s"]
            row.append(f"{gain:.2f}")
        rows.append(row)
    return "\n".join([
        "What the catalogue's platforms would gain; no paper to compare with. "
        "B-ResNet loses: the 26 million weights of its first head come from "
        "DRAM, for every image.", "",
        table(["network", "Raspberry Pi 4, without exits", "gain",
               "Jetson Xavier NX GPU, without exits", "gain"], rows)])


def branchynet_trace(build):
    """The released per-sample trace of a B-LeNet on MNIST."""
    trace = build.reference / "behavior" / "branchylenet_mnist_exit_trace.csv"
    rows = build.rows("behavior/branchylenet_mnist_exit_trace.csv")
    ours = build.behavior("branchynet_lenet", "--trace", trace)
    lines = []
    for row in ours["exits"]["outcomes"]:
        number = row["outcome"].removeprefix("exit")
        counted = sum(sample["exit"] == number for sample in rows)
        lines.append([row["outcome"], counted, row["count"]])
    correct = sum(sample["correct"] == "1" for sample in rows)
    lines.append(["correct", correct, ours["accuracy"]["correct_count"]])
    error = ours["independence_error_ratio"]
    return "\n".join([
        "## B-LeNet, a trace of 5,000 samples", "",
        "*Given:* the exit taken and whether it was right, sample by sample, "
        "of a B-LeNet that others trained. Outcomes only, so thresholds are "
        "refused.", "",
        table(["", "counted in the file", "`dynarch behavior`"], lines),
        f"Expected work is {ours['macs_expected']:,.0f} multiply-accumulates; "
        f"at the rates of Table I it is "
        f"{build.behavior('branchynet_lenet')['macs_expected']:,.0f}. This "
        "network exits less often (91.1 %) and is right less often (98.68 %) "
        "than the paper's (94.3 %, 99.25 %)." + (
            "" if error is None else
            f" Independent marginals would err by {100 * error:+.2f} %."), ""])


def edgebert(build):
    """Exit counts on the released entropies, by any threshold."""
    path = build.reference / "behavior" / "edgebert_sst2_entropy_traces.csv"
    samples = build.rows("behavior/edgebert_sst2_entropy_traces.csv")
    rows = []
    for threshold in THRESHOLDS:
        counts = [0] * 12
        for sample in samples:
            layer = next((k for k in range(11) if
                          float(sample[f"entropy_layer{k + 1}"])
                          < float(threshold)), 11)
            counts[layer] += 1
        ours = build.behavior("bert_base_exits", "--trace", path, "--set",
                              f"decisions.*.threshold={threshold}")
        got = [row["count"] for row in ours["exits"]["outcomes"]]
        mean = _mean(counts, range(1, 13)) / len(samples)
        rows.append([threshold, " ".join(map(str, counts)),
                     "the same" if got == counts else " ".join(map(str, got)),
                     f"{mean:.2f}",
                     f"{ours['macs_expected'] / 1e9:.3f} G",
                     f"{100 * ours['independence_error_ratio']:+.1f} %"])
    return "\n".join([
        "## EdgeBERT: entropies of SST-2", "",
        'T. Tambe et al., "EdgeBERT: Sentence-Level Energy Optimizations for '
        'Latency-Aware Multi-Task NLP Inference", MICRO 2021. *Given:* the '
        "released entropies of 436 sentences at 12 layers (the last layer is a "
        "forced exit). *Predicted:* exit counts under any threshold, against "
        "counting; expected multiply-accumulates of BERT-base with an exit per "
        "layer; the error that independent exits would make.", "",
        table(["entropy <", "sentences by exit, counted", "`dynarch behavior`",
               "mean layer", "expected MACs", "if exits were independent"],
              rows),
        "Accuracy is absent: the release has no labels. Exits are far from "
        "independent: a sentence that is sure at one layer is sure at the "
        "next, so marginal rates promise too little work.", ""])


def eenet(build):
    """Mean time of the released exit statistics, and work against time."""
    rows = []
    for name, budget, rates, until in EENET:
        mean = _mean(rates, until)
        rows.append([name, budget, f"{mean:.2f}", deviation(mean, budget)])
    behavior = build.behavior("eenet_resnet56")
    rates, until = EENET[-1][2], EENET[-1][3]
    time = _mean(shares(behavior), until) / until[-1]
    work = behavior["macs_expected"] / behavior["macs_static"]
    first = behavior["macs_min"] / behavior["macs_static"]
    same = all(abs(ours - paper) < 1e-12
               for ours, paper in zip(shares(behavior), rates))
    return "\n".join([
        "## EENet: exit statistics", "",
        'F. Ilhan et al., "Adaptive Deep Neural Network Inference Optimization '
        'with EENet", WACV 2024. *Given:* probability of each exit and time to '
        "it, as released. *Predicted:* the mean time, against the budget that "
        "the scheduler was trained for.", "",
        table(["network", "budget (ms)", "mean time (ms)", "deviation"], rows),
        "All lie above the budget, by up to 7 %: it is a penalty in the "
        "scheduler's loss, not a bound.", "",
        f"ResNet-56 in the catalogue has "
        f"{'these rates' if same else 'other rates'}. Its expected work is "
        f"{100 * work:.1f} % of that without exits; the released times give "
        f"{100 * time:.1f} %: {deviation(work, time)}. The first exit comes "
        f"after {100 * first:.0f} % of the work and "
        f"{100 * until[0] / until[-1]:.0f} % of the time.", ""])


def msp430(_):
    """Energy of exit policies: power times time."""
    energy, time = zip(*(MSP430[name] for name in ("random", "max_prob")))
    power = (energy[1] - energy[0]) / (time[1] - time[0])
    predicted = energy[1] + power * (MSP430["label_max_prob"][1] - time[1])
    measured = MSP430["label_max_prob"][0]
    return "\n".join([
        "## An exit check on an MSP430", "",
        "*Given:* measured time and energy of one check of the largest "
        "probability and of one random choice. *Predicted:* the energy of a "
        "check that compares with the label too, as Dynarch does it: power "
        "times time.", "",
        table(["policy", "time (ms)", "energy, measured (uJ)", "predicted",
               "deviation"],
              [["random", MSP430["random"][1], MSP430["random"][0], "given",
                ""],
               ["max_prob", MSP430["max_prob"][1], MSP430["max_prob"][0],
                "given", ""],
               ["label_max_prob", MSP430["label_max_prob"][1], measured,
                f"{predicted:.4f}", deviation(predicted, measured)]]),
        f"The power is {power:.3f} mW beyond what the random choice has. The "
        "times themselves are not predicted: neither clock, number of classes "
        "nor arithmetic is published, and no MSP430 is in the catalogue.", ""])


SECTIONS = [branchynet, branchynet_trace, edgebert, eenet, msp430]
