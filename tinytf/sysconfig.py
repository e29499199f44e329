"""tf.sysconfig: how the library was built. There is nothing to compile against."""

from __future__ import annotations

from tinytf.version import CXX11_ABI_FLAG, MONOLITHIC_BUILD  # noqa: F401


def _no_library(name):
    def refuse():
        raise NotImplementedError(
            "tf.sysconfig.%s: tinytf has no C++ headers and no shared library to build ops with. Use tf.py_func instead." % name
        )

    refuse.__name__ = name
    refuse.__doc__ = "Raises NotImplementedError: there is no C++ library."
    return refuse


get_include = _no_library("get_include")
get_lib = _no_library("get_lib")
get_compile_flags = _no_library("get_compile_flags")
get_link_flags = _no_library("get_link_flags")
