"""Follows a guide as its reader would: its blocks of code, in order, in one shell and one folder.

` ```sh ` is typed; ` ```sh operator ` is typed where the service is; ` ```ts client.ts ` is saved under that name; what
` ```text ` shows is what the block before it says.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
START = re.compile(r"((?:\w+=\S+ )*)make run\n")
SHELL = ("bash", "-euo", "pipefail", "-c")
END = "--- end of a block ---"


@dataclass(frozen=True)
class Block:
    """A block of code of a guide: its language, the word behind it, what stands in it."""

    language: str
    word: str
    code: str


def blocks(guide: str, section: str = "") -> list[Block]:
    """The blocks of a guide, or of the section with this heading."""
    text = (PROJECT / guide).read_text(encoding="utf-8")
    if section:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [Block(*found) for found in BLOCK.findall(text)]


def started_with(found: list[Block]) -> dict[str, str]:
    """The settings with which the guide starts the service."""
    for block in found:
        if begun := START.fullmatch(block.code):
            return dict(word.split("=", 1) for word in begun[1].split())
    return {}


def follow(found: list[Block], folder: Path, before: str = "", **environment: str) -> None:
    """Do what the blocks say; fails where a command does, where the service refuses, and where something else is said
    than the guide shows. `before` is typed first: what the reader has, and how it is installed here."""
    typed, shown = [before], {}
    for block in found:
        if block.language == "text":
            shown[len(typed) - 2] = block.code
        elif block.language != "sh":
            (folder / block.word).write_text(block.code, encoding="utf-8")
        elif not START.fullmatch(block.code):
            code = f"( cd '{PROJECT}'\n{block.code})\n" if block.word == "operator" else block.code
            typed.append(f"{code}echo '{END}'\n")
    said = answered("".join(typed), folder, environment).split(f"{END}\n")[:-1]
    assert len(said) == len(typed) - 1, "the shell ended before the guide"
    for code, answer in zip(typed[1:], said, strict=True):
        assert '"/problems/' not in answer, f"{code}\nis refused: {answer}"
    for number, wanted in shown.items():
        assert said[number].endswith(wanted), f"{typed[number + 1]}\nsays {said[number]}"


def answered(script: str, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [*SHELL, script], cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
