"""Transformer encoders: attention, feed-forward layers."""


def heads_of(net, name, x, tokens, heads, size):
    """[tokens, heads * size] as [heads, tokens, size]."""
    x = net.reshape(f"{name}_split", x, [tokens, heads, size])
    return net.transpose(f"{name}_heads", x, [1, 0, 2])


def attention(net, x, tokens, width, heads):
    """Multi-head self-attention over [tokens, width], output projection
    included. `tokens` may be an expression."""
    size = width // heads
    query, key, value = (
        heads_of(net, name, net.linear(name, x, width), tokens, heads, size)
        for name in ("query", "key", "value"))
    scores = net.matmul("scores", query, key, transpose_right=True)
    scores = net.elementwise("scores_scale", scores, "scale")
    shares = net.softmax("scores_softmax", scores)
    y = net.matmul("context", shares, value)
    y = net.transpose("context_tokens", y, [1, 0, 2])
    y = net.reshape("context_join", y, [tokens, width])
    return net.linear("project", y, width)


def feed_forward(net, x, width, hidden):
    """Two linear layers with GELU between them."""
    y = net.elementwise("gelu", net.linear("fc1", x, hidden), "gelu")
    return net.linear("fc2", y, width)


def encoder_layer(net, x, tokens, width, heads, hidden, norm_first=False):
    """One encoder layer. Norms behind the sums (BERT), or before attention and
    feed-forward (vision transformers)."""
    y = net.norm("norm1", x, "layer") if norm_first else x
    y = attention(net, y, tokens, width, heads)
    x = net.add("add1", [x, y])
    if not norm_first:
        x = net.norm("norm1", x, "layer")
    y = net.norm("norm2", x, "layer") if norm_first else x
    y = net.add("add2", [x, feed_forward(net, y, width, hidden)])
    return y if norm_first else net.norm("norm2", y, "layer")
