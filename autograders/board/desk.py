"""The desk of a lab: lets learners in, takes their events, and keeps out what does not belong."""

from __future__ import annotations

import hashlib
import hmac
import math
import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..declare.exercise import Exercise, Quiz
from .events import BadEvent, read_event, read_name
from .guide import Guide, Peer
from .journal import Journal
from .poll import NEXT
from .state import Lab, Learner

LETTERS = "ABCDEFGHJKMNPQRTUVWXYZ2346789"
"""Of a class code: none that can be taken for another when it is read from the last row."""
CODE_LENGTH = 6
MOST_LEARNERS = 1000
MOST_EVENTS = 50
"""Events in one request."""
COLOURS = ["amber", "azure", "coral", "ebony", "green", "hazel", "ivory", "lilac", "pearl", "ruby"]
ANIMALS = [
    *("badger", "beaver", "bison", "crane", "dingo", "egret", "ferret", "finch", "gecko", "heron"),
    *("ibex", "jackal", "koala", "lemur", "lynx", "marten", "newt", "otter", "owl", "panda"),
    *("quail", "raven", "robin", "seal", "stoat", "swift", "tapir", "toad", "vole", "wren"),
]


class Refusal(Exception):
    """Why a request is not taken: an HTTP status, a sentence, and what the answer adds to it."""

    def __init__(self, status: int, said: str, **more: Any) -> None:
        super().__init__(said)
        self.status = status
        self.body = {"error": said, **more}


class Allowance:
    """A token bucket for each key: so many at once and so many a second, or the caller waits."""

    def __init__(self, burst: float, rate: float, clock: Callable[[], float], most: int) -> None:
        self.burst, self.rate, self.clock, self.most = burst, rate, clock, most
        self.left: OrderedDict[Any, tuple[float, float]] = OrderedDict()

    def take(self, key: Any, count: int = 1) -> None:
        """Use some up, or refuse with the seconds to wait."""
        now = self.clock()
        left, since = self.left.pop(key, (self.burst, now))
        left = min(self.burst, left + self.rate * (now - since))
        enough = left >= count
        self.left[key] = (left - count if enough else left, now)
        while len(self.left) > self.most:
            self.left.popitem(last=False)
        if not enough:
            wait = math.ceil((count - left) / self.rate)
            raise Refusal(429, f"too much at once; wait {wait} s and try again", wait=wait)


