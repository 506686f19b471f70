"""From examples to token ids and labels: text as it stands, chats in the model's own template with only the answer in the loss.

Chats go through `tutor.engines.transformers.encode_chat`, as they do when the model answers. Lengths are in tokens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexing.errors import ModelError, SourceError
from tutor.engines.transformers import encode_chat
from tutor.prompt import Message

IGNORED = -100
"""The label of a token that is not in the loss (torch's convention)."""


@dataclass(frozen=True)
class Example:
    """Something to train on: plain text, or messages of which the last is the assistant's and alone in the loss.

    `chunk_ids` are the chunks that it shows; `made` says by which rule it was made, if by one. Of a reply only the first
    `reply_tokens` are trained on, where they are given.
    """

    id: str
    text: str = ""
    messages: tuple[Message, ...] = ()
    chunk_ids: tuple[str, ...] = ()
    made: str = ""
    reply_tokens: int | None = None


@dataclass(frozen=True)
class Encoded:
    """Token ids and, for each, itself where it is in the loss or IGNORED."""

    ids: tuple[int, ...]
    labels: tuple[int, ...]
    example_id: str = field(default="", compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def in_loss(self) -> int:
        """Tokens that are predicted and in the loss; the first has nothing before it."""
        return sum(label != IGNORED for label in self.labels[1:])


@dataclass
class EncodedStage:
    """What became of a stage's examples: encoded ones, long texts that were cut, chats left out as too long."""

    encoded: list[Encoded] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def in_loss(self) -> int:
        return sum(item.in_loss for item in self.encoded)


def encode_examples(examples: Iterable[Example], tokenizer: Any, sequence: int) -> EncodedStage:
    """Encode for rows of `sequence` tokens.

    A longer text is cut into pieces, of which none is lost; a longer chat is left out, since half an answer teaches to stop
    in its midst. SourceError where nothing is left.
    """
    stage = EncodedStage()
    for example in examples:
        if example.messages:
            encoded = encode_turns(example, tokenizer)
            if len(encoded) > sequence:
                stage.left_out.append(example.id)
            else:
                stage.encoded.append(encoded)
        else:
            pieces = encode_text(example, tokenizer, sequence)
            stage.cut += [example.id] if len(pieces) > 1 else []
            stage.encoded += [piece for piece in pieces if piece.in_loss]
    if not stage.in_loss:
        longer = f"; all {len(stage.left_out)} are longer than the sequence of {sequence}" if stage.left_out else ""
        raise SourceError(f"the data set is empty: there is nothing to train on{longer}")
    return stage


def encode_text(example: Example, tokenizer: Any, sequence: int) -> list[Encoded]:
    """A text as pieces of at most `sequence` tokens, each after the token that begins texts, where the model has one.

    There is no end token: a chunk's end is not the end of what is said.
    """
    start = text_start(tokenizer)
    ids = tokenizer(example.text, add_special_tokens=False)["input_ids"]
    room = sequence - len(start)
    pieces = [(*start, *ids[at : at + room]) for at in range(0, len(ids), room)]
    return [Encoded(piece, (*[IGNORED] * len(start), *piece[len(start) :]), example.id) for piece in pieces]


def encode_turns(example: Example, tokenizer: Any) -> Encoded:
    """A chat with the assistant's last reply, and the token that ends it, in the loss."""
    asked = encode_chat(tokenizer, example.messages[:-1])["input_ids"][0].tolist()
    whole = encode_chat(tokenizer, example.messages)["input_ids"][0].tolist()
    if whole[: len(asked)] != asked:
        raise ModelError(
            f"the chat template of {tokenizer.name_or_path} does not go on from its own prompt; choose another base"
        )
    reply = _until_end(whole[len(asked) :], tokenizer)[: example.reply_tokens]
    return Encoded((*asked, *reply), (*[IGNORED] * len(asked), *reply), example.id)


def _until_end(reply: Sequence[int], tokenizer: Any) -> list[int]:
    """A reply up to the token that ends it: what a template writes after that is never generated."""
    ends = [position for position, token in enumerate(reply) if token == tokenizer.eos_token_id]
    return list(reply[: ends[-1] + 1]) if ends else [*reply, tokenizer.eos_token_id]


def text_start(tokenizer: Any) -> list[int]:
    """The token that begins a text (Llama-2's <s>), or nothing where that token opens each message of a chat instead."""
    bos = tokenizer.bos_token_id
    if bos is None:
        return []
    chat = encode_chat(tokenizer, [Message("system", "a"), Message("user", "b")])["input_ids"][0].tolist()
    return [] if chat.count(bos) > 1 else [bos]


def check_tokenizer(tokenizer: Any, rows: int, base: str) -> None:
    """ModelError unless the tokenizer fits a model whose embedding has `rows` rows."""
    if len(tokenizer) > rows:
        raise ModelError(f"{base}: its tokenizer has {len(tokenizer):,} pieces, the model {rows:,}; take both from one source")
    if tokenizer.eos_token_id is None:
        raise ModelError(f"{base}: its tokenizer has no end token, so that an answer could not end; take another base")
