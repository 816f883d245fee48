"""How our templates are compiled: a page holds thousands of struct attributes and harmless texts."""

import operator
import re
from collections.abc import Callable

from jinja2 import Environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Call, CondExpr, Const, Expr, FromImport, Getattr, Import, Name
from markupsafe import Markup, escape

_special = re.compile("[&<>\"']").search


def shown(value: object) -> str:
    """`value` as HTML. Pieces of a page are joined at once, so a harmless text need not become a Markup of its own."""
    if type(value) is str:
        return escape(value) if _special(value) else value
    if type(value) is Markup:  # what a macro gave
        return value
    return str(value) if type(value) is int else escape(value)


class Plainly(CodeGenerator):
    """Reads attributes as attributes, calls what is called and shows values by `shown`."""

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:
        """`v.name` means that attribute and nothing else; only `self.title()` is looked up as Jinja does."""
        if isinstance(node.node, Name) and node.node.name == "self":
            super().visit_Getattr(node, frame)
            return
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:
        """A macro or one of our functions is called as it is: none asks for Jinja's context."""
        if forward_caller or (isinstance(node.node, Name) and node.node.name in ("caller", "super", "loop")):
            super().visit_Call(node, frame, forward_caller)
            return
        self.write("environment.call(")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")

    def _import_common(self, node: Import | FromImport, frame: Frame) -> None:
        """Components see no page: one module of each is enough, without asking which globals the page has."""
        if node.with_context:
            super()._import_common(node, frame)
            return
        self.write("environment.get_template(")
        self.visit(node.template, frame)
        self.write(f", {self.name!r}).module")

    def visit_CondExpr(self, node: CondExpr, frame: Frame) -> None:
        """`{{ "us" if ours }}` is nothing otherwise; Jinja would make an undefined value of it each time."""
        if node.expr2 is None:
            node = CondExpr(node.test, node.expr1, Const(""), lineno=node.lineno)
        super().visit_CondExpr(node, frame)

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Pages(Environment):
    """The environment of our pages."""

    code_generator_class = Plainly
    shown = staticmethod(shown)
    call: Callable[..., object] = operator.call  # a builtin, so it is not bound to the environment
