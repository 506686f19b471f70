"""Practice in a course: the book's questions, hints by stages, grading, and what an instructor keeps closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.courses import Courses, CourseView
from tutor.classroom.decks import Decks, Standing
from tutor.classroom.shelf import Shelf
from tutor.practice import STAGES, Exercise, Grade, Grader, Review, exercises_of, nudge, partial_answer
from tutor.retrieval import Passage


@dataclass(frozen=True)
class Graded:
    """A graded answer: the grade, where the book speaks of it, when the question comes again, until when it is closed."""

    grade: Grade
    passage: Passage | None
    review: Review
    closed_until: datetime | None


@dataclass(frozen=True)
class Tutoring:
    """Practice for the people of courses."""

    shelf: Shelf
    courses: Courses
    decks: Decks

    def chapters(self, person: Person, course_id: int) -> dict[str, str]:
        """Chapters with questions that have an answer, in the book's order, with their titles."""
        course = self.courses.of(person, course_id)
        headings = {entry.title.split(" ", 1)[0]: entry.title for entry in self.shelf.book(course.book).outline()}
        return {item.chapter: headings.get(item.chapter, f"Chapter {item.chapter}") for item in self._exercises(course, "")}

    def next(
        self, person: Person, course_id: int, chapter: str = "", last: str = "", skipped: Sequence[str] = ()
    ) -> tuple[Exercise | None, Standing]:
        """The next question of a chapter ("" all) after `last`, `skipped` ones at the end; and how far the student is there."""
        exercises = self._exercises(self.courses.of(person, course_id), chapter)
        return self.decks.next(person, course_id, exercises, last, skipped), self.decks.standing(person, course_id, exercises)

    def exercise(self, person: Person, course_id: int, key: str) -> Exercise:
        """A question by its key. UsageError where the book has it no more."""
        course = self.courses.of(person, course_id)
        found = next((item for item in self._exercises(course, "") if item.key == key), None)
        if found is None:
            raise UsageError("this question is not in the book any more; go to the next one")
        return found

    def hint(self, person: Person, course_id: int, key: str, stage: int) -> str:
        """Hint 1 to 4: heading, nudge, part of the answer, the answer. The last two stay closed as the instructor says."""
        exercise = self.exercise(person, course_id, key)
        if not 1 <= stage <= STAGES:
            raise UsageError(f"there are {STAGES} hints")
        closed = self.courses.closed_chapters(course_id).get(exercise.chapter)
        if stage == 1:
            passage = self.reading(person, course_id, exercise)
            return " › ".join(passage.chunk.heading_path) if passage else "The book has no section that is close to this."
        if closed is not None and stage > 1:
            return f"Your instructor opens this chapter’s answers on {closed.date().isoformat()}."
        return (nudge(exercise), partial_answer(exercise), exercise.reference)[stage - 2]

    def grade(self, person: Person, course_id: int, key: str, given: str, hints: int) -> Graded:
        """Grade an answer and store it; the schedule counts the hints that were taken."""
        exercise = self.exercise(person, course_id, key)
        course = self.courses.of(person, course_id)
        grade = Grader(self.shelf.embedder(self.shelf.book(course.book))).grade(exercise, given)
        review = self.decks.record(person, course_id, exercise, given, grade, hints)
        closed = self.courses.closed_chapters(course_id).get(exercise.chapter)
        return Graded(grade, self.reading(person, course_id, exercise), review, closed)

    def reading(self, person: Person, course_id: int, exercise: Exercise) -> Passage | None:
        """The passage of the book that speaks of a question: what its question and reference together find."""
        book = self.courses.of(person, course_id).book
        found = self.shelf.tutor(book).retriever.search(f"{exercise.question} {exercise.reference}"[:1_500], 1).passages
        return found[0] if found else None

    def _exercises(self, course: CourseView, chapter: str) -> list[Exercise]:
        exercises = exercises_of(self.shelf.questions(course.book))
        return [item for item in exercises if not chapter or item.chapter == chapter]
