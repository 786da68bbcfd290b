import asyncio

import pytest
from catalogues import korean_catalogue
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from digitlab.server.upload_limits import UploadLimiter, UploadLimits

LIMITS = UploadLimits(files=3, size=1000, size_of_all=1500)


class Server:
    """Keeps what is uploaded as Streamlit does, within these limits."""

    def __init__(self, limits=LIMITS):
        self.manager = MemoryUploadedFileManager("/_stcore/upload_file")
        self.received = 0
        route = Route("/lab/_stcore/upload_file/{session}/{file}", self.take, methods=["PUT", "GET"])
        self.app = UploadLimiter(Starlette(routes=[route]), limits, lambda: self.manager.file_storage)

    async def take(self, request):
        data = bytearray()
        async for part in request.stream():
            data += part
            self.received += len(part)
        file = UploadedFileRec(request.path_params["file"], "", "", bytes(data))
        self.manager.add_file(request.path_params["session"], file)
        return Response(status_code=204)

    def upload(self, size, session="ann", file="1", announced=True, parts=1, method="PUT", language="en"):
        """Upload a file; gives the status and the text of the answer."""
        return asyncio.run(self.uploading(size, session, file, announced, parts, method, language))

    async def uploading(self, size, session="ann", file="1", announced=True, parts=1, method="PUT", language="en"):
        path = f"/lab/_stcore/upload_file/{session}/{file}"
        headers = [(b"content-length", str(size).encode())] if announced else []
        headers.append((b"accept-language", language.encode()))
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
        bodies = iter(range(parts))
        sent = []

        async def receive():
            await asyncio.sleep(0)
            part = next(bodies)
            return {"type": "http.request", "body": bytes(size // parts), "more_body": part < parts - 1}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], sent[1]["body"].decode()


def test_files_are_taken_up_to_a_size():
    server = Server()
    assert server.upload(600)[0] == 204
    status, text = server.upload(600, file="2")
    assert status == 413
    assert "Reload the page" in text
    assert server.received == 600


@pytest.mark.parametrize("parts", [1, 100])
def test_a_refusal_is_in_the_browser_s_language(parts, tmp_path):
    english = "The files of a page may have {megabytes} MB together. Reload the page, then upload the file again."
    server = Server()
    with korean_catalogue(tmp_path, {english: "파일은 모두 {megabytes} MB까지입니다."}):
        answer = server.upload(10_000, announced=parts == 1, parts=parts, language="ko-KR,ko;q=0.9,en;q=0.8")
        assert answer == (413, "파일은 모두 0 MB까지입니다.")
        assert server.upload(10_000)[1].startswith("The files of a page")


def test_files_are_taken_up_to_a_number():
    server = Server()
    assert [server.upload(0, file=str(number))[0] for number in range(4)] == [204, 204, 204, 413]


def test_an_upload_that_tells_no_size_ends_when_it_is_too_large():
    server = Server()
    status, text = server.upload(10_000, announced=False, parts=100)
    assert status == 413
    assert "Reload the page" in text
    assert server.received == 1000
    assert server.upload(1000)[0] == 204  # nothing of it is counted any more


def test_deleted_files_and_ended_sessions_make_room():
    server = Server()
    server.upload(900)
    server.manager.remove_file("ann", "1")
    assert server.upload(900)[0] == 204
    server.upload(600, session="ben")
    assert server.upload(600, session="cleo")[0] == 503
    server.manager.remove_session_files("ann")
    assert server.upload(600, session="cleo")[0] == 204


def test_names_of_files_count():
    server = Server()
    server.manager.add_file("ann", UploadedFileRec("0", "n" * 900, "", b""))
    assert server.upload(200)[0] == 413


def test_uploads_at_the_same_time_count_together():
    server = Server()

    async def upload_three():
        return await asyncio.gather(*(server.uploading(400, file=str(number), parts=4) for number in range(3)))

    assert sorted(status for status, _ in asyncio.run(upload_three())) == [204, 204, 413]


def test_sessions_share_a_size():
    server = Server()
    server.upload(900, session="ann")
    status, text = server.upload(900, session="ben", parts=9)
    assert status == 503
    assert "Try again" in text
    assert server.upload(500, session="ben")[0] == 204


@pytest.mark.parametrize("asked", [{"method": "GET"}, {"session": "ann/more"}])
def test_other_requests_are_not_counted(asked):
    assert Server(UploadLimits(files=0)).upload(10, **asked)[0] in (204, 404)
