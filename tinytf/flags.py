"""tf.flags, tf.app.flags: command line flags.

A program defines its flags at import (`DEFINE_integer("steps", 100, "how many")`) and reads them as attributes of
`FLAGS`, which parses sys.argv when it is first asked. Accepted are --name=value, --name value, one dash for two,
--flag and --noflag for booleans, `--` before the rest, and --flagfile=FILE. Follows tf.flags of TF 1.15.
"""

from __future__ import annotations

import csv as _csv
import difflib as _difflib
import io as _io
import os as _os
import sys as _sys


class Error(Exception):
    """What is wrong with flags."""


class DuplicateFlagError(Error):
    """A flag is defined twice."""


class IllegalFlagValueError(Error):
    """A value that the flag does not take."""


class UnrecognizedFlagError(Error):
    """A flag that nobody defined."""

    def __init__(self, flagname, flagvalue="", suggestions=()):
        self.flagname, self.flagvalue = flagname, flagvalue
        tip = ". Did you mean: %s ?" % ", ".join(suggestions) if suggestions else ""
        super().__init__("Unknown command line flag '%s'%s" % (flagname, tip))


class UnparsedFlagAccessError(Error):
    """A flag that is read before the command line is parsed."""


class ValidationError(Error):
    """What a validator raises, or returns False for."""


class Flag:
    """One flag: name, help, default, value, and how text becomes a value.

    `parse` turns what the command line (or a default) gives into the value, `serialize` turns it back into text.
    """

    def __init__(self, name, default, help, parse, serialize=str, short_name=None, boolean=False, multi=False):
        self.name, self.help, self.short_name = name, help or "(no help available)", short_name
        self.boolean, self.multi = boolean, multi
        self._parse, self._serialize = parse, serialize
        self.validators: list = []
        self._set_default(default)

    def _set_default(self, value):
        self.default = None if value is None else self._parsed(value)
        self.unparse()

    def unparse(self):
        """Back to the default."""
        self.value = list(self.default) if isinstance(self.default, list) else self.default
        self.present = 0

    def parse(self, argument):
        """Takes one value from the command line."""
        value = self._parsed(argument)
        self.value = self.value + value if self.multi and self.present else value
        self.present += 1

    def _parsed(self, argument):
        try:
            return self._parse(argument)
        except (TypeError, ValueError) as error:
            raise IllegalFlagValueError("flag --%s=%s: %s" % (self.name, argument, error)) from None

    def serialize(self) -> str:
        """The arguments that would set this value."""
        if self.value is None:
            return ""
        if self.boolean:
            return "--%s%s" % ("" if self.value else "no", self.name)
        if self.multi:
            return "\n".join("--%s=%s" % (self.name, self._serialize(v)) for v in self.value)
        return "--%s=%s" % (self.name, self._serialize(self.value))


class FlagHolder:
    """What DEFINE_… returns: `.value` is the flag's value, `.name` its name."""

    def __init__(self, values, name):
        self._values, self.name = values, name

    @property
    def value(self):
        """The flag's value, parsing the command line if that has not happened."""
        return getattr(self._values, self.name)

    @property
    def default(self):
        """The flag's default."""
        return self._values[self.name].default


