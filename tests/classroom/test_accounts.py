"""Accounts: hashes, sessions, limits on guessing, guests, people whom a proxy names."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from indexing.errors import LimitError, UsageError
from tests.classroom.conftest import PASSWORD, Classroom
from tutor.classroom.accounts import SignInError
from tutor.classroom.tables import Failure, SignIn, User


def test_a_password_is_stored_as_an_argon2id_hash_alone(classroom: Classroom) -> None:
    with classroom.room.database.read() as session:
        stored = session.scalars(select(User.password).where(User.name == "bob")).one()
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_sign_in_and_out(classroom: Classroom) -> None:
    accounts = classroom.room.accounts
    token = accounts.sign_in("BOB", PASSWORD, "1.2.3.4")
    found = accounts.of_token(token)
    assert found == classroom.bob
    with classroom.room.database.read() as session:
        assert token not in [row.token_hash for row in session.scalars(select(SignIn))]
    accounts.end_session(token)
    assert accounts.of_token(token) is None


def test_many_guesses_at_once_are_no_more_than_one_by_one(classroom: Classroom) -> None:
    outcomes: list[str] = []

    def guess(number: int) -> None:
        try:
            classroom.room.accounts.sign_in("bob", f"wrong password {number}", f"10.0.0.{number}")
        except (SignInError, LimitError) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["LimitError"] * 15 + ["SignInError"] * 5


def test_a_session_expires(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.classroom import accounts as module

    accounts = classroom.room.accounts
    token = accounts.sign_in("bob", PASSWORD, "1.2.3.4")
    now = module.utc_now()
    monkeypatch.setattr(module, "utc_now", lambda: now + timedelta(hours=13))
    assert accounts.of_token(token) is None


def test_a_stranger_learns_nothing_about_names(classroom: Classroom) -> None:
    messages = set()
    for name, password in (("bob", "wrong password"), ("nobody", "wrong password"), ("", ""), ("bob", "x" * 10_000)):
        with pytest.raises(SignInError) as caught:
            classroom.room.accounts.sign_in(name, password, f"9.9.9.{len(messages)}")
        messages.add(str(caught.value))
    assert messages == {"name and password do not go together"}


def test_guessing_one_name_is_stopped_also_for_the_right_password(classroom: Classroom) -> None:
    for attempt in range(5):
        with pytest.raises(SignInError):
            classroom.room.accounts.sign_in("bob", "wrong password", f"10.0.0.{attempt}")
    with pytest.raises(LimitError, match="15 minutes"):
        classroom.room.accounts.sign_in("bob", PASSWORD, "10.0.0.99")
    assert classroom.room.accounts.sign_in("eve", PASSWORD, "10.0.0.99")


def test_guessing_many_names_from_one_address_is_stopped(classroom: Classroom) -> None:
    for attempt in range(30):
        with pytest.raises(SignInError):
            classroom.room.accounts.sign_in(f"name{attempt}", "wrong password", "10.0.0.1")
    with pytest.raises(LimitError):
        classroom.room.accounts.sign_in("eve", PASSWORD, "10.0.0.1")


def test_old_failures_count_no_more(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.classroom import accounts as module

    for _ in range(5):
        with pytest.raises(SignInError):
            classroom.room.accounts.sign_in("bob", "wrong password", "10.0.0.1")
    now = module.utc_now()
    monkeypatch.setattr(module, "utc_now", lambda: now + timedelta(minutes=16))
    assert classroom.room.accounts.sign_in("bob", PASSWORD, "10.0.0.1")


def test_failures_name_nobody(classroom: Classroom) -> None:
    with pytest.raises(SignInError):
        classroom.room.accounts.sign_in("bob", "wrong password", "10.0.0.1")
    with classroom.room.database.read() as session:
        keys = " ".join(session.scalars(select(Failure.key)))
    assert "bob" not in keys
    assert "10.0.0.1" not in keys


@pytest.mark.parametrize(
    ("name", "password"),
    [("x", PASSWORD), ("a b", PASSWORD), ("<b>", PASSWORD), ("guest-1", PASSWORD), ("carl", "short"), ("carl", "x" * 201)],
)
def test_odd_names_and_passwords_are_refused(classroom: Classroom, name: str, password: str) -> None:
    with pytest.raises(UsageError):
        classroom.room.accounts.create(name, password)


def test_a_name_is_given_once_whatever_its_case(classroom: Classroom) -> None:
    with pytest.raises(UsageError, match="taken"):
        classroom.room.accounts.create("BOB", PASSWORD)


def test_a_new_password_ends_all_sessions(classroom: Classroom) -> None:
    token = classroom.room.accounts.sign_in("bob", PASSWORD, "1.2.3.4")
    classroom.room.accounts.set_password("bob", "another long password")
    assert classroom.room.accounts.of_token(token) is None
    assert classroom.room.accounts.sign_in("bob", "another long password", "1.2.3.4")


def test_every_guest_is_somebody_else(classroom: Classroom) -> None:
    (one, token), (other, _) = classroom.room.accounts.guest(), classroom.room.accounts.guest()
    assert one.id != other.id
    assert classroom.room.accounts.of_token(token) == one


def test_a_proxys_person_is_made_once_and_never_takes_a_local_account(classroom: Classroom) -> None:
    accounts: Any = classroom.room.accounts
    assert accounts.of_proxy("carl@uni.example") == accounts.of_proxy("Carl@uni.example")
    with pytest.raises(UsageError, match="local account"):
        accounts.of_proxy("ada")
