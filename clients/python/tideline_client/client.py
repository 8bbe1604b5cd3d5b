"""The client."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from concurrent.futures import Future
from typing import Any, Mapping, Optional, Sequence

from .event import EventOptions, open_event, time_text
from .verdict import EventFault, TidelineError, Verdict

_BATCH_CHARACTERS_MAX = 1_000_000
"""Text of one batch, at most; the server takes 4 MiB."""
_BACKOFF_S = 0.2
_BACKOFF_S_MAX = 10.0
_RETRY_AFTER_S_MAX = 60.0
_RETRYABLE = frozenset((429, 502, 503, 504))


class _Waiting:
    __slots__ = ("event_id", "text", "future")

    def __init__(self, event_id: str, text: str) -> None:
        self.event_id = event_id
        self.text = text
        self.future: Future[Verdict] = Future()


class Client:
    """Sends events in batches from a thread of its own, one batch after the other, in the order in which they came.

    A batch goes out with ``batch_events`` events or ``batch_s`` seconds after its first. One that the server can't take
    now is sent again with the same ids, so that nothing is stored twice. Each event's future has its verdict, or a
    TidelineError. At most ``queue_events`` events wait; further ones are refused with "queue_full". ``close`` (or
    leaving the ``with`` block) sends what waits: what is not sent when the process ends is lost.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        batch_events: int = 100,
        batch_s: float = 10.0,
        queue_events: int = 10_000,
        attempts: int = 6,
        attempt_s: float = 30.0,
    ) -> None:
        if not 1 <= batch_events <= 1_000:
            raise ValueError("batch_events: 1 to 1,000")
        self._endpoint = url.rstrip("/") + "/v1/events"
        self._key = key
        self._batch_events = batch_events
        self._batch_s = batch_s
        self._queue_events = queue_events
        self._attempts = attempts
        self._attempt_s = attempt_s
        self._changed = threading.Condition()
        self._queue: deque[_Waiting] = deque()
        self._first_at = 0.0
        self._is_sending = False
        self._is_flushing = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="tideline-client", daemon=True)
        self._thread.start()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def track_json(self, event_type: str, properties: str, options: Optional[EventOptions] = None) -> Future[Verdict]:
        """Queues an event with a JSON object as its properties."""
        return self._track(*open_event(event_type, f'"properties":{properties}', options))

    def track_avro(
        self, event_type: str, schema_id: int, datum: bytes, options: Optional[EventOptions] = None
    ) -> Future[Verdict]:
        """Queues an event with an Avro datum of a registered schema as its properties."""
        data = base64.b64encode(datum).decode("ascii")
        body = f'"avro":{{"schemaId":{schema_id},"data":"{data}"}}'
        return self._track(*open_event(event_type, body, options))

    def flush(self) -> None:
        """Returns when every event that was tracked before has its verdict, or was given up."""
        with self._changed:
            self._is_flushing += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._queue and not self._is_sending)
            self._is_flushing -= 1

    def close(self) -> None:
        """Sends what waits, and takes no more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()

    def _track(self, event_id: str, text: str) -> Future[Verdict]:
        waiting = _Waiting(event_id, text)
        refusal = None
        with self._changed:
            if self._is_closed:
                refusal = TidelineError("closed", "the client is closed")
            elif len(self._queue) >= self._queue_events:
                refusal = TidelineError("queue_full", "too many events wait to be sent")
            else:
                if not self._queue:
                    self._first_at = time.monotonic()
                self._queue.append(waiting)
                if len(self._queue) in (1, self._batch_events):
                    self._changed.notify_all()
        if refusal is not None:
            waiting.future.set_exception(refusal)
        return waiting.future

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._settle(batch)
            with self._changed:
                self._is_sending = False
                self._changed.notify_all()

    def _next_batch(self) -> Optional[list[_Waiting]]:
        """Waits for a batch; None once the client is closed and nothing waits."""
        with self._changed:
            while True:
                due_s = self._first_at + self._batch_s - time.monotonic() if self._queue else None
                is_urgent = self._is_closed or self._is_flushing > 0
                if self._queue and (is_urgent or len(self._queue) >= self._batch_events or (due_s or 0) <= 0):
                    break
                if self._is_closed:
                    return None
                self._changed.wait(due_s)
            batch: list[_Waiting] = []
            characters = 0
            while self._queue and len(batch) < self._batch_events:
                characters += len(self._queue[0].text)
                if batch and characters > _BATCH_CHARACTERS_MAX:
                    break
                batch.append(self._queue.popleft())
            self._first_at = time.monotonic()
            self._is_sending = True
            return batch

    def _settle(self, batch: list[_Waiting]) -> None:
        """Tries a batch until every event has its verdict or is given up."""
        pending = batch
        attempt = 0
        while pending:
            attempt += 1
            is_last = attempt >= self._attempts
            delay_s = min(_BACKOFF_S * 2 ** (attempt - 1), _BACKOFF_S_MAX) * random.uniform(0.5, 1.0)
            try:
                pending = _deliver(pending, self._post(pending), is_last)
            except _Refused as refused:
                if is_last or refused.retry_after_s is None:
                    for waiting in pending:
                        _settle_future(waiting.future, refused.error)
                    return
                delay_s = max(delay_s, refused.retry_after_s)
            except Exception as cause:  # A bug here must not leave anybody waiting.
                for waiting in pending:
                    _settle_future(waiting.future, cause)
                return
            if pending:
                time.sleep(delay_s)

    def _post(self, events: Sequence[_Waiting]) -> Sequence[Mapping[str, Any]]:
        sent_time = json.dumps(time_text(None))
        body = ",".join(f'{event.text},"sentTime":{sent_time}}}' for event in events)
        request = urllib.request.Request(
            self._endpoint,
            data=f"[{body}]".encode("utf-8"),
            headers={"content-type": "application/json", "authorization": f"Bearer {self._key}"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=self._attempt_s) as response:
                verdicts = json.loads(response.read()).get("verdicts")
        except urllib.error.HTTPError as error:
            raise _refused(error) from error
        except (OSError, ValueError, AttributeError) as error:
            raise _Refused(TidelineError("unavailable", "the server did not answer"), 0.0) from error
        if not isinstance(verdicts, list):
            raise _Refused(TidelineError("unknown", "the server answered without verdicts"), None)
        return verdicts


class _Refused(Exception):
    """A batch that was not taken; ``retry_after_s`` is None where another attempt can't help."""

    def __init__(self, error: TidelineError, retry_after_s: Optional[float]) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_s = retry_after_s


