"""Accounts: sign-in with argon2 hashes and a limit on guessing, sessions by cookie, guests, people named by a proxy.

A name is compared without regard to case. What a stranger is told never says whether a name exists.
"""

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from indexing.errors import LimitError, TutorError, UsageError
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import Failure, SignIn, User

Role = Literal["student", "instructor", "admin"]
MIN_PASSWORD, MAX_PASSWORD = 10, 200  # characters; argon2 reads all of them, so there has to be a limit
_NAME = re.compile(r"[\w.@+-]{2,60}")
_FAILURES_BY_NAME, _FAILURES_BY_ADDRESS, _WINDOW = 5, 30, timedelta(minutes=15)
_GUEST_DAYS = 365


class SignInError(TutorError):
    """Somebody could not be signed in. The message says no more than a stranger may know."""


@dataclass(frozen=True)
class Person:
    """Who is asking. Instructors see the pseudonym of a student, not the name."""

    id: int
    name: str
    role: Role
    pseudonym: str
    kind: str


@dataclass(frozen=True)
class Accounts:
    """The people of a database."""

    database: Database
    session_hours: int = 12

    def create(self, name: str, password: str, role: Role = "student") -> Person:
        """A new local account. UsageError where the name is taken or either does not fit."""
        name = _checked_name(name)
        _check_password(password)
        hashed = self._hashing.hash(password)
        try:
            with self.database.write() as session:
                return _person(_add(session, name, hashed, "local", role))
        except IntegrityError:
            raise UsageError(f"the name '{name}' is taken; choose another") from None

    def sign_in(self, name: str, password: str, address: str) -> str:
        """A token for the browser. SignInError where name and password do not go together, LimitError after too many tries."""
        named, placed = f"name:{_digest(name.casefold())}", f"address:{_digest(address)}"
        with self.database.write() as session:
            _check_failures(session, {named: _FAILURES_BY_NAME, placed: _FAILURES_BY_ADDRESS})
            user = session.scalar(select(User).where(User.name == name.casefold(), User.kind == "local"))
            # counted beforehand, so that many tries at once are no more than one by one
            session.add(Failure(key=named, at=utc_now()))
        if not self._hashing.matches(user.password if user else None, password[: MAX_PASSWORD + 1]) or user is None:
            with self.database.write() as session:
                session.add(Failure(key=placed, at=utc_now()))
            raise SignInError("name and password do not go together")
        with self.database.write() as session:
            session.execute(delete(Failure).where(Failure.key == named))
        return self.start_session(user.id)

    def check_failures(self, key: str) -> None:
        """LimitError where too much was guessed at under this key, such as a course's code from one address."""
        with self.database.read() as session:
            _check_failures(session, {_digest(key): _FAILURES_BY_ADDRESS})

    def count_failure(self, key: str) -> None:
        """Count a wrong guess."""
        with self.database.write() as session:
            session.add(Failure(key=_digest(key), at=utc_now()))

    def start_session(self, user_id: int, hours: int | None = None) -> str:
        """A token that stands for the person until it expires."""
        token = secrets.token_urlsafe(32)
        with self.database.write() as session:
            session.execute(delete(SignIn).where(SignIn.expires < utc_now()))
            expires = utc_now() + timedelta(hours=hours or self.session_hours)
            session.add(SignIn(token_hash=_digest(token), user_id=user_id, expires=expires))
        return token

    def of_token(self, token: str) -> Person | None:
        """Whom a browser's token stands for."""
        with self.database.read() as session:
            user = session.scalar(
                select(User).join(SignIn, SignIn.user_id == User.id).where(
                    SignIn.token_hash == _digest(token), SignIn.expires > utc_now()
                )
            )  # fmt: skip
            return _person(user) if user else None

    def end_session(self, token: str) -> None:
        with self.database.write() as session:
            session.execute(delete(SignIn).where(SignIn.token_hash == _digest(token)))

    def guest(self) -> tuple[Person, str]:
        """A nameless person for a browser that needs no sign-in, and its token: one browser never sees another's questions."""
        with self.database.write() as session:
            person = _person(_add(session, f"guest-{secrets.token_hex(8)}", None, "guest", "student"))
        return person, self.start_session(person.id, 24 * _GUEST_DAYS)

    def of_proxy(self, name: str) -> Person:
        """The person whom a reverse proxy has signed in; an account is made at the first visit. UsageError for an odd name."""
        name = _checked_name(name)
        with self.database.read() as session:
            user = session.scalar(select(User).where(User.name == name))
        if user is None:
            try:
                with self.database.write() as session:
                    user = _add(session, name, None, "proxy", "student")
            except IntegrityError:  # two first requests at once
                with self.database.read() as session:
                    user = session.scalars(select(User).where(User.name == name)).one()
        if user.kind != "proxy":
            raise UsageError(f"'{name}' has a local account; remove it before the proxy signs that person in")
        return _person(user)

    def person(self, user_id: int) -> Person:
        """UsageError where there is nobody with that number."""
        with self.database.read() as session:
            user = session.get(User, user_id)
            if user is None:
                raise UsageError("nobody is signed in; sign in again")
            return _person(user)

    def named(self, name: str) -> Person:
        """Somebody by name, for whoever sets the server up. UsageError where there is nobody of that name."""
        with self.database.read() as session:
            user = session.scalar(select(User).where(User.name == name.strip().casefold()))
            if user is None:
                raise UsageError(f"nobody is called '{name}'; make the account first")
            return _person(user)

    def set_role(self, name: str, role: Role) -> None:
        """UsageError where there is nobody of that name."""
        with self.database.write() as session:
            user = session.scalar(select(User).where(User.name == name.casefold()))
            if user is None:
                raise UsageError(f"nobody is called '{name}'")
            user.role = role

    def set_password(self, name: str, password: str) -> None:
        """A new password, which ends all sessions of that person."""
        _check_password(password)
        hashed = self._hashing.hash(password)
        with self.database.write() as session:
            user = session.scalar(select(User).where(User.name == name.casefold(), User.kind == "local"))
            if user is None:
                raise UsageError(f"nobody with a local account is called '{name}'")
            user.password = hashed
            session.execute(delete(SignIn).where(SignIn.user_id == user.id))

    @cached_property
    def _hashing(self) -> "_Hashing":
        return _Hashing()