class FlagValues:
    """All flags: attributes are values, items are Flag objects, a call parses a command line."""

    def __init__(self):
        self.__dict__.update({"__flags": {}, "_short": {}, "_where": {}, "_checks": [], "_parsed": False})

    def _flags(self):
        return self.__dict__["__flags"]

    def _define(self, flag, where):
        flags = self._flags()
        for name in filter(None, (flag.name, flag.short_name)):
            if name in flags or name in self._short:
                first = self._short.get(name) or flags[name]
                raise DuplicateFlagError(
                    "The flag '%s' is defined twice. First from %s, Second from %s.  Description from first occurrence: %s"
                    % (name, self._where.get(first.name), where, first.help)
                )
        flags[flag.name] = flag
        self._where[flag.name] = where
        if flag.short_name:
            self._short[flag.short_name] = flag
        return FlagHolder(self, flag.name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if not self._parsed:
            self(_sys.argv)
        if name not in self._flags():
            raise AttributeError(name)
        return self._flags()[name].value

    def __setattr__(self, name, value):
        if name not in self._flags():
            raise UnrecognizedFlagError(name)
        flag = self._flags()[name]
        before, flag.value = flag.value, value
        try:
            self._check(name)
        except IllegalFlagValueError:
            flag.value = before
            raise

    def __delattr__(self, name):
        if name not in self._flags():
            raise AttributeError(name)
        flag = self._flags().pop(name)
        self._short.pop(flag.short_name, None)

    def __getitem__(self, name):
        return self._flags()[name] if name in self._flags() else self._short[name]

    def __setitem__(self, name, flag):
        self._flags()[name] = flag

    def __contains__(self, name):
        return name in self._flags()

    def __iter__(self):
        return iter(self._flags())

    def __len__(self):
        return len(self._flags())

    def __dir__(self):
        return sorted(self._flags()) + [name for name in dir(type(self)) if not name.startswith("_")]

    def __call__(self, argv, known_only=False):
        """Parses `argv`, whose first is the program; returns the program and what is no flag.

        UnrecognizedFlagError for a flag that is not defined, unless `known_only`: then it is returned, too.
        IllegalFlagValueError for a value that the flag does not take, or a validator refuses.
        """
        if isinstance(argv, (str, bytes)):
            raise TypeError("argv should be a tuple/list of strings, not bytes or string.")
        if not argv:
            raise ValueError("argv cannot be an empty list, and must contain the program name as the first element.")
        rest = self._parse(list(argv[1:]), known_only)
        self.__dict__["_parsed"] = True
        self._check()
        return [argv[0]] + rest

    def _parse(self, arguments, known_only):
        rest, undefok = [], set()
        unknown = []
        while arguments:
            argument = arguments.pop(0)
            if argument == "--":
                return rest + arguments
            if not argument.startswith("-") or argument == "-":
                rest.append(argument)
                continue
            name, has_value, value = argument.lstrip("-").partition("=")
            if name == "flagfile":
                with open(_os.path.expanduser(value if has_value else arguments.pop(0)), encoding="utf-8") as stream:
                    lines = [line.strip() for line in stream]
                arguments = [line for line in lines if line and line[0] not in "#/"] + arguments
                continue
            if name == "undefok":
                undefok.update((value if has_value else arguments.pop(0)).split(","))
                continue
            flag = self._flags().get(name) or self._short.get(name)
            if flag is None and name.startswith("no") and not has_value and getattr(self._flags().get(name[2:]), "boolean", False):
                flag, value, has_value = self._flags()[name[2:]], "false", "="
            if flag is None:
                rest.append(argument) if known_only else unknown.append((name, value))
            elif flag.boolean and not has_value:
                flag.parse("true")
            elif not has_value and not arguments:
                raise Error("Missing value for flag " + argument)
            else:
                flag.parse(value if has_value else arguments.pop(0))
        for name, value in unknown:
            if name not in undefok and not (name.startswith("no") and name[2:] in undefok):
                near = _difflib.get_close_matches(name, self._flags(), 3, 0.6)
                raise UnrecognizedFlagError(name, value, near)
        return rest

    def _check(self, changed=None):
        for names, check, message in self._checks:
            if changed is not None and changed not in names:
                continue
            values = {name: self._flags()[name].value for name in names}
            try:
                fine = check(values if len(names) > 1 else values[names[0]])
            except ValidationError as error:
                fine, message = False, str(error)
            if not fine:
                said = ", ".join("flag --%s=%s" % item for item in values.items())
                raise IllegalFlagValueError("%s: %s" % (said, message))

    def is_parsed(self) -> bool:
        """Whether a command line has been parsed."""
        return self._parsed

    def mark_as_parsed(self) -> None:
        """From now on the values count, without a command line."""
        self.__dict__["_parsed"] = True

    def unparse_flags(self) -> None:
        """All flags back to their defaults, as if no command line had been parsed."""
        self.__dict__["_parsed"] = False
        for flag in self._flags().values():
            flag.unparse()

    def flag_values_dict(self) -> dict:
        """{name: value}"""
        return {name: flag.value for name, flag in self._flags().items()}

    def set_default(self, name, value) -> None:
        """Another default for a flag."""
        if name not in self._flags():
            raise UnrecognizedFlagError(name)
        flag = self._flags()[name]
        kept = flag.value if flag.present else None
        flag._set_default(value)
        if kept is not None:
            flag.value, flag.present = kept, 1
        self._check(name)

    def flags_into_string(self) -> str:
        """All flags as arguments, one a line."""
        return "".join(flag.serialize() + "\n" for flag in self._flags().values() if flag.value is not None)

    def get_help(self, prefix="") -> str:
        """One paragraph a flag: name, help, default."""
        lines = []
        for name, flag in sorted(self._flags().items()):
            short = "-%s," % flag.short_name if flag.short_name else ""
            lines.append("%s  %s--%s%s: %s" % (prefix, short, "[no]" if flag.boolean else "", name, flag.help))
            lines.append("%s    (default: %s)" % (prefix, "none" if flag.default is None else repr(flag.default)))
        return "\n".join(lines)


FLAGS = FlagValues()


def _caller():
    """The file that defines a flag, for messages."""
    frame = _sys._getframe(1)
    while frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return _os.path.basename(frame.f_code.co_filename)


def _definer(kind, parse, doc, **options):
    def define(name=None, default=None, help=None, flag_values=None, short_name=None, **old):
        name = old.pop("flag_name", name)
        default = old.pop("default_value", default)
        help = old.pop("docstring", help)
        converter = parse(**{k: old.pop(k) for k in list(old) if k in ("lower_bound", "upper_bound")}) if kind in _BOUNDED else parse
        if old:
            raise TypeError("DEFINE_%s() got an unexpected argument %r" % (kind, sorted(old)[0]))
        return DEFINE_flag(Flag(name, default, help, converter, short_name=short_name, **options), flag_values)

    define.__name__ = define.__qualname__ = "DEFINE_" + kind
    define.__doc__ = doc
    return define


def DEFINE_flag(flag, flag_values=None):
    """Adds a Flag to FLAGS (or to `flag_values`). DuplicateFlagError if there is one of its name."""
    return (FLAGS if flag_values is None else flag_values)._define(flag, _caller())


def _string(argument):
    if not isinstance(argument, str):
        raise TypeError('flag value must be a string, found "%s"' % type(argument))
    return argument


def _boolean(argument):
    if isinstance(argument, str):
        if argument.lower() in ("true", "t", "1"):
            return True
        if argument.lower() in ("false", "f", "0"):
            return False
        raise ValueError("Non-boolean argument to boolean flag", argument)
    if isinstance(argument, int) and bool(argument) == argument:
        return bool(argument)
    raise TypeError("Non-boolean argument to boolean flag", argument)


def _bounded(convert, article, noun):
    def parser(lower_bound=None, upper_bound=None):
        def parse(argument):
            value = convert(argument)
            below = lower_bound is not None and value < lower_bound
            if below or upper_bound is not None and value > upper_bound:
                wanted = "in the range [%s, %s]" % (lower_bound, upper_bound)
                if upper_bound is None:
                    wanted = "no less than %s" % lower_bound
                elif lower_bound is None:
                    wanted = "no greater than %s" % upper_bound
                raise ValueError("%s is not %s %s %s" % (value, article, noun, wanted))
            return value

        return parse

    return parser


def _to_integer(argument):
    if isinstance(argument, str):
        sign = argument[:1] == "-"
        prefix = argument.lstrip("+-").lower()[:2]
        base = 16 if prefix == "0x" else 8 if prefix == "0o" else 10
        return int(argument, base) if base != 10 or not sign else int(argument)
    if isinstance(argument, int):
        return int(argument)
    raise TypeError("Expect argument to be a string or int, found %s" % type(argument))


def _to_float(argument):
    if isinstance(argument, (str, int, float)):
        return float(argument)
    raise TypeError("Expect argument to be a string, int, or float, found %s" % type(argument))


def _comma_list(argument):
    if isinstance(argument, (list, tuple)):
        return list(argument)
    return [word.strip() for word in next(_csv.reader([argument], strict=True))] if argument else []


def _comma_text(value):
    out = _io.StringIO()
    _csv.writer(out, lineterminator="").writerow([str(v) for v in value])
    return out.getvalue()


def _space_list(argument):
    return list(argument) if isinstance(argument, (list, tuple)) else argument.split()


def _multi(parse):
    return lambda argument: [parse(a) for a in (argument if isinstance(argument, (list, tuple)) else [argument])]


_BOUNDED = ("integer", "float", "multi_integer", "multi_float")
_integer_parser = _bounded(_to_integer, "an", "integer")
_float_parser = _bounded(_to_float, "a", "number")

DEFINE_string = _definer("string", _string, "A flag that takes any text.")
DEFINE_boolean = _definer("boolean", _boolean, "A flag that is on or off: --name, --noname, --name=true.", boolean=True)
DEFINE_bool = DEFINE_boolean
DEFINE_integer = _definer("integer", _integer_parser, "A flag that takes an integer (0x… and 0o… too); `lower_bound`, `upper_bound`.")
DEFINE_float = _definer("float", _float_parser, "A flag that takes a number; `lower_bound`, `upper_bound`.")
DEFINE_list = _definer("list", _comma_list, "A flag that takes texts with commas between them.", serialize=_comma_text)
DEFINE_spaceseplist = _definer("spaceseplist", _space_list, "A flag that takes words.", serialize=" ".join)
DEFINE_multi_string = _definer("multi_string", _multi(_string), "A text flag that may be given several times.", multi=True)
DEFINE_multi_integer = _definer(
    "multi_integer", lambda **b: _multi(_integer_parser(**b)), "An integer flag that may be given several times.", multi=True
)
DEFINE_multi_float = _definer(
    "multi_float", lambda **b: _multi(_float_parser(**b)), "A number flag that may be given several times.", multi=True
)


def DEFINE_enum(name, default, enum_values, help, flag_values=None, short_name=None):
    """A flag that takes one of the texts `enum_values`."""
    return DEFINE_flag(Flag(name, default, help, _enum_parser(enum_values), short_name=short_name), flag_values)


def DEFINE_multi_enum(name, default, enum_values, help, flag_values=None):
    """An enum flag that may be given several times."""
    return DEFINE_flag(Flag(name, default, help, _multi(_enum_parser(enum_values)), multi=True), flag_values)


def _enum_parser(enum_values):
    def parse(argument):
        if argument not in enum_values:
            raise ValueError("value should be one of <%s>" % "|".join(enum_values))
        return argument

    return parse


def DEFINE_enum_class(name, default, enum_class, help, flag_values=None):
    """A flag that takes the name of a member of `enum_class`; its value is the member."""

    def parse(argument):
        if isinstance(argument, enum_class):
            return argument
        if argument not in enum_class.__members__:
            raise ValueError("value should be one of <%s>" % "|".join(enum_class.__members__))
        return enum_class[argument]

    return DEFINE_flag(Flag(name, default, help, parse, serialize=lambda member: member.name), flag_values)


def DEFINE_alias(name, original_name, flag_values=None):
    """Another name for a flag."""
    values = FLAGS if flag_values is None else flag_values
    original = values[original_name]
    values._flags()[name] = original
    return FlagHolder(values, name)


def register_validator(flag_name, checker, message="Flag validation failed", flag_values=None):
    """`checker(value)` must hold for a flag, at parsing and whenever it is set; else IllegalFlagValueError."""
    _register(([flag_name], checker, message), flag_values)


def register_multi_flags_validator(flag_names, multi_flags_checker, message="Flags validation failed", flag_values=None):
    """`multi_flags_checker({name: value})` must hold for these flags."""
    _register((list(flag_names), multi_flags_checker, message), flag_values)


def _register(check, flag_values):
    values = FLAGS if flag_values is None else flag_values
    for name in check[0]:
        if name not in values:
            raise UnrecognizedFlagError(name)
    values._checks.append(check)


def validator(flag_name, message="Flag validation failed", flag_values=None):
    """Decorates a function that is to be the validator of a flag."""

    def decorate(checker):
        register_validator(flag_name, checker, message, flag_values)
        return checker

    return decorate


def mark_flag_as_required(flag_name, flag_values=None):
    """The flag must be given (or have a default)."""
    message = "Flag --%s must have a value other than None." % flag_name
    register_validator(flag_name, lambda value: value is not None, message, flag_values)


def mark_flags_as_required(flag_names, flag_values=None):
    """All of these flags must be given."""
    for name in flag_names:
        mark_flag_as_required(name, flag_values)


def mark_flags_as_mutual_exclusive(flag_names, required=False, flag_values=None):
    """At most one of these flags may be given; with `required`, exactly one."""

    def check(values):
        given = sum(value is not None for value in values.values())
        return given == 1 or not required and given == 0

    message = "%s one of (%s) must have a value other than None." % ("Exactly" if required else "At most", ", ".join(flag_names))
    register_multi_flags_validator(flag_names, check, message, flag_values)


def set_default(flag_holder, value):
    """Another default for the flag of a FlagHolder."""
    flag_holder._values.set_default(flag_holder.name, value)