class Desk:
    """A lab with its journal. It goes on with a journal that is there, or else begins one.

    `clock` gives seconds since the epoch. `code` lets learners in, `token` is the instructor's.
    """

    def __init__(
        self,
        unit: str,
        items: Mapping[str, Exercise | Quiz],
        guide: Guide,
        journal: Path,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.unit = unit
        self.clock = clock
        self.lab = Lab(items, guide)
        self.journal = Journal(journal)
        self.changes = self.polled = 0
        self.address = ""
        records = self.journal.read()
        begun = next(records, None)
        self.resumed = begun is not None
        if begun is None:
            code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
            begun = {"do": "begin", "code": code, "token": secrets.token_urlsafe(24), "at": clock()}
            self.journal.append(begun)
        self.code, self.token, self.begun = begun["code"], begun["token"], begun["at"]
        for record in records:
            self.lab.apply(record)
        self.joins = Allowance(MOST_LEARNERS, 2.0, time.monotonic, 2000)
        self.wrong = Allowance(30, 0.5, time.monotonic, 2000)
        self.events = Allowance(120, 4.0, time.monotonic, 2 * MOST_LEARNERS)

    def join(self, given: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """Let a learner in who has the class code; the secret in the answer is theirs alone."""
        code = given.get("code")
        if not isinstance(code, str) or not _same(code.strip().upper(), self.code):
            self.wrong.take(origin)
            raise Refusal(403, "expected the class code that the board shows")
        if not self.lab.open:
            raise Refusal(403, "nobody is let in any more; ask your instructor")
        self.joins.take(origin)
        if len(self.lab.learners) >= MOST_LEARNERS:
            raise Refusal(403, f"the board is full: it holds {MOST_LEARNERS} learners")
        id, phone = self.lab.joined + 1, given.get("phone") is True
        name = f"phone {id}" if phone else _named(given, self.lab)
        secret = secrets.token_urlsafe(24)
        known = {"id": id, "name": name, "secret": _hash(secret), "phone": phone}
        self._record({"do": "join", **known})
        return {"name": name, "secret": secret, "unit": self.unit, "exercises": [*self.lab.items]}

    def learner(self, secret: str) -> Learner:
        """The learner whose secret this is."""
        found = self.lab.by_secret.get(_hash(secret))
        if found is None:
            raise Refusal(401, "this board does not know you; join it with the class code")
        return found

    def take(self, secret: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Take events in the order of their numbers; one that has come before is not taken twice.

        The first that is no event ends the request; the answer says which one it was.
        """
        learner = self.learner(secret)
        sent = given.get("events")
        if not isinstance(sent, list) or not 0 < len(sent) <= MOST_EVENTS:
            raise Refusal(400, f"expected a list of 1 to {MOST_EVENTS} events", seq=0)
        self.events.take(learner.id, len(sent))
        for each in sent:
            seq, age = _numbers(each)
            if seq <= learner.seq:
                continue
            try:
                event = read_event(each, self.lab.items)
            except BadEvent as fault:
                raise Refusal(400, str(fault), seq=seq) from None
            at = max(self.clock() - age, learner.joined, learner.seen)
            self._record({"do": "event", "id": learner.id, "seq": seq, "event": event}, at)
        return {"seq": learner.seq}

    def vote(self, secret: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Take a learner's vote, which may change until the round is over."""
        learner, poll = self.learner(secret), self.lab.poll
        now = given.get("question"), given.get("phase")
        if poll is None or not poll.is_open or now != (poll.number, poll.phase):
            raise Refusal(409, "this vote is over")
        option = given.get("option")
        if type(option) is not int or not 0 <= option < len(poll.options):
            raise Refusal(400, "expected the place of an option")
        self.events.take(learner.id)
        self._record({"do": "vote", "id": learner.id, "phase": poll.phase, "option": option})
        return {"poll": poll.for_learner(learner.id)}

    def asked(self, learner: Learner) -> dict[str, Any]:
        """What a learner's page shows of the question that is open, if one is."""
        poll = self.lab.poll
        return {"poll": poll.for_learner(learner.id) if poll else None}

    def leave(self, secret: str) -> dict[str, Any]:
        """Forget a learner and everything that they sent, on disk too."""
        self._forget(self.learner(secret))
        return {"left": True}

    def act(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the instructor does on the board's page."""
        peers = self.lab.guide.peers
        match given:
            case {"do": "clock", "run": bool(run)}:
                self._record({"do": "clock", "run": run})
            case {"do": "door", "open": bool(is_open)}:
                self._record({"do": "door", "open": is_open})
            case {"do": "helped", "id": int(id)} if id in self.lab.learners:
                self._record({"do": "helped", "id": id})
            case {"do": "remove", "id": int(id)} if id in self.lab.learners:
                self._forget(self.lab.learners[id])
            case {"do": "poll", "question": int(number)} if number in range(1 + len(peers)):
                order = _order(peers[number - 1]) if number else []
                self._record({"do": "poll", "question": number, "order": order})
                self.polled += 1
            case {"do": "phase", "from": str(before), "to": str(after)} if before in NEXT:
                # Pressed twice, a button does its work once.
                if self.lab.poll and self.lab.poll.phase == before and after in NEXT[before]:
                    self._record({"do": "phase", "phase": after})
                    self.polled += 1
            case _:
                raise Refusal(400, "expected something that the board can do")
        return {}

    @property
    def invitation(self) -> str:
        """What a learner calls to join."""
        return f'join("{self.address.removeprefix("http://")}", "{self.code}")'

    def view(self) -> dict[str, Any]:
        """What the board's page shows now."""
        return {"invitation": self.invitation, "code": self.code, **self.lab.view(self.clock())}

    def _record(self, record: dict[str, Any], at: float | None = None) -> None:
        record["at"] = self.clock() if at is None else at
        self.journal.append(record)
        self.lab.apply(record)
        self.changes += 1

    def _forget(self, learner: Learner) -> None:
        self.journal.forget(learner.id)
        self.lab.apply({"do": "leave", "id": learner.id})
        self.changes += 1


def _order(peer: Peer) -> list[int]:
    """The options in an order of chance; one that speaks of the others stays behind them."""
    order = random.sample(range(len(peer.options)), len(peer.options))
    return sorted(order, key=lambda place: peer.options[place].last)


def _named(given: Mapping[str, Any], lab: Lab) -> str:
    """The name that was asked for, if nobody has it, or a pseudonym that is free."""
    taken = {learner.name.casefold() for learner in lab.learners.values()}
    try:
        name = read_name(given.get("name"))
    except BadEvent as fault:
        raise Refusal(400, str(fault)) from None
    if name.casefold() in taken:
        raise Refusal(409, f"somebody is here as {name!r}; choose another name, or none")
    if name:
        return name
    free = [f"{colour} {animal}" for colour in COLOURS for animal in ANIMALS]
    free = [pseudonym for pseudonym in free if pseudonym not in taken]
    return random.choice(free) if free else f"guest {lab.joined + 1}"


def _numbers(event: Any) -> tuple[int, float]:
    """The number of an event and its age in seconds."""
    seq = event.get("seq") if isinstance(event, dict) else None
    if type(seq) is not int or not 0 < seq < 2**53:
        raise Refusal(400, "expected events with a whole number as seq", seq=0)
    age = event.get("age")
    if type(age) not in (int, float) or not 0 <= age <= 86400:
        raise Refusal(400, "expected as age the seconds since the event, at most a day", seq=seq)
    return seq, age


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
