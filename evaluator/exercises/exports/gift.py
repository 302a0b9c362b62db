"""GIFT: numerical questions as lines of text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluator.exercises.exports.export import Export
from evaluator.exercises.exports.moodle import percent
from evaluator.exercises.markup import as_latex, html, inline
from evaluator.exercises.questions import unworked
from evaluator.exercises.quiz import Answer, Question, Quiz, plain


def render(quizzes: Sequence[Quiz], name: str, title: str) -> Export:
    """Write a question for each number that is asked for."""
    losses = ["points: each question counts as much as the platform decides"]
    lines = [f"$CATEGORY: $course$/top/{_line(title.replace('/', '//'))}", ""]
    if len(quizzes) > 1:
        losses.append("variants: all questions of all variants stand in one category")
    for quiz in quizzes:
        for question in quiz.questions:
            if question.hints:
                losses.append(f"the hints of `{question.name}`: GIFT has none")
            losses += unworked(question)
            lines += [*_question(quiz, question, losses), ""]
    text = "\n".join(lines)
    return Export({f"{name}.gift.txt": text.encode()}, tuple(dict.fromkeys(losses)))


def _question(quiz: Quiz, question: Question, losses: list[str]) -> list[str]:
    text = f"{html(quiz.statement, as_latex)}\n{html(question.ask, as_latex)}"
    lines = [f"::{_escaped(f'{quiz.title}: {question.name}')}::[html]{_escaped(text)} {{#"]
    for answer in question.answers:
        lines.append(_answer(answer, percent(answer, question, losses)))
    if question.alone:
        worked = html(f"```\n{question.alone}\n```")
        lines.append(f"####{_escaped(worked)}")
    return [*lines, "}"]


def _answer(answer: Answer, share: str) -> str:
    share = "" if share == "100" else f"%{share}%"
    feedback = f"#{_escaped(inline(answer.feedback, as_latex))}" if answer.feedback else ""
    return f"={share}{plain(answer.centre)}:{plain(answer.margin)}{feedback}"


def _escaped(text: str) -> str:
    r"""Write a text on one line, with a `\` before what GIFT acts on."""
    escaped = re.sub(r"[\\:#={}~]", r"\\\g<0>", text)
    return re.sub(r"\r\n|\r|\n", r"\\n", escaped)


def _line(text: str) -> str:
    return " ".join(text.split())
