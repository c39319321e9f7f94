"""The network and the transformer are those of PyTorch, to the last digits of float64."""

import numpy as np
import pytest

from lrlib.data import load_digits, load_mnist1d, load_shakespeare
from lrlib.problems import Network, Transformer

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch")
F = torch.nn.functional


def leaves(problem, w):
    return {name: torch.tensor(part, requires_grad=True) for name, part in problem.views(w).items()}


def check_equal(problem, w, loss, parts):
    loss.backward()
    expected_loss, expected = problem.loss_and_grad(w)
    assert loss.item() == pytest.approx(float(expected_loss), rel=1e-12)
    for name, slope in problem.views(expected).items():
        found = parts[name].grad.numpy()
        np.testing.assert_allclose(slope, found, rtol=1e-10, atol=1e-10 * abs(found).max())


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("data", [load_digits(), load_mnist1d()], ids=["digits", "mnist1d"])
def test_norm_and_residual_connections_are_torchs(norm, residual, activation, data):
    data = data.take(range(60))
    sizes = (data.n_features, 16, 16, 16, 12, 10)
    network = Network(data, sizes, activation, norm=norm, residual=residual)
    rng = np.random.default_rng(3)
    w = network.init(rng) + 0.1 * rng.standard_normal(network.n_params)
    p = leaves(network, w)
    x = torch.tensor(data.X)
    for k in range(1, 5):
        h = x @ p[f"W{k}"]
        h = F.layer_norm(h, h.shape[-1:], p[f"g{k}"], p[f"b{k}"]) if norm else h + p[f"b{k}"]
        h = torch.relu(h) if activation == "relu" else torch.tanh(h)
        x = x + h if residual and k in (2, 3) else h
    loss = F.cross_entropy(x @ p["W5"] + p["b5"], torch.tensor(data.y))
    check_equal(network, w, loss, p)


@pytest.mark.parametrize(("width", "layers", "heads"), [(32, 1, 4), (64, 2, 4), (24, 3, 1)])
def test_the_transformer_is_made_of_torchs_parts(width, layers, heads):
    text = load_shakespeare(context=20).take(range(100, 112))
    model = Transformer(text, width, layers, heads)
    rng = np.random.default_rng(5)
    w = model.init(rng) + 0.05 * rng.standard_normal(model.n_params)
    p = leaves(model, w)
    windows = torch.tensor(text.windows.astype(np.int64))
    x = p["E"][windows[:, :-1]] + p["P"]

    def split(part):
        return part.reshape(*part.shape[:2], heads, -1).transpose(1, 2)

    for k in range(1, layers + 1):
        h = F.layer_norm(x, (width,), p[f"g{k}"], p[f"s{k}"])
        q, key, value = map(split, (h @ p[f"Wqkv{k}"] + p[f"bqkv{k}"]).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(q, key, value, is_causal=True)
        x = x + mixed.transpose(1, 2).reshape(x.shape) @ p[f"Wo{k}"] + p[f"bo{k}"]
        h = F.layer_norm(x, (width,), p[f"g_{k}"], p[f"s_{k}"])
        h = F.gelu(h @ p[f"W1_{k}"] + p[f"b1_{k}"], approximate="tanh")
        x = x + h @ p[f"W2_{k}"] + p[f"b2_{k}"]
    z = F.layer_norm(x, (width,), p["g"], p["s"]) @ p["U"] + p["u"]
    loss = F.cross_entropy(z.reshape(-1, len(text.alphabet)), windows[:, 1:].reshape(-1))
    check_equal(model, w, loss, p)
