"""Convolution and transposed convolution: values, gradients of both orders, and errors."""

import torch
import torch.nn.functional as F
from torch_case import TorchCase


def _weights(shape):
    """Numbers without a pattern that hides mistakes."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * 37 + 11) % 17 - 8).double().reshape(shape) / 4


def _by_hand(x, weight, stride, padding, dilation, groups):
    """A convolution of two dimensions as a sum of shifted products."""
    x = F.pad(x, [padding] * 4)
    reach = [dilation * (size - 1) + 1 for size in weight.shape[2:]]
    sizes = [(size - span) // stride + 1 for size, span in zip(x.shape[2:], reach)]
    outs = []
    for group in range(groups):
        part = x.chunk(groups, 1)[group]
        total = 0
        for row in range(weight.shape[2]):
            for column in range(weight.shape[3]):
                top, left = row * dilation, column * dilation
                seen = part[:, :, top : top + stride * sizes[0] : stride, left : left + stride * sizes[1] : stride]
                seen = seen[:, :, : sizes[0], : sizes[1]]
                total = total + torch.einsum("nchw,oc->nohw", seen, weight.chunk(groups, 0)[group][:, :, row, column])
        outs.append(total)
    return torch.cat(outs, 1)


class Convolution(TorchCase):
    def test_against_shifted_products(self):
        for stride, padding, dilation, groups in [(1, 0, 1, 1), (2, 1, 1, 2), (1, 2, 2, 1), (3, 1, 2, 4)]:
            x = _weights((2, 4, 9, 8)).requires_grad_()
            weight = _weights((8, 4 // groups, 3, 2)).requires_grad_()
            found = F.conv2d(x, weight, None, stride, padding, dilation, groups)
            wanted = _by_hand(x, weight, stride, padding, dilation, groups)
            self.assertTrue(torch.allclose(found, wanted))
            cotangent = _weights(found.shape)
            for a, b in zip(
                torch.autograd.grad(found, (x, weight), cotangent), torch.autograd.grad(wanted, (x, weight), cotangent)
            ):
                self.assertTrue(torch.allclose(a, b))

    def test_second_derivatives(self):
        x = _weights((1, 2, 5, 4)).requires_grad_()
        weight = _weights((4, 1, 2, 2)).requires_grad_()
        results = []
        for function in (
            lambda: F.conv2d(x, weight, None, 2, 1, 1, 2),
            lambda: _by_hand(x, weight, 2, 1, 1, 2),
        ):
            out = function()
            first = torch.autograd.grad((out**3).sum(), (x, weight), create_graph=True)
            results.append(torch.autograd.grad(sum((part**2).sum() for part in first), (x, weight)))
        for a, b in zip(*results):
            self.assertTrue(torch.allclose(a, b))

    def test_transposed_is_the_gradient(self):
        x, weight = _weights((2, 4, 5)), _weights((4, 3, 3))
        image = torch.zeros(2, 6, 11, dtype=torch.float64, requires_grad=True)
        out = F.conv1d(image, weight, stride=2, padding=1, dilation=1, groups=2)
        self.assertEqual(list(out.shape), [2, 4, 6])
        found = F.conv_transpose1d(_weights((2, 4, 6)), weight, stride=2, padding=1, groups=2)
        self.assertTrue(torch.allclose(found, torch.autograd.grad(out, image, _weights((2, 4, 6)))[0]))
        longer = F.conv_transpose1d(x, weight, stride=2, padding=1, output_padding=1, groups=2)
        self.assertEqual(list(longer.shape), [2, 6, 10])

    def test_gradcheck(self):
        x = _weights((1, 2, 4, 4)).requires_grad_()
        weight = _weights((2, 3, 2, 2)).requires_grad_()
        bias = _weights((3,)).requires_grad_()
        cotangent = _weights((1, 3, 7, 7))

        def total(*inputs):
            return (F.conv_transpose2d(*inputs, stride=2, padding=1, output_padding=1) * cotangent).sum()

        gradients = torch.autograd.grad(total(x, weight, bias), (x, weight, bias))
        for leaf, gradient in zip((x, weight, bias), gradients):
            flat = leaf.detach().reshape(-1)
            for place in (0, flat.numel() - 1):
                sides = []
                for step in (1e-5, -1e-5):
                    moved = flat.clone()
                    moved[place] += step
                    moved = moved.reshape(leaf.shape)
                    sides.append(total(*(moved if other is leaf else other for other in (x, weight, bias))).item())
                self.assertAlmostEqual((sides[0] - sides[1]) / 2e-5, gradient.reshape(-1)[place].item(), 6)

    def test_kinds_of_input(self):
        x = torch.arange(12.0).reshape(1, 3, 4)
        weight = torch.ones(1, 3, 2)
        self.assert_tensor(F.conv1d(x, weight), [[[27.0, 33.0, 39.0]]])
        self.assert_tensor(F.conv1d(x[0], weight), [[27.0, 33.0, 39.0]])
        self.assert_tensor(F.conv1d(x, weight, padding="same"), [[[27.0, 33.0, 39.0, 21.0]]])
        self.assert_tensor(F.conv1d(x, weight, padding="valid"), [[[27.0, 33.0, 39.0]]])
        self.assert_tensor(torch.conv1d(x.long(), weight.long()), [[[27, 33, 39]]], torch.int64)
        strided = torch.arange(24.0).reshape(1, 4, 6).transpose(1, 2)[:, ::2]
        self.assert_tensor(F.conv1d(strided, weight), F.conv1d(strided.contiguous(), weight).tolist())
        self.assertIs(F.conv1d(x.half(), weight.half()).dtype, torch.float16)
        self.assertEqual(list(F.conv1d(torch.ones(0, 3, 4), weight).shape), [0, 1, 3])

    def test_names_of_nodes(self):
        x = torch.ones(1, 1, 3, 3, requires_grad=True)
        self.assertIn("ConvolutionBackward0", str(F.conv2d(x, torch.ones(1, 1, 2, 2)).grad_fn))

    def test_errors(self):
        image = torch.zeros(1, 3, 28, 28)
        self.assert_error(
            RuntimeError,
            "Given groups=1, weight of size [6, 1, 5, 5], expected input[1, 3, 28, 28] to have 1 channels, but got 3 channels "
            "instead",
            F.conv2d,
            image,
            torch.zeros(6, 1, 5, 5),
        )
        self.assert_error(
            RuntimeError,
            "Calculated padded input size per channel: (2 x 2). Kernel size: (5 x 5). Kernel size can't be greater than "
            "actual input size",
            F.conv2d,
            torch.zeros(1, 1, 2, 2),
            torch.zeros(6, 1, 5, 5),
        )
        self.assert_error(
            RuntimeError,
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [28, 28]",
            F.conv2d,
            torch.zeros(28, 28),
            torch.zeros(6, 1, 5, 5),
        )
        self.assert_error(
            RuntimeError,
            "Input type (double) and bias type (float) should be the same",
            F.conv2d,
            image.double(),
            torch.zeros(6, 3, 5, 5),
            torch.zeros(6),
        )
        self.assert_error(
            RuntimeError,
            "padding='same' is not supported for strided convolutions",
            F.conv2d,
            image,
            torch.zeros(6, 3, 5, 5),
            padding="same",
            stride=2,
        )
        self.assert_error(
            RuntimeError,
            "Given transposed=1, weight of size [4, 2, 3, 3], expected input[1, 3, 28, 28] to have 4 channels, but got 3 "
            "channels instead",
            F.conv_transpose2d,
            image,
            torch.zeros(4, 2, 3, 3),
        )
        self.assert_error(
            RuntimeError,
            "Given weight of size [6, 3, 5, 5], expected bias to be 1-dimensional with 6 elements, but got bias of size [5] "
            "instead",
            F.conv2d,
            image,
            torch.zeros(6, 3, 5, 5),
            torch.zeros(5),
        )
