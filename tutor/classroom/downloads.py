"""Files that people may take away: transcripts, their own data, and for instructors reports and regression cases."""

import html
import json
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tutor.classroom.pages import page_picture
from tutor.classroom.room import Room
from tutor.classroom.transcript import transcript
from tutor.classroom.wall import session_cookie
from tutor.classroom.web import book_missing, person_in, plain_page


def add_downloads(app: FastAPI, room: Room) -> None:
    """Everybody's: pictures of pages, transcripts, their own data."""

    @app.get("/book/{book}/page/{page}.png")
    @app.get("/desk/book/{book}/page/{page}.png")
    def picture(request: Request, book: str, page: int) -> Response:
        if not room.may_see(person_in(request), book):
            raise book_missing()
        png = page_picture(room.shelf.book(book), page)
        return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    @app.get("/conversation/{number}.md")
    def download(request: Request, number: int) -> Response:
        exchanges = room.conversations.exchanges(person_in(request), number)
        return _file(transcript("Conversation", exchanges), f"conversation-{number}.md", "text/markdown")

    @app.get("/my-data")
    def my_data(request: Request) -> HTMLResponse:
        name = html.escape(person_in(request).pseudonym)
        known = "" if room.door == "open" else f"<p>Your instructors know you as <strong>{name}</strong>, not by your name.</p>"
        return plain_page(
            "My data",
            f'{known}<p><a href="my-data.json" download>Download everything</a> that is stored about you here.</p>'
            '<form method="post" action="my-data/delete"><label class="sure"><input type="checkbox" required>'
            "Yes, delete it: it cannot be had back</label>"
            '<button class="grave">Delete me and everything that is mine</button></form>'
            '<p><a href="./">Back</a></p>',
        )

    @app.get("/my-data.json")
    def my_export(request: Request) -> Response:
        return _json(room.privacy.export(person_in(request).id), "my-data.json")

    @app.post("/my-data/delete")
    def delete_me(request: Request) -> Response:
        room.privacy.forget(person_in(request).id)
        response = RedirectResponse(f"{request.scope.get('root_path', '')}/", status_code=303)
        response.headers["set-cookie"] = session_cookie("", request.scope, https=room.settings.https).decode()
        return response


def add_desk_downloads(app: FastAPI, room: Room) -> None:
    """The instructors'; each look-up asks whether the person leads the course."""

    @app.get("/desk")
    def desk(request: Request) -> Response:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/desk/", status_code=303)

    @app.get("/desk/course/{number}/regression.jsonl")
    def regression(request: Request, number: int) -> Response:
        lines = room.endorsements.regression_lines(person_in(request), number)
        return _file("".join(f"{line}\n" for line in lines), "regression.jsonl", "application/jsonl")

    @app.get("/desk/course/{number}/{name}.csv")
    def report(request: Request, number: int, name: str) -> Response:
        return _file(room.analytics.report(person_in(request), number, name).csv(), f"{name}.csv", "text/csv")

    @app.get("/desk/course/{number}/student/{pseudonym}.json")
    def student(request: Request, number: int, pseudonym: str) -> Response:
        return _json(room.privacy.export_in_course(person_in(request), number, pseudonym), "student.json")


def _file(text: str, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


def _json(data: Mapping[str, object], name: str) -> Response:
    return _file(json.dumps(data, ensure_ascii=False, indent=1) + "\n", name, "application/json")
