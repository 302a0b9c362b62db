"""A PrairieLearn question: what it asks, and a server part that draws a variant and grades."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from evaluator.exercises.exports.export import Export
from evaluator.exercises.exports.weights import whole
from evaluator.exercises.markup import html, inline
from evaluator.exercises.quiz import Question, Quiz

#: Names the questions that are made here; the same exercise is the same question at every export.
_NAMESPACE: Final = uuid.UUID("5a0f6f3e-6f0c-5d5c-9d5b-3a3c2b0a7e11")

_SERVER: Final = '''\
"""Draws a variant and grades it; made from a spec, so that changes belong there."""

from math import inf as Infinity
from math import isfinite

# Each variant: what the page shows, and for each answer its weight and its intervals
# [low, high, credit, feedback], of which the first that holds the answer counts.
VARIANTS = {variants}


def generate(data):
    number = int(data["variant_seed"]) % len(VARIANTS)
    variant = VARIANTS[number]
    data["params"]["number"] = number
    data["params"]["texts"] = variant["texts"]
    for name, value in variant["correct"].items():
        data["correct_answers"][name] = value


def grade(data):
    variant = VARIANTS[data["params"]["number"]]
    for name, (weight, intervals) in variant["answers"].items():
        if name in data["format_errors"]:
            continue
        value = data["submitted_answers"].get(name)
        credit, feedback = 0, ""
        if isinstance(value, (int, float)) and isfinite(value):
            for low, high, share, text in intervals:
                if low <= value <= high:
                    credit, feedback = share, text
                    break
        found = {{"score": credit, "weight": weight}}
        if feedback:
            found["feedback"] = feedback
        data["partial_scores"][name] = found
    scores = data["partial_scores"].values()
    total = sum(each.get("weight", 1) for each in scores)
    if total:
        data["score"] = sum(each["score"] * each.get("weight", 1) for each in scores) / total
'''


def render(quizzes: Sequence[Quiz], name: str, title: str) -> Export:
    """Write the three files of a question."""
    first = quizzes[0]
    losses: list[str] = []
    asked = [number for number, question in enumerate(first.questions) if question.points]
    losses += [
        f"`{question.name}` is worth nothing, which no input can be"
        for question in first.questions
        if not question.points
    ]
    weights, scale = whole([first.questions[number].points for number in asked])
    if scale > 1:
        losses.append(f"weights are whole numbers: all are {scale} times the points")
    names = [f"part{number + 1}" for number in asked]
    variants = [_variant(quiz, asked, names, weights) for quiz in quizzes]
    info = {
        "uuid": str(uuid.uuid5(_NAMESPACE, name)),
        "title": title,
        "topic": "Neural networks",
        "tags": ["numeric"],
        "type": "v3",
        "singleVariant": len(quizzes) == 1,
        "partialCredit": True,
    }
    files = {
        "info.json": json.dumps(info, indent=4, ensure_ascii=False) + "\n",
        "question.html": _page([first.questions[n] for n in asked], names, weights),
        "server.py": _SERVER.format(variants=json.dumps(variants, indent=1, ensure_ascii=False)),
    }
    return Export({name: text.encode() for name, text in files.items()}, tuple(losses))


def _variant(
    quiz: Quiz, asked: Sequence[int], names: Sequence[str], weights: Sequence[int]
) -> dict[str, Any]:
    texts, correct, answers = {"statement": html(quiz.statement, _tex)}, {}, {}
    for number, name, weight in zip(asked, names, weights, strict=True):
        question = quiz.questions[number]
        texts[name] = html(question.ask, _tex)
        texts[f"{name}_worked"] = html(f"```\n{question.worked}\n```") if question.worked else ""
        texts[f"{name}_margin"] = "0"
        if question.right.is_bounded:  # of other answers none is the right one to show
            texts[f"{name}_margin"] = format(float(question.right.margin), "g")
            correct[name] = float(question.right.centre)
        for place, (_, hint) in enumerate(question.hints, 1):
            texts[f"{name}_hint{place}"] = inline(hint, _tex)
        intervals = [[a.low, a.high, a.credit, a.feedback] for a in question.answers]
        answers[name] = [weight, intervals]
    return {"texts": texts, "correct": correct, "answers": answers}


def _page(asked: Sequence[Question], names: Sequence[str], weights: Sequence[int]) -> str:
    lines = ["<pl-question-panel>", "{{{params.texts.statement}}}", "</pl-question-panel>"]
    for question, name, weight in zip(asked, names, weights, strict=True):
        lines += [
            f"<pl-question-panel>{{{{{{params.texts.{name}}}}}}}</pl-question-panel>",
            f'<pl-number-input answers-name="{name}" weight="{weight}" comparison="relabs" rtol="0"'
            f' atol="{{{{params.texts.{name}_margin}}}}" allow-fractions="false"'
            ' display="block"></pl-number-input>',
        ]
        if question.hints:
            lines.append("<pl-question-panel><pl-hidden-hints>")
            lines += [
                f'<pl-hint show-after-submission="{after}">'
                f"{{{{{{params.texts.{name}_hint{place}}}}}}}</pl-hint>"
                for place, (after, _) in enumerate(question.hints, 1)
            ]
            lines.append("</pl-hidden-hints></pl-question-panel>")
    worked = "".join(f"{{{{{{params.texts.{name}_worked}}}}}}" for name in names)
    return "\n".join([*lines, f"<pl-answer-panel>{worked}</pl-answer-panel>", ""])


def _tex(formula: str) -> str:
    return f"${escape(formula, quote=False)}$"
