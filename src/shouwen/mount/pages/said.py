"""Sentences of templates that hold no `{names}` are looked up when a template is compiled, not for every reader."""

from collections.abc import Iterable, Iterator
from typing import cast

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from .i18n import Words

_CALL = ("name", "lparen", "string", "rparen")


class SaidOnce(Extension):
    """`t("一句话")` becomes that sentence in the environment's language: there is one environment a language."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Jinja's hook between lexer and parser."""
        return _said(list(stream), cast(Words, self.environment.globals["t"]))


def _said(tokens: list[Token], t: Words) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        call = tokens[at : at + len(_CALL)]
        if call[0].value == "t" and tuple(token.type for token in call) == _CALL:
            sentence = call[2]
            yield sentence._replace(value=t(sentence.value))
            at += len(_CALL)
        else:
            yield call[0]
            at += 1
