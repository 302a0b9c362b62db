"""QTI 1.2, as Canvas imports it: numerical questions in a zip archive."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from evaluator.exercises.exports.export import Export, ExportError
from evaluator.exercises.exports.xml import add, written
from evaluator.exercises.markup import as_latex, html
from evaluator.exercises.questions import unworked
from evaluator.exercises.quiz import Answer, Question, Quiz, plain

#: Canvas makes 0 of every answer below.
SMALLEST: Final = 1e-4

_QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"


def render(quizzes: Sequence[Quiz], name: str, title: str) -> Export:
    """Write an assessment with a question for each number; refuses what Canvas would misgrade.

    Of several variants each question draws one, and tells its numbers.
    """
    losses: list[str] = []
    root = Element("questestinterop", {"xmlns": _QTI})
    assessment = add(root, "assessment", ident=_ident(name), title=title)
    top = add(assessment, "section", ident="root_section")
    for place, first in enumerate(quizzes[0].questions):
        section = top if len(quizzes) == 1 else _drawing(top, name, first)
        for quiz in quizzes:
            _check(quiz.questions[place], losses)
            _item(section, quiz, quiz.questions[place])
    if len(quizzes) > 1:
        losses.append(
            "variants: each question draws one of its own, so that parts may differ in it"
        )
    path = f"{name}/{name}.xml"
    files = {"imsmanifest.xml": _manifest(name, path), path: written(root)}
    return Export(files, tuple(dict.fromkeys(losses)))


def _drawing(parent: Element, name: str, question: Question) -> Element:
    """Add a group of questions of which each learner gets one."""
    ident = _ident(f"{name}/group/{question.name}")
    section = add(parent, "section", ident=ident, title=question.name)
    selection = add(add(section, "selection_ordering"), "selection")
    add(selection, "selection_number", "1")
    add(add(selection, "selection_extension"), "points_per_item", plain(question.points))
    return section


def _check(question: Question, losses: list[str]) -> None:
    right = question.right
    if 0 < abs(float(right.centre)) < SMALLEST:
        raise ExportError(
            f"the answer to `{question.name}` is {plain(right.centre)}, and Canvas makes 0 of every"
            f" answer below {SMALLEST:g}",
            "ask for another value, or for a multiple of it, such as a thousand times as much",
        )
    if right.centre == 0:
        losses.append(f"`{question.name}`: Canvas takes every answer below {SMALLEST:g} for 0")
    if any(answer.credit for answer in question.wrong):
        losses.append(f"`{question.name}`: wrong answers that earn a part of the points earn none")
    if any(answer.feedback for answer in question.wrong):
        losses.append(f"`{question.name}`: feedback on known mistakes")
    if question.hints:
        losses.append(f"the hints of `{question.name}`")
    losses += unworked(question)


def _item(section: Element, quiz: Quiz, question: Question) -> None:
    ident = _ident(f"{quiz.key}/{question.name}")
    item = add(section, "item", ident=ident, title=f"{quiz.title}: {question.name}")
    metadata = add(add(item, "itemmetadata"), "qtimetadata")
    for label, entry in (
        ("question_type", "numerical_question"),
        ("points_possible", plain(question.points)),
    ):
        field = add(metadata, "qtimetadatafield")
        add(field, "fieldlabel", label)
        add(field, "fieldentry", entry)
    presentation = add(item, "presentation")
    text = f"{html(quiz.statement, as_latex)}\n{html(question.ask, as_latex)}"
    add(add(presentation, "material"), "mattext", text, texttype="text/html")
    response = add(presentation, "response_str", ident="response1", rcardinality="Single")
    add(add(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    processing = add(item, "resprocessing")
    add(add(processing, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE",
        vartype="Decimal")  # fmt: skip
    _right(processing, question.right)
    if question.alone:
        general = add(processing, "respcondition", **{"continue": "Yes"})
        add(add(general, "conditionvar"), "other")
        add(general, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
        feedback = add(item, "itemfeedback", ident="general_fb")
        worked = html(f"```\n{question.alone}\n```")
        add(add(add(feedback, "flow_mat"), "material"), "mattext", worked, texttype="text/html")
    # Processing stands before feedback, and the general condition before the right answer.
    processing[:] = [processing[0], *processing[2:], processing[1]]


def _right(processing: Element, answer: Answer) -> None:
    condition = add(processing, "respcondition", **{"continue": "No"})
    either = add(add(condition, "conditionvar"), "or")
    add(either, "varequal", plain(answer.centre), respident="response1")
    within = add(either, "and")
    # Within decimals, as a person types them, and not the next float.
    low, high = answer.centre - answer.margin, answer.centre + answer.margin
    add(within, "vargte", plain(Decimal(low)), respident="response1")
    add(within, "varlte", plain(Decimal(high)), respident="response1")
    add(condition, "setvar", "100", action="Set", varname="SCORE")


def _manifest(key: str, path: str) -> bytes:
    root = Element("manifest", {"xmlns": _PACKAGE, "identifier": _ident(f"{key}/manifest")})
    metadata = add(root, "metadata")
    add(metadata, "schema", "IMS Content")
    add(metadata, "schemaversion", "1.1.3")
    add(root, "organizations")
    resource = add(add(root, "resources"), "resource", identifier=_ident(f"{key}/resource"),
                   type="imsqti_xmlv1p2", href=path)  # fmt: skip
    add(resource, "file", href=path)
    return written(root)


def _ident(text: str) -> str:
    """Name something so that it has the same name at every export, and begins with a letter."""
    return "i" + hashlib.sha256(text.encode()).hexdigest()[:31]
