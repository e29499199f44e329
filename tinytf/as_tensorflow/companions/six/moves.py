"""`six.moves`: functions and modules that Python 3 keeps in another place than Python 2 did."""

from __future__ import annotations

import importlib

# name in six.moves -> module of Python 3
MODULES = {
    "builtins": "builtins",
    "configparser": "configparser",
    "collections_abc": "collections.abc",
    "copyreg": "copyreg",
    "cPickle": "pickle",
    "dbm_gnu": "dbm.gnu",
    "dbm_ndbm": "dbm.ndbm",
    "_dummy_thread": "_thread",
    "_thread": "_thread",
    "email_mime_base": "email.mime.base",
    "email_mime_image": "email.mime.image",
    "email_mime_multipart": "email.mime.multipart",
    "email_mime_text": "email.mime.text",
    "html_entities": "html.entities",
    "html_parser": "html.parser",
    "http_client": "http.client",
    "http_cookiejar": "http.cookiejar",
    "http_cookies": "http.cookies",
    "BaseHTTPServer": "http.server",
    "CGIHTTPServer": "http.server",
    "SimpleHTTPServer": "http.server",
    "queue": "queue",
    "reprlib": "reprlib",
    "socketserver": "socketserver",
    "tkinter": "tkinter",
    "tkinter_filedialog": "tkinter.filedialog",
    "tkinter_messagebox": "tkinter.messagebox",
    "tkinter_font": "tkinter.font",
    "urllib": "urllib",
    "urllib_parse": "urllib.parse",
    "urllib_error": "urllib.error",
    "urllib_request": "urllib.request",
    "urllib_robotparser": "urllib.robotparser",
    "winreg": "winreg",
    "xmlrpc_client": "xmlrpc.client",
    "xmlrpc_server": "xmlrpc.server",
}

# name in six.moves -> module and name there
_NAMES = {
    "cStringIO": "io StringIO",
    "filter": "builtins filter",
    "filterfalse": "itertools filterfalse",
    "getcwd": "os getcwd",
    "getcwdb": "os getcwdb",
    "getoutput": "subprocess getoutput",
    "input": "builtins input",
    "intern": "sys intern",
    "map": "builtins map",
    "range": "builtins range",
    "reduce": "functools reduce",
    "reload_module": "importlib reload",
    "shlex_quote": "shlex quote",
    "StringIO": "io StringIO",
    "UserDict": "collections UserDict",
    "UserList": "collections UserList",
    "UserString": "collections UserString",
    "xrange": "builtins range",
    "zip": "builtins zip",
    "zip_longest": "itertools zip_longest",
}

__path__: list = []  # a package: `import six.moves.urllib.request`


def __getattr__(name):
    if name in MODULES:
        module = importlib.import_module(MODULES[name])
        if name == "urllib":  # on Python 3 its parts are there only once something imported them
            for part in ("error", "parse", "request", "response"):
                importlib.import_module("urllib." + part)
        return module
    if name in _NAMES:
        module, there = _NAMES[name].split()
        return getattr(importlib.import_module(module), there)
    raise AttributeError(f"six.moves has no {name}")


def __dir__():
    return sorted([*MODULES, *_NAMES])
