"""Everything of a running classroom, opened once: what the pages, the desk and the wall before them call."""

from dataclasses import dataclass
from typing import Literal

from indexing.settings import Settings
from tutor.classroom.accounts import Accounts, Person
from tutor.classroom.analytics import Analytics
from tutor.classroom.asking import Asking
from tutor.classroom.conversations import Conversations
from tutor.classroom.courses import Courses, CourseView
from tutor.classroom.database import Database, database_url_or_file
from tutor.classroom.decks import Decks
from tutor.classroom.endorsements import Endorsements
from tutor.classroom.limits import Limits
from tutor.classroom.privacy import Privacy
from tutor.classroom.sessions import Sessions
from tutor.classroom.settings import ClassroomSettings
from tutor.classroom.shelf import Shelf
from tutor.classroom.tutoring import Tutoring
from tutor.classroom.uploads import Uploads

Door = Literal["open", "local", "proxy"]
"""How people come in: "open" gives every browser a nameless account of its own; the others are `ClassroomSettings.sign_in`."""


@dataclass(frozen=True)
class Room:
    """The parts of a classroom, all on one database."""

    door: Door
    settings: ClassroomSettings
    database: Database
    shelf: Shelf
    accounts: Accounts
    courses: Courses
    conversations: Conversations
    endorsements: Endorsements
    asking: Asking
    tutoring: Tutoring
    analytics: Analytics
    privacy: Privacy
    uploads: Uploads
    sessions: Sessions

    @classmethod
    def open(cls, door: Door, settings: ClassroomSettings, library: Settings) -> "Room":
        """Open the database (making or migrating it) and everything on it."""
        name = "own.sqlite" if door == "open" else "classroom.sqlite"
        database = Database.open(database_url_or_file(settings.database, library.home, name))
        shelf = Shelf(library)
        courses = Courses(database)
        conversations = Conversations(database)
        endorsements = Endorsements(database, courses)
        limits = Limits(conversations, settings.questions_per_minute, settings.questions_per_day)
        asking = Asking(shelf, courses, conversations, endorsements, limits, settings.log_questions)
        accounts = Accounts(database, settings.session_hours)
        tutoring = Tutoring(shelf, courses, Decks(database, courses))
        privacy = Privacy(database, courses, settings.retention_days)
        uploads = Uploads(database, courses, library, settings)
        return cls(
            door, settings, database, shelf, accounts, courses, conversations, endorsements, asking, tutoring,
            Analytics(database, courses), privacy, uploads,
            Sessions(),
        )  # fmt: skip

    def courses_of(self, person: Person) -> list[CourseView]:
        """The courses that somebody may ask; in the open chat every book of the library is one."""
        if self.door == "open":
            mine = {course.book: course for course in self.courses.mine(person)}
            for name in self.shelf.names():
                if name not in mine:
                    course = self.courses.open_course(self.shelf.title(name), name)
                    self.courses.add(person, course.id, "student")
        return self.courses.mine(person)

    def may_see(self, person: Person, book: str) -> bool:
        """Whether somebody may see the pages of a book: one of their courses reads it, or they lead one that could."""
        courses = self.courses_of(person)
        if any(course.book == book for course in courses):
            return True
        led = [course for course in courses if course.role == "instructor"]
        return any(book in self.uploads.books(person, course.id) for course in led)
