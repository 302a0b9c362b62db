"""Moodle XML: one number is a numerical question, several are the blanks of a cloze question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final
from xml.etree.ElementTree import Element

from evaluator.exercises.exports.export import Export
from evaluator.exercises.exports.weights import whole
from evaluator.exercises.exports.xml import add, legal, written
from evaluator.exercises.markup import as_latex, html, inline
from evaluator.exercises.quiz import Answer, Question, Quiz, plain

#: The percentages that Moodle knows; it refuses every other one.
FRACTIONS: Final = (
    100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667,
    14.28571, 12.5, 11.11111, 10, 5, 0,
)  # fmt: skip


def render(quizzes: Sequence[Quiz], name: str, title: str) -> Export:
    """Write the questions of an exercise, those of variants in a category of their own."""
    losses: list[str] = []
    root = Element("quiz")
    if len(quizzes) > 1:
        category = add(add(root, "question", type="category"), "category")
        add(category, "text", f"$course$/top/{title.replace('/', '//')}")
        losses.append(f"variants: add a random question of the category `{title}` to the quiz")
    for quiz in quizzes:
        asked = [question for question in quiz.questions if question.points]
        for question in quiz.questions:
            if not question.points:
                losses.append(f"`{question.name}` is worth nothing, which no question can be")
        if len(asked) == 1:
            _numerical(root, quiz, asked[0], losses)
        elif asked:
            _cloze(root, quiz, asked, losses)
    return Export({f"{name}.xml": written(root)}, tuple(dict.fromkeys(losses)))


def _question(root: Element, quiz: Quiz, kind: str, text: str, points: float) -> Element:
    question = add(root, "question", type=kind)
    add(add(question, "name"), "text", quiz.title)
    _formatted(question, "questiontext", text)
    _formatted(question, "generalfeedback", _worked(quiz))
    if kind == "numerical":
        add(question, "defaultgrade", plain(points))
    add(question, "penalty", "0")
    add(question, "hidden", "0")
    add(question, "idnumber", quiz.key)
    return question


def _formatted(parent: Element, tag: str, text: str) -> Element:
    element = add(parent, tag, format="html")
    add(element, "text", text)
    return element


def _worked(quiz: Quiz) -> str:
    worked = dict.fromkeys(question.worked for question in quiz.questions if question.worked)
    return "".join(f"<pre>{escape(text, quote=False)}</pre>" for text in worked)


def _numerical(root: Element, quiz: Quiz, question: Question, losses: list[str]) -> None:
    text = f"{html(quiz.statement, as_latex)}\n{html(question.ask, as_latex)}"
    element = _question(root, quiz, "numerical", text, question.points)
    for answer in question.answers:
        share = percent(answer, question, losses)
        given = add(element, "answer", fraction=share, format="moodle_auto_format")
        add(given, "text", plain(answer.centre))
        _formatted(given, "feedback", html(answer.feedback, as_latex))
        add(given, "tolerance", plain(answer.margin))
    for _, hint in question.hints:
        _formatted(element, "hint", html(hint, as_latex))


def _cloze(root: Element, quiz: Quiz, asked: Sequence[Question], losses: list[str]) -> None:
    weights, scale = whole([question.points for question in asked])
    if scale > 1:
        losses.append(
            f"points are whole numbers in a cloze question: all are {scale} times as many"
        )
    parts = [_literal(html(quiz.statement, as_latex))]
    for question, weight in zip(asked, weights, strict=True):
        ask = _literal(html(question.ask, as_latex))
        parts.append(f"{ask}\n<p>{_blank(question, weight, losses)}</p>")
        if question.hints:
            losses.append(f"the hints of `{question.name}`: hints belong to a whole question")
    _question(root, quiz, "cloze", "\n".join(parts), sum(weights))


def _blank(question: Question, weight: int, losses: list[str]) -> str:
    options = []
    for answer in question.answers:
        share = percent(answer, question, losses)
        share = "=" if share == "100" else f"%{share}%"
        feedback = f"#{_option(inline(answer.feedback, as_latex))}" if answer.feedback else ""
        options.append(f"{share}{plain(answer.centre)}:{plain(answer.margin)}{feedback}")
    return f"{{{weight}:NUMERICAL:{'~'.join(options)}}}"


def _literal(text: str) -> str:
    """Keep the braces of a text from being taken for a blank."""
    return legal(text).replace("{", "&#123;").replace("}", "&#125;")


def _option(text: str) -> str:
    """Write a feedback inside a blank: on one line, and what ends it there behind a backslash."""
    return re.sub(r"[\\#~/\"]", r"\\\g<0>", _literal(" ".join(text.split())))


def percent(answer: Answer, question: Question, losses: list[str]) -> str:
    """Give the percentage that Moodle knows which is nearest to an answer's credit."""
    wanted = 100 * answer.credit
    nearest = min(FRACTIONS, key=lambda known: abs(known - wanted))
    if abs(nearest - wanted) > 0.01:
        losses.append(
            f"`{question.name}`: Moodle has no {wanted:.4g} % of the points; it is {nearest:.7g} %"
        )
    return f"{nearest:.7g}"
