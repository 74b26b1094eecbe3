"""BERT-base with an exit behind every layer, for pairs of sentences of 128
tokens, under three rules of exit.
"""

from networks.builder import Network
from networks.transformer import encoder_layer

LAYERS, TOKENS, WIDTH, HEADS, HIDDEN = 12, 128, 768, 12, 3072
WORDS, POSITIONS, SEGMENTS, CLASSES = 30522, 512, 2, 2

BERT = ('J. Devlin et al., "BERT: Pre-training of Deep Bidirectional '
        'Transformers for Language Understanding", NAACL 2019: BERT-base, 128 '
        "tokens, two classes")
DEEBERT = ('exits (pooler and classifier) behind every layer as in J. Xin et '
           'al., "DeeBERT: Dynamic Early Exiting for Accelerating BERT '
           'Inference", ACL 2020')
EDGEBERT = ('T. Tambe et al., "EdgeBERT: Sentence-Level Energy Optimizations '
            'for Latency-Aware Multi-Task NLP Inference", MICRO 2021')


def _network(name, source):
    return Network(name, f"{BERT}; {source}", words=[TOKENS],
                   positions=[TOKENS], segments=[TOKENS])


def _embedding(net):
    with net.scope("embedding"):
        x = net.add("sum", [
            net.embedding("words", "words", WORDS, WIDTH),
            net.embedding("positions", "positions", POSITIONS, WIDTH),
            net.embedding("segments", "segments", SEGMENTS, WIDTH)])
        return net.norm("norm", x, "layer")


def _exit(net, x):
    """Pooler over the first token, classifier, softmax."""
    x = net.slice("first", x, 1)
    x = net.elementwise("tanh", net.linear("pooler", x, WIDTH), "tanh")
    x = net.linear("fc", net.reshape("flatten", x), CLASSES)
    return net.softmax("softmax", x)


def _layers(net, signal, threshold):
    x = _embedding(net)
    for layer in range(1, LAYERS + 1):
        with net.scope(f"layer{layer}"):
            x = encoder_layer(net, x, TOKENS, WIDTH, HEADS, HIDDEN)
        with net.scope(f"exit{layer}"):
            probabilities = _exit(net, x)
        net.exit(f"exit{layer}", probabilities,
                 threshold if layer < LAYERS else None, signal)
    return net


def _rates(rates, first=1):
    return {f"exit{index}": rate for index, rate in enumerate(rates, first)}


def bert_base_exits():
    """Exits on the entropy."""
    net = _layers(_network("bert_base_exits", DEEBERT), "entropy", "0.2")
    net.exit_rates(
        f"{EDGEBERT}: its released entropies of 436 sentences of SST-2, of a "
        "12-layer ALBERT, counted here at entropy < 0.2 (44, 84, 64, 60, 66, "
        "37, 22, 7, 7, 1, 2 and 42 sentences), to six digits; assumed for "
        "BERT-base; no accuracy is released",
        _rates([
            "0.100917", "0.192661", "0.146789", "0.137615", "0.151376",
            "0.084862", "0.050459", "0.016055", "0.016055", "0.002294",
            "0.004587", "0.096330"]))
    return net


def bert_base_patience():
    """Exits where six classifiers in a row agree with the one before."""
    net = _layers(_network(
        "bert_base_patience",
        'patience as in W. Zhou et al., "BERT Loses Patience: Fast and Robust '
        'Inference with Early Exit", NeurIPS 2020'), None, None)
    net.patience(6)
    # 7 x 0.72 + 8 x 0.12 + 9 x 0.06 + 10 x 0.03 + 11 x 0.02 + 12 x 0.05 =
    # 7.66 layers; 12 / 7.66 = 1.57.
    net.exit_rates(
        "assumed: the paper publishes no distribution over layers; these rates "
        "have the mean of 7.66 layers that its speed-up of 1.57 (Table 1, "
        "ALBERT-base, patience 6) stands for",
        {**_rates(["0"] * 6),
         **_rates(["0.72", "0.12", "0.06", "0.03", "0.02", "0.05"], 7)})
    return net


def bert_base_predicted_exit():
    """The entropy at the first exit says at which of the others to stop."""
    net = _layers(_network(
        "bert_base_predicted_exit",
        f"predicted exit as in {EDGEBERT}; bounds: ours, see the "
        "distribution"), "entropy", None)
    net.predicted("exit1", [
        "0.418362", "0.513324", "0.589546", "0.656740", "0.674997",
        "0.684155", "0.685562", "0.687493", "0.687519", "0.687781"])
    net.exit_rates(
        "assumed: bounds and rates are ours, chosen on the entropies that "
        f"{EDGEBERT}, released for 436 sentences of SST-2, so that as many "
        "sentences are predicted to stop at a layer as do at entropy < 0.2 "
        "there (those of the first layer at the second); to six digits",
        {"exit1": "0",
         **_rates([
             "0.293578", "0.146789", "0.137615", "0.151376", "0.084862",
             "0.050459", "0.016055", "0.016055", "0.002294", "0.004587",
             "0.096330"], 2)})
    return net


NETWORKS = [bert_base_exits, bert_base_patience, bert_base_predicted_exit]
