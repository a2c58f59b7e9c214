"""Functions of numbers."""

from collections.abc import Callable

from sqlglot import exp

from generator.compile.compiler import Compiler, Entry, refused
from generator.compile.convert import as_double, implicit, quoted
from generator.compile.nodes import arguments
from generator.compile.python_expression import ATOM, INTEGERS, PythonExpression, null

GROUP = "numbers"
OF_DOUBLES = {
    "sqrt": "NaN below zero",
    "cbrt": "",
    "ln": "-inf at zero, NaN below",
    "exp": "",
    "sin": "NaN at infinity",
    "cos": "NaN at infinity",
    "tan": "NaN at infinity",
    "asin": "NaN outside -1 to 1",
    "acos": "NaN outside -1 to 1",
    "atan": "",
    "radians": "",
    "degrees": "",
    "floor": "a double, of integers too",
    "ceil": "a double; `ceiling` is the same",
}
RUNTIME = {
    "sin": "sine",
    "cos": "cosine",
    "tan": "tangent",
    "asin": "arcsine",
    "acos": "arccosine",
    "atan": "math.atan",
    "radians": "math.radians",
    "degrees": "math.degrees",
    "sqrt": "square_root",
    "cbrt": "cube_root",
    "ln": "natural_log",
    "exp": "exponential",
    "floor": "floor",
    "ceil": "ceiling",
}


def of_doubles(template: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how a function is compiled that takes doubles and gives one."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        codes = [as_double(compiler.settled(item)) for item in arguments(node)]
        return compiler.strict(template, codes, "DOUBLE")

    return compile_


def absolute(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile abs."""
    code = compiler.settled(node.this)
    kind = compiler.type(node)
    if code.is_null:
        return null(kind)
    if kind == "DOUBLE":
        found = compiler.strict("abs({0})", [as_double(code)], kind)
        return found if code.low is None or code.high is None else found.bounded(0, max(-code.low, code.high))
    if kind not in INTEGERS or code.low is None or code.high is None:
        raise refused(f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "cast it to DOUBLE")
    most = max(-code.low, code.high)
    if most <= INTEGERS[kind][1]:
        return compiler.strict("abs({0})", [code], kind, ATOM, 0, most)
    return compiler.strict(f"{kind.lower()}(abs({{0}}))", [code], kind, ATOM, 0, INTEGERS[kind][1])


def rounded(name: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how round or trunc is compiled: ``name`` is ``round`` or ``trunc``."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        first, *rest = [compiler.settled(item) for item in arguments(node)]
        kind = compiler.type(node)
        if first.is_null or any(item.is_null for item in rest):
            return null(kind)
        if any(item.type not in INTEGERS for item in rest):
            raise refused(f"`{quoted(node)}` rounds to {rest[0].type} digits", "give a whole number of digits")
        if first.type in INTEGERS and kind in INTEGERS:
            if not rest:
                return implicit(compiler, first, kind, node)
            return compiler.strict(f"{name}_integer({{0}}, {{1}}, {INTEGERS[kind][1]})", [first, *rest], kind)
        if kind != "DOUBLE":
            raise refused(f"`{quoted(node)}` is {kind}, which cannot be compiled for serving", "cast it to DOUBLE")
        digits = ", {1}" if rest else ""
        function = f"{name}_to" if rest else f"{name}_double"
        return compiler.strict(f"{function}({{0}}{digits})", [as_double(first), *rest], kind)

    return compile_


def sign(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile sign, which is 0 for NaN."""
    return compiler.strict("sign({0})", [compiler.settled(node.this)], "TINYINT", ATOM, -1, 1)


def logarithm(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile log(x), log10 and log2 and log(base, x)."""
    codes = [as_double(compiler.settled(item)) for item in arguments(node)]
    return compiler.strict("log10({0})" if len(codes) == 1 else "log({0}, {1})", codes, "DOUBLE")


def is_kind(template: str) -> Callable[[Compiler, exp.Expression], PythonExpression]:
    """Return how isnan, isinf or isfinite is compiled."""

    def compile_(compiler: Compiler, node: exp.Expression) -> PythonExpression:
        code = compiler.settled(arguments(node)[0])
        if code.type not in (*INTEGERS, "DOUBLE"):
            raise refused(f"`{quoted(node)}` of {code.type} cannot be compiled for serving", "use it on a number")
        return compiler.strict(template, [as_double(code)], "BOOLEAN")

    return compile_


def pi(compiler: Compiler, node: exp.Expression) -> PythonExpression:
    """Compile the number pi."""
    return PythonExpression("math.pi", "DOUBLE", low=3, high=4)


ENTRIES = (
    Entry(GROUP, "abs", ("abs({int}) -> int", "abs({double}) -> double"), absolute, "of the least integer: an error"),
    Entry(GROUP, "sign", ("sign({number}) -> int",), sign, "0 for NaN"),
    Entry(
        GROUP,
        "round",
        (
            "round({double}) -> double",
            "round({double}, {digits}) -> double",
            "round({int}) -> int",
            "round({int}, {digits}) -> int",
        ),
        rounded("round"),
        "half away from zero",
    ),
    Entry(
        GROUP,
        "trunc",
        (
            "trunc({double}) -> double",
            "trunc({double}, {digits}) -> double",
            "trunc({int}) -> int",
            "trunc({int}, {digits}) -> int",
        ),
        rounded("trunc"),
        "towards zero",
    ),
    *(
        Entry(GROUP, name, (f"{name}({{number}}) -> double",), of_doubles(f"{RUNTIME[name]}({{0}})"), note)
        for name, note in OF_DOUBLES.items()
    ),
    Entry(
        GROUP,
        "log",
        (
            "log({number}) -> double",
            "log10({number}) -> double",
            "log2({number}) -> double",
            "log({number}, {number}) -> double",
        ),
        logarithm,
        "to base 10; `log(base, x)`, `log2`, `log10` too",
    ),
    Entry(
        GROUP,
        "power",
        ("power({number}, {number}) -> double", "{number} ** {small} -> double", "{number} ^ {small} -> double"),
        of_doubles("power({0}, {1})"),
        "always a double; NaN for a root of a negative number",
    ),
    Entry(GROUP, "atan2", ("atan2({number}, {number}) -> double",), of_doubles("math.atan2({0}, {1})")),
    Entry(GROUP, "pi", ("pi() -> double",), pi),
    Entry(GROUP, "isnan", ("isnan({number}) -> boolean",), is_kind("math.isnan({0})")),
    Entry(GROUP, "isinf", ("isinf({number}) -> boolean",), is_kind("math.isinf({0})")),
    Entry(GROUP, "isfinite", ("isfinite({number}) -> boolean",), is_kind("math.isfinite({0})")),
)
