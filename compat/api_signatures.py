"""The public names of TensorFlow 1.15 with their kind and signature, one a line: run under the real one, and by check_signatures.py here.

    venvs/tf1/bin/python compat/api_signatures.py compat/api_symbols.txt > compat/api_signatures.txt
"""

import enum
import inspect
import sys


def decorated_argspec(function):
    """The FullArgSpec that TensorFlow's decorators keep of a function, or the function inside; else the function."""
    for _ in range(20):
        decorator = getattr(function, "_tf_decorator", None)
        target = getattr(decorator, "decorated_target", None)
        if target is None or target is function:
            return function
        if decorator.decorator_argspec is not None:
            return decorator.decorator_argspec
        function = target
    return function


def default_text(value):
    """A default as text that does not depend on the process."""
    if isinstance(value, (type(None), bool, int, float, str, bytes)):
        return repr(value)
    if isinstance(value, tuple):
        return "(" + ", ".join(map(default_text, value)) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(default_text, value)) + "]"
    if isinstance(value, enum.Enum):
        return str(value)
    if hasattr(value, "as_numpy_dtype"):
        return "tf." + value.name
    return getattr(value, "__name__", "<object>")


def signature_text(function):
    """'(a, b=1, *args, c=2, **kwargs)'; '(?)' where it cannot be told."""
    spec = decorated_argspec(function)
    try:
        if isinstance(spec, tuple):
            args, varargs, keywords, defaults = spec[:4]
            only, only_defaults = (spec[4], spec[5] or {}) if len(spec) > 4 else ((), {})
        else:
            parameters = list(inspect.signature(spec).parameters.values())
            args = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
            defaults = [p.default for p in parameters if p.name in args and p.default is not p.empty]
            varargs = next((p.name for p in parameters if p.kind == p.VAR_POSITIONAL), None)
            keywords = next((p.name for p in parameters if p.kind == p.VAR_KEYWORD), None)
            only = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY]
            only_defaults = {p.name: p.default for p in parameters if p.name in only and p.default is not p.empty}
    except (ValueError, TypeError):
        return "(?)"
    defaults = list(defaults or ())
    first = len(args) - len(defaults)
    shown = [a if i < first else a + "=" + default_text(defaults[i - first]) for i, a in enumerate(args)]
    if varargs or only:
        shown.append("*" + (varargs or ""))
    shown += [k + ("=" + default_text(only_defaults[k]) if k in only_defaults else "") for k in only]
    if keywords:
        shown.append("**" + keywords)
    return "(" + ", ".join(shown) + ")"


def members(cls):
    """(name, what it is) of the public members of a class, and of its constructor."""
    for name in sorted(set(dir(cls))):
        if name.startswith("_") and name != "__init__":
            continue
        value = inspect.getattr_static(cls, name, None)
        if isinstance(value, (staticmethod, classmethod)):
            yield name, signature_text(value.__func__)
        elif name == "__init__":
            if value is not object.__init__ and callable(value):
                yield name, signature_text(value)
        elif callable(value) and not inspect.isclass(value):
            yield name, signature_text(value)
        elif isinstance(value, (bool, int, float, str, bytes)):
            yield name, repr(value)
        else:
            yield name, "attribute"


def describe(tf, path):
    """(path, what it is) of a public name and of its members; nothing where it is absent."""
    value = tf
    for part in path.split(".")[1:]:
        value = getattr(value, part, None)
        if value is None:
            return
    if inspect.isclass(value):
        if hasattr(value, "DESCRIPTOR"):
            yield path, value.DESCRIPTOR.full_name
            return
        yield path, "class"
        if issubclass(value, enum.Enum):
            yield path + ".*", repr([(m.name, m.value) for m in value])
        if not issubclass(value, (dict, enum.Enum)) and not any(c.__name__ == "TestCase" for c in value.__mro__):
            for name, text in members(value):
                yield path + "." + name, text
    elif callable(value):
        yield path, signature_text(value)
    elif isinstance(value, (bool, int, float, str, bytes, tuple)):
        yield path, default_text(value)
    else:
        yield path, "object"


def every(tf, symbols):
    """The lines of all names in the file `symbols`."""
    with open(symbols) as file:
        names = [line.strip() for line in file if line.startswith("tf.")]
    for path in names:
        for where, text in describe(tf, path):
            yield where + " " + text


if __name__ == "__main__":
    import tensorflow

    print("\n".join(every(tensorflow, sys.argv[1])))