def _refused(error: urllib.error.HTTPError) -> _Refused:
    said: Any = None
    try:
        said = json.loads(error.read())
    except (OSError, ValueError):
        pass
    known = said if isinstance(said, dict) else {}
    code, message = known.get("code", "unknown"), known.get("message", f"the server answered {error.code}")
    if error.code not in _RETRYABLE:
        return _Refused(TidelineError(str(code), str(message)), None)
    try:
        retry_after_s = max(0.0, min(float(error.headers.get("retry-after") or 0), _RETRY_AFTER_S_MAX))
    except ValueError:
        retry_after_s = 0.0
    return _Refused(TidelineError(str(code), str(message)), retry_after_s)


def _deliver(
    pending: Sequence[_Waiting], verdicts: Sequence[Mapping[str, Any]], is_last: bool
) -> list[_Waiting]:
    """Hands out verdicts; what the server would take at another time is returned."""
    again: list[_Waiting] = []
    for index, waiting in enumerate(pending):
        verdict = verdicts[index] if index < len(verdicts) else {}
        said = verdict.get("fault")
        if said is not None and said.get("retryable") and not is_last:
            again.append(waiting)
            continue
        fault = None
        if said is not None:
            fault = EventFault(
                reason=said.get("reason", ""),
                field=said.get("field", ""),
                rule=said.get("rule", ""),
                message=said.get("message", ""),
                retryable=said.get("retryable", False),
                schema_version=said.get("schemaVersion", 0),
            )
        outcome = verdict.get("outcome", "OUTCOME_REJECTED")
        _settle_future(waiting.future, Verdict(outcome, waiting.event_id, fault))
    return again


def _settle_future(future: Future[Verdict], result: Verdict | BaseException) -> None:
    """A future that its holder has cancelled stays so."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
