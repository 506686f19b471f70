"""What a department can set for its classroom: environment variables that start with TUTOR_, or lines of a `.env` file."""

from functools import cache
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexing.errors import UsageError

MOST_DAYS = 36_500  # that anything is kept: a century; a date so far back can still be reckoned


class ClassroomSettings(BaseSettings):
    """Settings of the server alone; the library's and the models' are in `indexing.settings`."""

    model_config = SettingsConfigDict(env_prefix="TUTOR_", env_file=".env", extra="ignore", frozen=True)

    database: str = Field(default="", description="SQLAlchemy URL; empty: an SQLite file in the library's folder .classroom")
    sign_in: Literal["local", "proxy"] = Field(
        default="local", description="'local': accounts with passwords; 'proxy': a reverse proxy has signed the person in"
    )
    proxy_header: str = Field(default="X-Remote-User", description="Header in which the reverse proxy names the person")
    proxy_secret: SecretStr = Field(
        default=SecretStr(""), description="What the proxy sends in X-Proxy-Secret, so that nobody else can name a person"
    )
    https: bool = Field(
        default=False, description="Whether browsers reach the server by https; cookies are then sent by it alone"
    )
    session_hours: int = Field(default=12, ge=1, le=24 * 31, description="Hours until one has to sign in again")
    questions_per_minute: int = Field(default=10, ge=1, description="Questions that one student may ask in a minute")
    questions_per_day: int = Field(default=300, ge=1, description="Questions that one student may ask in a day")
    answering: int = Field(default=4, ge=1, le=64, description="Questions that are answered at the same time")
    waiting: int = Field(default=200, ge=1, description="Questions that may wait; further ones are told to come back")
    pages: int = Field(default=500, ge=10, description="Opened pages whose state is kept in memory: those used last")
    retention_days: int = Field(
        default=365, ge=1, le=MOST_DAYS, description="Days after which conversations and practice are deleted"
    )
    log_questions: bool = Field(default=False, description="Whether the log may hold the text of questions")
    upload_mb: int = Field(default=200, ge=1, description="Largest PDF that an instructor may upload, in MB")
    upload_pages: int = Field(default=5_000, ge=1, description="Most pages of an uploaded PDF")
    build_minutes: int = Field(default=60, ge=1, description="Minutes after which the building of an uploaded book is stopped")
    build_memory_gb: int = Field(default=12, ge=1, description="Address space that building an uploaded book may take, in GB")


@cache
def classroom_settings() -> ClassroomSettings:
    """The settings, read once. UsageError names the variable that has no sensible value."""
    try:
        return ClassroomSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "TUTOR_" + ".".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg']}") from None
