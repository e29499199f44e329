"""JPEG's Huffman tables: how many codes of each length 1 to 16 there are, and the symbols in the order of their codes.

A table's number is 0 to 3 for DC values, 16 to 19 for the other coefficients.
"""

from __future__ import annotations

import numpy as np

_DC = bytes(range(12))
_DC_COUNTS = bytes.fromhex("00010501010101010100000000000000"), bytes.fromhex("00030101010101010101010000000000")
_AC_COUNTS = bytes.fromhex("0002010303020403050504040000017d"), bytes.fromhex("00020102040403040705040400010277")
_AC = (
    bytes.fromhex(
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a4344454647"
        "48494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9"
        "bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    ),
    bytes.fromhex(
        "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a43444546"
        "4748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7"
        "b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
    ),
)
# The standard's example tables (annex K), which nearly everybody uses: for luminance, then for chrominance.
STANDARD = {kind | i: table for i in (0, 1) for kind, table in ((0, (_DC_COUNTS[i], _DC)), (16, (_AC_COUNTS[i], _AC[i])))}


def codes_of(counts) -> tuple:
    """(codes, lengths) of a canonical Huffman table, in the order of its symbols; ValueError where they do not fit."""
    codes, lengths, code = [], [], 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            if code >= 1 << length:
                raise ValueError("more codes than fit")
            codes.append(code)
            lengths.append(length)
            code += 1
        code <<= 1
    return codes, lengths


def symbols_of(counts, symbols) -> tuple:
    """For each 16 bits: (the symbol they begin with, the length of its code)."""
    symbol, length = np.zeros(65536, np.int64), np.full(65536, 17, np.int64)
    for value, code, bits in zip(symbols, *codes_of(counts)):
        start = code << (16 - bits)
        symbol[start : start + (1 << (16 - bits))] = value
        length[start : start + (1 << (16 - bits))] = bits
    return symbol, length


def given_table(frame, build, number, error):
    """What `build` makes of a Huffman table of the frame; the frames of films leave the standard's own ones out."""
    table = frame.huffman.get(number) or (None if frame.progressive else STANDARD.get(number))
    if table is None:
        raise error("a Huffman table that was not given")
    if number < 16 and max(table[1], default=0) > 15:
        raise error("DC values have no more than 15 bits")
    try:
        return build(*table)
    except ValueError as problem:
        raise error("not a Huffman table") from problem