class _Hashing:
    """argon2id with the library's parameters (RFC 9106, low memory); few at once, since each takes 64 MiB."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self._hasher: PasswordHasher = PasswordHasher()
        self._few = threading.Semaphore(4)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        with self._few:
            return self._hasher.hash(password)

    def matches(self, hashed: str | None, password: str) -> bool:
        """Takes the same time where there is nobody of that name."""
        from argon2.exceptions import VerifyMismatchError

        with self._few:
            try:
                return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
            except VerifyMismatchError:
                return False


def _check_failures(session: Session, keys: dict[str, int]) -> None:
    since = utc_now() - _WINDOW
    for key, allowed in keys.items():
        count = session.scalar(select(func.count()).select_from(Failure).where(Failure.key == key, Failure.at > since))
        if (count or 0) >= allowed:
            raise LimitError(f"too many failed sign-ins; try again in {int(_WINDOW.total_seconds() // 60)} minutes")


def _add(session: Session, name: str, hashed: str | None, kind: str, role: str) -> User:
    pseudonym = f"student-{secrets.token_hex(4)}"
    user = User(name=name, password=hashed, kind=kind, role=role, pseudonym=pseudonym, created=utc_now())
    session.add(user)
    session.flush()
    return user


def _person(user: User) -> Person:
    return Person(user.id, user.name, user.role, user.pseudonym, user.kind)  # type: ignore[arg-type]


def _checked_name(name: str) -> str:
    name = name.strip().casefold()
    if not _NAME.fullmatch(name) or name.startswith("guest-"):
        raise UsageError("a name has 2 to 60 letters, digits or . _ @ + -")
    return name


def _check_password(password: str) -> None:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:64]
