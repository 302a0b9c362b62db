"""Exercise → three folders: what learners get, what grades them, and the worked solution."""

from __future__ import annotations

from evaluator.exercises import grader, handout, notebook, solution, student
from evaluator.exercises.exercise import IMPLEMENT, Exercise
from evaluator.exercises.exports.export import Export
from evaluator.exercises.questions import key
from evaluator.exercises.variants import variant_of


def build(exercise: Exercise, variant: str = "") -> Export:
    """Give the files of `student/`, `grader/` and `solution/`, and what is not in them."""
    shown = variant_of(exercise, variant) if variant else exercise
    losses = [f"learners do not get the table `{name}`" for name in student.tables(shown)]
    if exercise.variants is not None and not variant:
        losses.append("variants: these are the numbers of the spec; --variant takes others")
    asked = notebook.questions(shown, losses)
    name = key(shown)
    texts = {
        **_student(shown, name),
        f"solution/{name}.md": solution.markdown(shown),
        f"solution/{name}.html": solution.page(shown),
    }
    if asked:
        texts[f"student/{name}.ipynb"] = notebook.for_learners(shown, asked)
        texts[f"grader/{name}.nbgrader.ipynb"] = notebook.nbgrader(shown, asked)
        texts[f"grader/{name}.otter.ipynb"] = notebook.otter(shown, asked)
    files = {f"grader/{path}": content for path, content in grader.files(exercise).items()}
    files |= {path: text.encode() for path, text in texts.items()}
    return Export(dict(sorted(files.items())), tuple(dict.fromkeys(losses)))


def _student(exercise: Exercise, name: str) -> dict[str, str]:
    files = {
        f"{name}.md": handout.markdown(exercise),
        f"{name}.html": handout.page(exercise),
        f"{name}.yaml": student.spec(exercise),
        "answers.yaml": student.answers(exercise),
    }
    for part in student.asked(exercise):
        if part.kind == IMPLEMENT:
            files[student.code_file(part)] = student.code(exercise, part)
    return {f"student/{path}": text for path, text in files.items()}
