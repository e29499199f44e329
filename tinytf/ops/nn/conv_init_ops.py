"""Orthogonal initializers of convolution kernels: the convolution keeps the norm of what goes through it.

A kernel is built of `2 x … x 2` blocks of projections, convolved with each other until it has the size wanted ("Dynamical
isometry and a mean field theory of CNNs", Xiao et al. 2018).  Follows the initializers of this name of TF 1.15, node for node.
"""

from __future__ import annotations

import itertools

from tinytf import dtypes
from tinytf.ops.random import random_ops
from tinytf.ops.state.init_ops import Initializer, floating


class ConvolutionDeltaOrthogonal(Initializer):
    """An orthogonal matrix in the middle of the kernel, zeros around it.  Follows tf.initializers.delta_orthogonal."""

    _settings = ("gain", "seed")

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain, self.seed, self.dtype = gain, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        from tinytf.ops.array import array_ops
        from tinytf.ops.array.gather_scatter import scatter_nd
        from tinytf.ops.math import math_ops

        dtype = self.dtype if dtype is None else dtype
        if len(shape) < 3 or len(shape) > 5:
            raise ValueError("The tensor to initialize must be at least three-dimensional and at most five-dimensional")
        if shape[-2] > shape[-1]:
            raise ValueError("In_filters cannot be greater than out_filters.")
        q = _orthogonal(shape[-1], dtype, self.seed)
        q = q[: shape[-2], :]
        q *= math_ops.cast(self.gain, dtype=dtype)
        middle = [(size - 1) // 2 for size in shape[:-2]]
        return scatter_nd([middle], array_ops.expand_dims(q, 0), shape)


def _orthogonal(n, dtype, seed):
    from tinytf.graph.build import make
    from tinytf.ops.math import math_ops

    q, r = make("Qr", random_ops.random_normal([n, n], dtype=dtype, seed=seed), full_matrices=False)
    q *= math_ops.sign(make("DiagPart", r))  # makes the decomposition unique
    return q


class ConvolutionOrthogonal(Initializer):
    """What the three below share; `spatial` is the number of dimensions besides the filters'."""

    _settings = ("gain", "seed")
    spatial = 0
    _words = ""

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain, self.seed, self.dtype = gain, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        from tinytf.ops.math import math_ops

        dtype = self.dtype if dtype is None else dtype
        if len(shape) != self.spatial + 2:
            raise ValueError("The tensor to initialize must be %s-dimensional" % self._words)
        if shape[-2] > shape[-1]:
            raise ValueError("In_filters cannot be greater than out_filters.")
        if any(size != shape[0] for size in shape[: self.spatial]):
            raise ValueError("Kernel sizes must be equal.")
        kernel = self._orthogonal_kernel(shape[0], shape[-2], shape[-1])
        kernel *= math_ops.cast(self.gain, dtype=dtype)
        return kernel

    def _next_seed(self):
        if self.seed:
            self.seed += 1

    def _orthogonal_matrix(self, n):
        q = _orthogonal(n, self.dtype, self.seed)
        self._next_seed()
        return q

    def _symmetric_projection(self, n):
        """An orthogonal projection onto a random subspace."""
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        q = self._orthogonal_matrix(n)
        mask = math_ops.cast(random_ops.random_normal([n], seed=self.seed) > 0, self.dtype)
        self._next_seed()
        c = math_ops.multiply(q, mask)
        return math_ops.matmul(c, array_ops.matrix_transpose(c))

    def _block(self, n) -> dict:
        """{place in a 2 x … x 2 block: matrix} of one projection a dimension."""
        from tinytf.ops.linalg.matrix_diag import eye as identity
        from tinytf.ops.math import math_ops

        projections = [self._symmetric_projection(n) for _ in range(self.spatial)]
        eye = identity(n, dtype=self.dtype)
        block = {}
        for place in itertools.product([0, 1], repeat=self.spatial):
            block[place], *rest = [self._factor(bit, projection, eye) for bit, projection in zip(place, projections)]
            for factor in rest:
                block[place] = math_ops.matmul(block[place], factor)
        return block

    def _factor(self, bit, projection, eye):
        return eye - projection if bit else projection

    def _convolve(self, a: dict, b: dict) -> dict:
        """The kernel of two convolutions, one after the other."""
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        n = a[(0,) * self.spatial].shape.as_list()[0]
        size_a, size_b = (1 + max(place[0] for place in kernel) for kernel in (a, b))
        result = {}
        for place in itertools.product(range(size_a + size_b - 1), repeat=self.spatial):
            total = array_ops.zeros([n, n], self.dtype)
            for first in itertools.product(*[range(min(size_a, i + 1)) for i in place]):
                second = tuple([i - j for i, j in zip(place, first)])
                if max(second) < size_b:
                    total += math_ops.matmul(a[first], b[second])
            result[place] = total
        return result

    def _orthogonal_kernel(self, size, cin, cout):
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        orthogonal = self._orthogonal_matrix(cout)[0:cin, :]
        if size == 1:
            for _ in range(self.spatial):
                orthogonal = array_ops.expand_dims(orthogonal, 0)
            return orthogonal
        kernel = self._block(cout)
        for _ in range(size - 2):
            kernel = self._convolve(kernel, self._block(cout))
        for place in itertools.product(range(size), repeat=self.spatial):
            kernel[place] = math_ops.matmul(orthogonal, kernel[place])
        return self._stacked(kernel, size, ())

    def _stacked(self, kernel, size, place):
        from tinytf.ops.array import array_ops

        if len(place) == self.spatial:
            return kernel[place]
        return array_ops.stack([self._stacked(kernel, size, (*place, i)) for i in range(size)])


class ConvolutionOrthogonal1D(ConvolutionOrthogonal):
    """A kernel [size, in, out] that keeps norms.  Follows convolutional_orthogonal_1d of TF 1.15."""

    spatial, _words = 1, "three"


class ConvolutionOrthogonal2D(ConvolutionOrthogonal):
    """A kernel [size, size, in, out] that keeps norms.  Follows convolutional_orthogonal_2d of TF 1.15."""

    spatial, _words = 2, "four"


class ConvolutionOrthogonal3D(ConvolutionOrthogonal):
    """A kernel [size, size, size, in, out] that keeps norms.  Follows convolutional_orthogonal_3d of TF 1.15."""

    spatial, _words = 3, "five"

    def _factor(self, bit, projection, eye):
        return bit * projection + (1 - bit) * (eye - projection)


convolutional_delta_orthogonal = ConvolutionDeltaOrthogonal
convolutional_orthogonal_1d = ConvolutionOrthogonal1D
convolutional_orthogonal_2d = ConvolutionOrthogonal2D
convolutional_orthogonal_3d = ConvolutionOrthogonal3D
