"""Any OpenAI-compatible server (vLLM, Ollama, llama.cpp, `transformers serve`): base URL, model and key from the settings.

Streams by server-sent events. What happens before the first piece is tried again, a limited number of times; after it nothing
is, so that no text is ever doubled. Leaves prompts to `tutor.prompt`.
"""

import json
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

import httpx

from indexing.errors import LimitError, ModelError, UsageError
from tutor.engines.base import Generation, heard
from tutor.prompt import Message

_CONNECT_S, _STALL_S = 5.0, 60.0
_TRIES, _PAUSE_S = 3, 0.5
_AGAIN = frozenset({429, 502, 503, 504})
_CONTEXT_TOKENS = 4_096  # where the server does not say
_CHARACTERS_A_TOKEN = 3  # English has about four; fewer is on the safe side


class ServerEngine:
    """A model behind HTTP. Several questions may be on the way at once; the server queues them."""

    def __init__(
        self,
        url: str,
        model: str = "",
        key: str = "",
        *,
        stall_s: float = _STALL_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`stall_s` is the longest silence that is waited through. ModelError where no server answers or it has no model."""
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"'{url}' is no server's URL; set TUTOR_SERVER_URL, such as http://127.0.0.1:8000/v1")
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(stall_s, connect=_CONNECT_S)
        self._client = httpx.Client(headers=headers, timeout=timeout, transport=transport, trust_env=False)
        self._stall_s = stall_s
        models = self._models()
        if model and models and model not in [item.get("id") for item in models]:
            raise ModelError(f"{self.url} has no model '{model}'; it has: {', '.join(str(m.get('id')) for m in models)}")
        if not model and not models:
            raise ModelError(f"{self.url} names no model; set TUTOR_SERVER_MODEL")
        chosen = next((item for item in models if item.get("id") == model), models[0] if models else {})
        self.name = model or str(chosen.get("id"))
        self.context_tokens = int(chosen.get("max_model_len") or _CONTEXT_TOKENS)

    def count(self, text: str) -> int:
        """An estimate that errs on the high side: the server's tokenizer is not known here."""
        return len(text) // _CHARACTERS_A_TOKEN + 1

    def stream(self, messages: Sequence[Message], generation: Generation) -> Iterator[str]:
        """As the protocol says; a server that is silent when the stop comes is hung up on with its next word."""
        yield from heard(self._stream(messages, generation), generation)

    def _stream(self, messages: Sequence[Message], generation: Generation) -> Generator[str, None, None]:
        body = {
            "model": self.name,
            "messages": [message.as_dict() for message in messages],
            "max_tokens": generation.max_new_tokens,
            "temperature": 0,
            "stream": True,
        }
        deadline = time.monotonic() + generation.time_limit_s
        with closing(self._opened(body, deadline)) as response:
            try:
                for piece in self._pieces(response):
                    if generation.stop.is_set():
                        return
                    if piece:
                        yield piece
                    if time.monotonic() > deadline:
                        raise LimitError(f"the time limit of {generation.time_limit_s:g} s was reached")
            except httpx.TimeoutException:
                raise LimitError(f"{self.url} fell silent for {self._stall_s:g} s in the middle of its answer") from None
            except httpx.HTTPError as error:
                raise ModelError(f"{self.url} broke off its answer ({_brief(error)}); ask again") from None

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def _models(self) -> list[dict[str, Any]]:
        """What the server says it has; empty where it has no such list."""
        try:
            response = self._client.get(f"{self.url}/models", timeout=httpx.Timeout(_CONNECT_S * 2, connect=_CONNECT_S))
        except httpx.HTTPError as error:
            raise self._down(error) from None
        if response.status_code in (401, 403):
            raise ModelError(f"{self.url} refused the key (status {response.status_code}); set TUTOR_SERVER_API_KEY")
        try:
            data = response.json()["data"]
        except (ValueError, KeyError, TypeError):
            return []
        return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []

    def _opened(self, body: dict[str, Any], deadline: float) -> httpx.Response:
        """The response, its head read and its status good; tried again where that may help."""
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES or time.monotonic() > deadline
            try:
                request = self._client.build_request("POST", f"{self.url}/chat/completions", json=body)
                response = self._client.send(request, stream=True)
            except httpx.HTTPError as error:
                if last:
                    raise self._down(error) from None
            else:
                if response.status_code == httpx.codes.OK:
                    return response
                response.read()
                response.close()
                if last or response.status_code not in _AGAIN:
                    raise self._refused(response)
            time.sleep(_PAUSE_S * attempt)
        raise AssertionError("the last try returns or raises")

    def _pieces(self, response: httpx.Response) -> Iterator[str]:
        """The text of a stream of events, or of one whole answer where the server does not stream."""
        if "text/event-stream" not in response.headers.get("content-type", ""):
            response.read()
            yield self._content(response.text, "message")
            return
        for line in response.iter_lines():
            if not line.startswith("data:"):
                continue
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            yield self._content(data, "delta")

    def _content(self, text: str, key: str) -> str:
        try:
            item = json.loads(text)
            if "error" in item:
                raise ModelError(f"{self.url}: {_brief(item['error'])}")
            choices = item["choices"]
            return str((choices[0].get(key) or {}).get("content") or "") if choices else ""
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise ModelError(f"{self.url} sent something that is no answer ({text[:80]!r}); is it OpenAI-compatible?") from None

    def _down(self, error: Exception) -> ModelError:
        return ModelError(f"no answer from the server at {self.url} ({_brief(error)}); start it, or set TUTOR_SERVER_URL")

    def _refused(self, response: httpx.Response) -> ModelError:
        if response.status_code in (401, 403):
            return ModelError(f"{self.url} refused the key (status {response.status_code}); set TUTOR_SERVER_API_KEY")
        return ModelError(f"{self.url} answered with status {response.status_code}: {_brief(response.text)}")


def _brief(item: object) -> str:
    return " ".join(str(item).split())[:160] or type(item).__name__
